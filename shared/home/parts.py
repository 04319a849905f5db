"""What the fold of a home is made of: homes, placements, absences, promises, and the changes it tells.

State only, plain and slotted; how facts change it is `shared.home.fold`. There may be a million of these: what is empty
is one empty thing for all, and is replaced, never changed in place.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

from shared.facts import Fact
from shared.home.plans import PlanVersion
from shared.home.sessions import NO_SESSIONS, Sessions
from shared.instants import NEVER, Instant

NO_VERSIONS: Final[Mapping[int, PlanVersion]] = {}


class Promise(NamedTuple):
    """A fact that was told before its time: it takes effect at `at`, before the facts of that instant."""

    at: Instant
    serial: int
    fact: Fact


class Absence(NamedTuple):
    """An open disposition: why no check is due, since when, until when expected."""

    since: Instant
    """When it took effect (§2)."""
    reason: str
    expected_end: Instant
    chain_since: Instant
    """The start of the absence with all that extended it."""
    fact_id: str


class ChangeKind(Enum):
    """What a fact, or time, did to a placement."""

    STARTED = "started"
    ENDED = "ended"
    MOVED = "moved"
    PLAN = "plan"
    """Another plan version is in force."""
    AWAY = "away"
    REPLACED = "replaced"
    """A further disposition took the place of the open one (`before`)."""
    BACK = "back"
    RETURNED = "returned"
    """A valid check ended the disposition."""
    CONCERN = "concern"


class Placement:
    """One child's stay in one home; before its start and after its end too."""

    __slots__ = (
        "_history",
        "away",
        "commissioner_id",
        "ended_at",
        "home",
        "id",
        "in_force",
        "plan",
        "promises",
        "room",
        "started_at",
        "suicide_risk",
        "told",
    )

    def __init__(self, home: "Home", id: str) -> None:  # noqa: A002
        self.home = home
        self.id = id
        self.commissioner_id = ""
        self.room = ""
        self.suicide_risk = False
        self.in_force = False
        self.started_at: Instant | None = None
        self.ended_at: Instant | None = None
        self.plan: PlanVersion | None = None
        """The version in force; number 0 is the home's default plan. None: nothing is asked."""
        self.told: Mapping[int, PlanVersion] = NO_VERSIONS
        """The agreed versions of this stay by number, those to come included."""
        self._history: Sequence[PlanVersion] | None = None
        """None: the plan in force alone has come."""
        self.away: Absence | None = None
        self.promises: Sequence[Promise] = ()

    @property
    def history(self) -> Sequence[PlanVersion]:
        """The versions that came into force in this stay, oldest first; `since` is when each did."""
        if self._history is not None:
            return self._history
        return () if self.plan is None else (self.plan,)

    def stands(self, plan: PlanVersion | None, came: Sequence[PlanVersion]) -> None:
        """`plan` is in force; `came`: the history, with it."""
        self.plan = plan
        self._history = None if came == (() if plan is None else (plan,)) else came

    @property
    def home_id(self) -> str:
        """The home it is in."""
        return self.home.id

    @property
    def next_promise(self) -> Instant:
        """When the next promise takes effect; NEVER if nothing is promised."""
        return self.promises[0].at if self.promises else NEVER

    @property
    def present(self) -> bool:
        """In force, and no disposition is open (§4)."""
        return self.in_force and self.away is None


class Home:
    """A home and its placements. One that only a plan or a promise has named is not registered yet."""

    __slots__ = (
        "id",
        "placements",
        "promises",
        "provider_id",
        "registrations",
        "rooms",
        "sessions",
        "waiting",
        "zone",
    )

    def __init__(self, id: str) -> None:  # noqa: A002
        self.id = id
        self.zone = ""
        """Empty while the home is not registered."""
        self.provider_id = ""
        self.rooms: list[str] = []
        self.registrations: Sequence[tuple[Instant, dict[str, Any]]] = ()
        """What was registered (`shared.home.plans.stated`), by when it takes effect, in order; the last of those in the
        past holds."""
        self.placements: dict[str, Placement] = {}
        self.waiting: Sequence[Fact] = ()
        """Plans and promises that were told before the home was registered."""
        self.sessions: Sessions = NO_SESSIONS
        """Who is on duty, by worker."""
        self.promises: Sequence[Promise] = ()
        """What is promised of sessions, and what a monitor has had kept for the home; the rest is its placements'."""

    @property
    def next_promise(self) -> Instant:
        """When the next promise of the home or of a placement in it takes effect; NEVER if nothing is promised."""
        soonest = self.promises[0].at if self.promises else NEVER
        for placement in self.placements.values():
            if placement.promises and placement.promises[0].at < soonest:
                soonest = placement.promises[0].at
        return soonest

    @property
    def registered(self) -> bool:
        """Whether its zone is known."""
        return self.zone != ""

    def stated(self, at: Instant) -> dict[str, Any]:
        """What the home's registration states as of `at`."""
        standing: dict[str, Any] = {}
        for since, data in self.registrations:
            if since <= at or not standing:
                standing = data
        return standing


class Change(NamedTuple):
    """What changed for a placement, when on the log's clock, and by which fact."""

    kind: ChangeKind
    placement: Placement
    at: Instant
    fact: Fact
    before: Absence | None = None
    """The absence that was open before (REPLACED, BACK, RETURNED, ENDED)."""
