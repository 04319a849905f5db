"""A home's chain in virtual time: what the story's tests say happens to an alert, and who is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.pager.chain.chain import decide
from services.pager.chain.parts import Case, Chain, Decision, Queued, found
from services.pager.desk import DeskAlert, DeskHome
from shared.instants import MINUTE, NEVER, SECOND, Instant, parse_instant

NIGHT = parse_instant("2026-03-10T02:00:00.000Z")

POLICY: Mapping[str, Any] = {
    "steps": [
        {"after": "PT0S", "who": ["on_duty", "home_phone"]},
        {"after": "PT3M", "who": ["rota:managers"]},
        {"after": "PT5M", "who": ["deputy"]},
        {"after": "PT5M", "who": ["responsible", "commissioner"]},
    ],
    "repeat_last_every": "PT10M",
    "last_resort": "director",
}

THERE: dict[str, tuple[str, ...]] = {
    "on_duty": ("night-1",),
    "home_phone": ("home:H1",),
    "rota:managers": ("manager",),
    "commissioner": ("commissioner:C1",),
    "deputy": ("deputy",),
    "responsible": ("responsible",),
    "director": ("director",),
    "admins": ("admin",),
}


def alert(kind: str = "check_missed", severity: str = "page", **changes: Any) -> DeskAlert:
    """An alert as it is raised at 02:00."""
    made = DeskAlert(
        alert_id="A1", home_id="H1", kind=kind, severity="page" if severity == "page" else "notify",
        placement_id="P1", commissioner_id="C1", about={}, since=NIGHT - 30 * MINUTE, deadline=NIGHT,
        raised_at=NIGHT, facts={}, level=1, state="raised", how=None, acknowledged_by=None, until=None, action=None,
        running=0, declined=0, declined_by=(), joined=None, hold_until=None, policy=POLICY, reached=-1, changed=1,
    )  # fmt: skip
    return replace(made, **changes)


def home(**changes: Any) -> DeskHome:
    """The home, with nothing of its own on-call: the alert has it frozen."""
    made = DeskHome("H1", "PR1", "Europe/London", POLICY, {}, (), (), (), ("C1",))
    return replace(made, **changes)


@dataclass
class Story:
    """One alert's night. Messages are sent the moment they are queued, unless `sends` is false."""

    alert: DeskAlert = field(default_factory=alert)
    home: DeskHome = field(default_factory=home)
    there: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict(THERE))
    others: dict[str, Chain] = field(default_factory=dict)
    now: Instant = NIGHT
    sends: bool = True
    fails: bool = False
    chain: Chain = field(init=False)
    looks: int = 0
    reasons: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chain = found(self.alert, self.now)

    def people(self, who: Sequence[str], _at: Instant) -> Sequence[str]:
        return [person for each in who for person in self.there.get(each, ())]

    def change(self, **changes: Any) -> None:
        self.alert = replace(self.alert, changed=self.alert.changed + 1, **changes)

    def look(self) -> Decision:
        """One look at it now."""
        self.looks += 1
        assert self.looks < 10_000, "it looks for ever"
        made = decide(Case(self.alert, self.home, self.chain, self.now, self.people, self.others))
        self.chain = made.chain
        self.reasons.append(made.reason.value)
        if any(queued.purpose != "commissioner" for queued in made.queue):
            if self.fails:
                self.chain = replace(self.chain, failed=True)
            elif self.sends:
                self.chain = replace(self.chain, sent_at=self.now)
        return made

    def told(self, length: int = 0) -> list[tuple[str, str]]:
        """Look, and again whenever it says so, until `length` from now: (minute:second after 02:00, person)."""
        until, told, made = self.now + length, [], self.look()
        while True:
            told += [(self._clock(), queued.person) for queued in made.queue]
            due = self.now if self.chain.failed and made.queue else max(made.look_again, self.now)
            if self.chain.sent_at is not None and made.queue:
                due = self.now  # the sending was told of
            if due > until or due == NEVER:
                self.now = until
                return told
            self.now = due
            made = self.look()

    def queued(self) -> list[Queued]:
        return list(self.look().queue)

    def _clock(self) -> str:
        return f"{(self.now - NIGHT) // MINUTE}:{(self.now - NIGHT) % MINUTE // SECOND:02d}"
