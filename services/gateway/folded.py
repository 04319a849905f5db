"""The homes as one reader of the log has folded them: what `DoorFold` keeps under its lock, and what its snapshot is
made from.

Homes that lie *at rest* are bytes until somebody asks for them: then they are restored, once. Pure of threads and of
databases; what may stand is `shared.acceptance`'s, what a fact does `shared.home`'s.
"""

from typing import Final, NamedTuple, Protocol

import orjson
import structlog

from services.gateway.points import Points
from shared.acceptance import refusal
from shared.facts import Fact
from shared.home import Home, Homes, Placement
from shared.home.saved import home_state, placement_state, restore_home, restore_placement
from shared.home.valid import is_valid, seen_at
from shared.instants import NEVER, Instant
from shared.log.base import Record, fact_of
from shared.oncall import OnCall
from shared.topics import CHECK_INS, NIGHT_COVER, PLAN_CHANGES

TOPICS: Final = (PLAN_CHANGES, NIGHT_COVER, CHECK_INS)
"""What the fold is made of."""
ON_CALL: Final = frozenset(
    {"on_call.rota_set.v1", "on_call.override_set.v1", "silence.set.v1", "silence.ended.v1"}
)
"""Of which something is remembered of a home's on-call."""
VERSION: Final = 4
"""Of the form at rest and of what the fold makes of facts: raise it whenever one of them changes."""

_log = structlog.get_logger("gateway")


class AtRest(NamedTuple):
    """One home at rest."""

    home_id: str
    provider_id: str | None
    """By what is durable; None: nobody has registered it."""
    commissioners: dict[str, str]
    """Whose each placement is that was ever started there, by placement."""
    unsettled: bool
    """A child is away, or something is promised of one: a check may change it."""
    state: bytes | None
    """None: its fold raised, and it is to be folded anew."""


class Rest(Protocol):
    """Where homes at rest are taken from."""

    def take(self, home_id: str) -> bytes | None:
        """The home's state; None if it is not known there, or was taken before."""
        ...

    def unsettled(self, home_id: str) -> bool:
        """Whether the home lies there and is unsettled."""
        ...


class NoRest:
    """Nothing lies at rest."""

    def take(self, home_id: str) -> bytes | None:
        return None

    def unsettled(self, home_id: str) -> bool:
        return False


class Folded:
    """Homes, folded. Facts go in by `replay`, from the log, or by `apply`, once they were let in."""

    def __init__(self, rest: Rest | None = None) -> None:
        self.homes = Homes()
        """Those that do not lie at rest. Ask `home` first."""
        self.next: dict[str, Instant] = {}
        """When the next promise of a home falls due; of those that do not lie at rest."""
        self.aside: dict[str, Instant] = {}
        """Homes whose fold raised, and when on the log's clock."""
        self.provider_of: dict[str, str] = {}
        """The provider of each home, by what is durable; those at rest too."""
        self.commissioners: dict[str, dict[str, str]] = {}
        """Whose each placement is that was ever started, by home and placement; likewise."""
        self.homes_of: dict[str, tuple[str, ...]] = {}
        """Where each placement was ever started."""
        self.points: dict[str, Points] = {}
        """The anchor points that were ever assessed, by home; of those that do not lie at rest."""
        self.on_call: dict[str, OnCall] = {}
        """What was told of who is paged, by home; likewise."""
        self.rest: Rest = rest or NoRest()

    def home(self, home_id: str) -> Home | None:
        """The home, restored if it lay at rest; None if nothing was told of it. Raises what restoring raises."""
        known = self.homes.homes.get(home_id)
        if known is None and (state := self.rest.take(home_id)) is not None:
            try:
                known = self._restore(home_id, state)
            except BaseException:
                self.homes.drop(home_id)  # half a home is worse than none
                raise
        return known

    def placement(self, home_id: str, placement_id: str) -> Placement | None:
        """The placement, likewise."""
        home = self.home(home_id)
        return None if home is None else home.placements.get(placement_id)

    def concerned(self, home_id: str) -> bool:
        """Whether a check could change anything of the home: one at rest need not be restored where it cannot."""
        return home_id in self.homes.homes or self.rest.unsettled(home_id)

    def replay(self, record: Record) -> None:
        """Take a record of the log, in order. Never raises: a home whose fold does is set aside."""
        if record.home_id in self.aside:
            return
        try:
            if record.topic == CHECK_INS and not self._anybody_away(record.home_id, record.appended_at):
                return  # a check changes nothing here but for a child who is away
            fact = fact_of(record)
            if self.home(fact.home_id) is not None:
                self.keep_promises(fact.home_id, fact.appended_at)
            if fact.topic == CHECK_INS or refusal(fact, self.homes, None) is None:
                self.apply(fact)
                self.durable(fact)
        except Exception as error:
            self.set_aside(record.home_id, record.appended_at, error)

    def apply(self, fact: Fact) -> None:
        """Fold in a fact that may stand."""
        home_id = fact.home_id
        self.keep_promises(home_id, fact.appended_at)
        if fact.topic == CHECK_INS:
            self._see(fact)
            return
        self.homes.apply(fact)
        if fact.type == "placement.started.v1":
            self.started_in(fact.data["placement_id"], home_id)
        elif fact.type == "environment.assessed.v1":
            listed = (point["point_id"] for point in fact.data["anchor_points"])
            self.points.setdefault(home_id, Points()).add(listed)
        elif fact.type in ON_CALL:
            self.on_call.setdefault(home_id, OnCall()).take(fact)
        self._expect(home_id)

    def durable(self, fact: Fact) -> None:
        """A fact is in the log for good."""
        if fact.type == "home.registered.v1":
            self.provider_of[fact.home_id] = fact.data["provider_id"]
        elif fact.type == "placement.started.v1":
            theirs = self.commissioners.setdefault(fact.home_id, {})
            theirs[fact.data["placement_id"]] = fact.data["commissioner_id"]

    def started_in(self, placement_id: str, home_id: str) -> None:
        """The placement was ever started in that home, or will be."""
        known = self.homes_of.get(placement_id, ())
        if home_id not in known:
            self.homes_of[placement_id] = (*known, home_id)

    def keep_promises(self, home_id: str, upto: Instant) -> None:
        """What is promised in the home up to and including `upto` takes effect."""
        if self.next.get(home_id, NEVER) > upto:
            return
        self.homes.keep_all(self.homes.homes[home_id], upto)
        self._expect(home_id)

    def forget(self, home_id: str) -> None:
        """Forget the home, also where it lies at rest: it is to be folded anew."""
        try:
            self.rest.take(home_id)
        finally:
            self.homes.drop(home_id)
            self.next.pop(home_id, None)
            self.points.pop(home_id, None)
            self.on_call.pop(home_id, None)

    def set_aside(self, home_id: str, since: Instant, error: Exception) -> None:
        """The home's fold raised."""
        self.aside[home_id] = since
        self.next.pop(home_id, None)
        _log.error("home set aside at the door", home_id=home_id, error=type(error).__name__)

    def unsettled(self, home_id: str) -> bool:
        """Whether a child is away, or something is promised of one: a check may change it. What is promised of sessions
        no check changes."""
        home = self.homes.homes.get(home_id)
        children = () if home is None else home.placements.values()
        return any(child.away is not None or child.promises for child in children)

    def away_since(self, home_id: str) -> Instant | None:
        """Since when somebody of the home is away, with what has extended it; None: nobody is, nor will be."""
        home = self.homes.homes.get(home_id)
        children = () if home is None else home.placements.values()
        away = [child.away.chain_since for child in children if child.away is not None]
        promised = [0 for child in children if child.promises]
        return min([*away, *promised], default=None)

    def at_rest(self, home_id: str) -> AtRest:
        """The home's form at rest, as of what was replayed."""
        home = None if home_id in self.aside else self.homes.homes.get(home_id)
        provider_id, theirs = self.provider_of.get(home_id), self.commissioners.get(home_id, {})
        if home is None:
            return AtRest(home_id, provider_id, theirs, False, None)
        children = home.placements.values()
        placements = {child.id: placement_state(child) for child in children}
        points, on_call = self.points.get(home_id), self.on_call.get(home_id)
        paged = on_call and [on_call.rotas, on_call.silences, on_call.overrides]
        state = orjson.dumps([home_state(home), placements, theirs, points and points.text, paged])
        return AtRest(home_id, provider_id, theirs, self.unsettled(home_id), state)

    def _restore(self, home_id: str, state: bytes) -> Home:
        of_home, of_placements, theirs, points, paged = orjson.loads(state)
        home = restore_home(self.homes, home_id, of_home)
        for placement_id, of_placement in of_placements.items():
            restore_placement(self.homes, home_id, placement_id, of_placement)
        if points is not None:
            self.points[home_id] = Points(points)
        if paged is not None:
            self.on_call[home_id] = OnCall(*paged)
        if theirs:
            self.commissioners.setdefault(home_id, theirs)
        if home.registered:
            self.provider_of.setdefault(home_id, home.provider_id)
        self._expect(home_id)
        return home

    def _anybody_away(self, home_id: str, at: Instant) -> bool:
        if not self.concerned(home_id):
            return False
        home = self.home(home_id)
        self.keep_promises(home_id, at)
        return home is not None and any(child.away is not None for child in home.placements.values())

    def _see(self, check: Fact) -> None:
        child = self.placement(check.home_id, check.subject)
        if child is None or child.away is None or check.type != "check.recorded.v1":
            return
        if is_valid(check, child):
            self.homes.returned(child, check, seen_at(check))

    def _expect(self, home_id: str) -> None:
        home = self.homes.homes.get(home_id)
        soonest = NEVER if home is None else home.next_promise
        if soonest == NEVER:
            self.next.pop(home_id, None)
        else:
            self.next[home_id] = soonest
