"""What the chain's decisions take and give: plain values. No rule lives here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, Literal, TypeAlias

from services.pager.desk import DeskAlert, DeskHome
from shared.instants import MINUTE, NEVER, SECOND, Duration, Instant

People: TypeAlias = Callable[[Sequence[str], Instant], Sequence[str]]
"""The persons that `who` of a step means at an instant, each once, in order (`ADMINS` among what it may be asked)."""

ADMINS: Final = "admins"
"""Asked of `People` where a home has named nobody: everybody with the right `admin`."""

Purpose: TypeAlias = Literal["page", "notify", "commissioner", "update"]


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to tell, how long after the step before was really sent, by which ways (None: any)."""

    after: Duration
    who: tuple[str, ...]
    channels: tuple[str, ...] | None = None


class Reason(Enum):
    """Why an alert's chain does what it does: counted in metrics, shown in the alert's story."""

    BEGINS = "begins"
    NEXT_STEP = "next_step"
    """The delay since the step before was really sent has run out."""
    REPEATS = "repeats"
    DECLINED = "declined"
    FAILED = "failed"
    """Every channel of the step failed."""
    STUCK = "stuck"
    """Nobody has said what became of the step: it counts as failed."""
    REOPENED = "reopened"
    RAN_OUT = "ran_out"
    """The acknowledgement's time is over, and nobody has reopened the alert: the log stands still."""
    AGAIN = "again"
    """Acknowledged once more by the same person: the next step is told, and the alert stays quiet."""
    GAVE_UP = "gave_up"
    """The one who has it says that he can't: the next step is told."""
    GOES_ON = "goes_on"
    """The `home_silent` that it belonged to is over, before its own step had been told."""
    NOBODY = "nobody"
    """There is nobody in any step ahead. It is looked at again in a minute."""
    SENDING = "sending"
    WAITS = "waits"
    QUIET = "quiet"
    """Acknowledged."""
    JOINED = "joined"
    """It belongs to a `home_silent`, whose chain runs."""
    HELD = "held"
    """Raised in a blind stretch: what is on its way may resolve it."""
    SILENCED = "silenced"
    NIGHT = "night"
    """A message for the day (08:00-20:00) waits for it."""
    TOLD = "told"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Chain:
    """How far an alert's chain has come: a row of the engine's. Instants are pager time."""

    alert_id: str
    step: int = -1
    """The step begun last; -1: none. One more than the policy's last: the last resort."""
    round: int = 0
    """Grows when a step is told again, so that (step, round) names one telling of it."""
    why: str = ""
    """The reason for which that step was begun (a `Reason`'s value)."""
    begun_at: Instant | None = None
    sent_at: Instant | None = None
    """When the first message of that step was really sent; None: not yet."""
    failed: bool = False
    """Each of its messages has failed on every channel once (or there was nobody to send one to)."""
    quiet: bool = False
    """It was acknowledged when it was last looked at."""
    running: int = 0
    """Of the alert's `running`, and `declined`: what has been acted on."""
    declined: int = 0
    joined: str | None = None
    commissioner: bool = False
    """The commissioner was messaged: once an alert."""
    shown: str = ""
    """Of what state those who were told know (`updates`)."""
    updates: int = 0
    """How often they were told of another."""


@dataclass(frozen=True, slots=True)
class Queued:
    """One message that is to go out: to whom, for which telling of which step, and why."""

    step: int
    round: int
    person: str
    purpose: Purpose
    why: str
    channels: tuple[str, ...] | None = None
    """The only ways that the step allows; None: all that the person has."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done now, and when to look again (pager time; NEVER: when the alert changes)."""

    reason: Reason
    chain: Chain
    queue: tuple[Queued, ...] = ()
    look_again: Instant = NEVER


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one alert at one moment."""

    alert: DeskAlert
    home: DeskHome
    chain: Chain
    now: Instant
    people: People
    others: Mapping[str, Chain] = field(default_factory=dict)
    """The chains of a `home_silent`'s members; for a member, of the one that it had joined."""

    @property
    def quiet(self) -> bool:
        """Whether somebody has it now."""
        return self.alert.state == "acknowledged" and self.now < runs_out(self.alert)

    def having(self, **changes: object) -> "Case":
        """The same with the chain changed."""
        return replace(self, chain=replace(self.chain, **changes))  # type: ignore[arg-type]


REOPEN_WITHIN: Final = MINUTE
"""When an acknowledgement's time is over the alerts service reopens the alert, within `blind_after` at the latest.
Where it does not, the chain goes on by itself."""


def runs_out(alert: DeskAlert) -> Instant:
    """From when on an acknowledgement keeps nobody quiet, whatever the log says."""
    return NEVER if alert.until is None else alert.until + REOPEN_WITHIN


ALTHOUGH_ACKNOWLEDGED: Final = frozenset((Reason.AGAIN, Reason.GAVE_UP))
"""What is told although somebody has it."""


def waits(case: Case, reason: Reason, until: Instant = NEVER) -> Decision:
    """Nothing is sent; look again at `until`."""
    return Decision(reason, case.chain, (), until)


PATIENCE: Final = 90 * SECOND
"""A step of which nothing has been heard for so long counts as failed: more than a message is gathered and tried."""


def tells(
    case: Case, chain: Chain, reason: Reason, purpose: Purpose, step: Step, persons: Iterable[str]
) -> Decision:
    """`step`, at which `chain` stands now, is told to these persons."""
    told = tuple(
        Queued(chain.step, chain.round, person, purpose, reason.value, step.channels)
        for person in dict.fromkeys(persons)
    )
    begun = replace(chain, why=reason.value, begun_at=case.now, sent_at=None, failed=False)
    return Decision(reason, begun, told, case.now + PATIENCE)


def found(alert: DeskAlert, now: Instant) -> Chain:
    """The chain of an alert that has no row: a new one, or (rows lost) as far as the log's own account says. When its
    last step was sent is not known then: it counts from when the alert was raised, so that nobody waits too long. Nor
    is it known how often each step was told: its tellings are numbered from a number that none of them can have come
    to, or a receiver would take what is told now for what it has been told already."""
    if alert.reached < 0:
        return Chain(alert.alert_id)
    at = alert.raised_at
    number = max(now - at, 0) // SECOND
    return Chain(
        alert.alert_id,
        alert.reached,
        number,
        Reason.BEGINS.value,
        at,
        at,
        declined=alert.declined,
        updates=number,
    )
