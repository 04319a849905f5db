"""The one fold of rooms, placements, presence, plans and sessions that every monitor and the door read. Pure.

Facts go in by `apply` in log order; what they promise for later by `keep`, placement by placement, or by `keep_all` or
`keep_next`, home by home, when the clock gets there. What is refused (shared.acceptance) never comes here. What a
change means (deadlines, alerts) is the monitors' business; the rules of sessions are `shared.home.sessions`.
"""

from collections.abc import Callable, Sequence
from typing import Final

from shared.facts import Fact
from shared.home.completeness import parts_of
from shared.home.parts import NO_VERSIONS, Absence, Change, ChangeKind, Home, Placement, Promise
from shared.home.plans import PlanVersion, default_version, registration, shared_text, terms_of
from shared.home.sessions import NO_SESSIONS, enact, move_of
from shared.instants import Instant, parse_instant
from shared.topics import NIGHT_COVER

NOTHING: Final[Sequence[Change]] = ()


class Homes:
    """All homes of a partition, as the facts so far say."""

    __slots__ = ("_home", "_placement", "_serial", "homes")

    def __init__(self, placement: type[Placement] = Placement, home: type[Home] = Home) -> None:
        """`placement`, `home`: what is kept of each one, where its owner keeps more than the fold does."""
        self.homes: dict[str, Home] = {}
        self._placement = placement
        self._home = home
        self._serial = 0

    def placement(self, home_id: str, placement_id: str) -> Placement | None:
        """The placement of that id in that home, whatever its state; None if nothing was told of it."""
        home = self.homes.get(home_id)
        return None if home is None else home.placements.get(placement_id)

    def begin_home(self, home_id: str) -> Home:
        """The home of that id, a new one where nothing was told of it."""
        known = self.homes.get(home_id)
        if known is None:
            known = self.homes[home_id] = self._home(home_id)
        return known

    def begin(self, home: Home, placement_id: str) -> Placement:
        """The placement of that id in `home`, a new one where nothing was told of it."""
        known = home.placements.get(placement_id)
        if known is None:
            known = home.placements[placement_id] = self._placement(home, placement_id)
        return known

    def apply(self, fact: Fact) -> Sequence[Change]:
        """Take a fact in log order, with the clock at its `appended_at`: what changes at once. What lies in the
        future is kept as a promise (`Placement.next_promise`). Facts that are none of its business change nothing."""
        if fact.type == "home.registered.v1":
            self._register(fact)
            return NOTHING
        enacted = ENACTED.get(fact.type)
        if enacted is None and fact.topic != NIGHT_COVER:
            return NOTHING
        if enacted is None:
            self._shift(self.begin_home(fact.home_id), fact)
            return NOTHING
        home = self.homes.get(fact.home_id)
        if home is None or not home.registered:
            self._wait(fact)
            return NOTHING
        placement = self._of(home, fact)
        if placement is None:
            return NOTHING
        if fact.type == "plan.agreed.v1":
            return self._agree(placement, fact, fact.appended_at)
        if fact.observed_at > fact.appended_at:
            self._promise(placement, fact.observed_at, fact)
            return NOTHING
        return enacted(placement, fact, fact.appended_at)

    def keep(self, placement: Placement, upto: Instant) -> Sequence[Change]:
        """Keep the placement's next promise if its time is `upto` or before: what it changes, at its time."""
        if placement.next_promise > upto:
            return NOTHING
        (at, _, fact), *later = placement.promises
        placement.promises = tuple(later)
        enact = ENACTED.get(fact.type)
        return NOTHING if enact is None else enact(placement, fact, at)

    def promise(self, holder: Home | Placement, fact: Fact) -> None:
        """Keep a fact that is a monitor's own affair until its time, in one order with all that the fold keeps:
        `keep_next` tells it then. One of a placement is promised no more when that ends."""
        self._serial += 1
        holder.promises = _in_order(*holder.promises, Promise(fact.observed_at, self._serial, fact))

    def keep_all(self, home: Home, upto: Instant) -> Sequence[Change]:
        """Keep every promise of the home and of its placements up to and including `upto`, by their times, then as they
        were told: what they change."""
        changes: list[Change] = []
        while (kept := self.keep_next(home, upto)) is not None:
            changes += kept[1]
        return changes

    def keep_next(self, home: Home, upto: Instant) -> tuple[Promise, Sequence[Change]] | None:
        """Keep the soonest promise of the home and of its placements, of several the one told first, if its time is
        `upto` or before: which it was, and what it changes."""
        soonest = home.next_promise
        if soonest > upto:
            return None
        holders: list[Home | Placement] = [home, *home.placements.values()]
        due = [each for each in holders if each.promises and each.promises[0].at == soonest]
        holder = min(due, key=lambda each: each.promises[0].serial)
        promise, *later = holder.promises
        if isinstance(holder, Placement):
            return promise, self.keep(holder, soonest)
        home.promises = tuple(later)
        _enact(home, promise.fact, promise.at)
        return promise, NOTHING

    def returned(self, placement: Placement, check: Fact, observed_at: Instant) -> Sequence[Change]:
        """A valid check observed at or after the start of the open disposition is a return: it ends it (§3).
        Whether the check is valid is the caller's to know."""
        before = placement.away
        if before is None or observed_at < before.since:
            return NOTHING
        placement.away = None
        return (Change(ChangeKind.RETURNED, placement, check.appended_at, check, before),)

    def drop(self, home_id: str) -> None:
        """Forget one home."""
        self.homes.pop(home_id, None)

    def promised(self, serial: int) -> None:
        """Serials up to this one are taken (promises that were restored)."""
        self._serial = max(self._serial, serial)

    def _register(self, fact: Fact) -> None:
        home = self.begin_home(fact.home_id)
        told = registration(fact.effective_at, fact.data)
        if home.registrations:
            told = tuple(sorted((*home.registrations, *told), key=lambda each: each[0]))
        home.registrations = told
        home.zone = shared_text(fact.data["time_zone"])
        home.provider_id = shared_text(fact.data["provider_id"])
        home.rooms = home.stated(fact.appended_at)["rooms"]
        waiting, home.waiting = home.waiting, ()
        for early in waiting:
            placement = self.begin(home, early.data["placement_id"])
            if early.type == "plan.agreed.v1":
                self._agree(placement, early, fact.appended_at)
            elif early.observed_at > fact.appended_at:
                self._promise(placement, early.observed_at, early)

    def _wait(self, fact: Fact) -> None:
        """A plan or a promise told before its home is registered waits for the zone: nobody has to send it again."""
        if fact.type == "plan.agreed.v1" or fact.observed_at > fact.appended_at:
            home = self.begin_home(fact.home_id)
            home.waiting = (*home.waiting, fact)

    def _shift(self, home: Home, fact: Fact) -> None:
        """Who is on duty changes, now or when its time has come."""
        if fact.observed_at > fact.appended_at:
            self.promise(home, fact)
        else:
            _enact(home, fact, fact.appended_at)

    def _of(self, home: Home, fact: Fact) -> Placement | None:
        """The placement that a fact is about. One that is not known yet begins with its start, with a plan that was
        told before, or with a promise; whatever else is told of it changes nothing."""
        id_ = fact.data.get("placement_id")
        if id_ is None:
            return None
        if fact.type in ("placement.started.v1", "plan.agreed.v1") or fact.observed_at > fact.appended_at:
            return self.begin(home, id_)
        return home.placements.get(id_)

    def _promise(self, placement: Placement, at: Instant, fact: Fact) -> None:
        if fact.type == "placement.started.v1":  # told anew before it began: the later word holds
            _take_back(placement, fact.type)
        self._serial += 1
        placement.promises = _in_order(*placement.promises, Promise(at, self._serial, fact))

    def _agree(self, placement: Placement, fact: Fact, clock: Instant) -> Sequence[Change]:
        since = max(parse_instant(fact.data["effective_from"]), fact.appended_at)
        terms = terms_of(placement.home.zone, fact.data)
        version = PlanVersion(fact.data["version"], since, terms, parts_of(fact.data))
        placement.told = {**placement.told, version.number: version}
        if since > clock:
            self._promise(placement, since, fact)
            return NOTHING
        return _plan_comes(placement, fact, since)


def _in_order(*promises: Promise) -> tuple[Promise, ...]:
    return tuple(sorted(promises, key=lambda promise: (promise.at, promise.serial)))


def _enact(home: Home, fact: Fact, at: Instant) -> None:
    move = move_of(fact, at)
    if move is not None:
        sessions = {} if home.sessions is NO_SESSIONS else home.sessions
        enact(sessions, move)
        home.sessions = sessions or NO_SESSIONS


def _start(placement: Placement, fact: Fact, at: Instant) -> Sequence[Change]:
    """A placement that starts again where it had ended begins a new life: no version is carried over (§2)."""
    home, data = placement.home, fact.data
    if placement.in_force:
        return NOTHING
    placement.commissioner_id = shared_text(data["commissioner_id"])
    placement.room = shared_text(data["room"])
    placement.suicide_risk = data["suicide_risk"]
    placement.in_force = True
    placement.started_at, placement.ended_at = at, None
    placement.away = None
    _take_back(placement, fact.type)
    plan = _first_plan(placement, home, at)
    placement.stands(plan, () if plan is None else (_as_of(plan, at),))
    return (Change(ChangeKind.STARTED, placement, at, fact),)


def _take_back(placement: Placement, promised: str) -> None:
    """What was promised by facts of that type is promised no more."""
    if placement.promises:
        placement.promises = tuple(p for p in placement.promises if p.fact.type != promised)


def _first_plan(placement: Placement, home: Home, at: Instant) -> PlanVersion | None:
    """The version in force at the start: a plan told before holds from the start; until one is in force the home's
    `default_plan` is, as version 0, as it stood then (§3)."""
    come = [version for version in placement.told.values() if version.since <= at]
    if come:
        return max(come, key=lambda version: version.number)
    default = home.stated(at).get("default_plan")
    return None if default is None else default_version(at, terms_of(home.zone, default))


def _end(placement: Placement, fact: Fact, at: Instant) -> Sequence[Change]:
    if not placement.in_force:
        return NOTHING
    before = placement.away
    placement.in_force = False
    placement.ended_at = at
    placement.away = None
    placement.stands(None, ())
    placement.told, placement.promises = NO_VERSIONS, ()
    return (Change(ChangeKind.ENDED, placement, at, fact, before),)


def _move(placement: Placement, fact: Fact, at: Instant) -> Sequence[Change]:
    if not placement.in_force:
        return NOTHING
    placement.room = shared_text(fact.data["room"])
    return (Change(ChangeKind.MOVED, placement, at, fact),)


def _plan_comes(placement: Placement, fact: Fact, at: Instant) -> Sequence[Change]:
    """The version in force is the highest-numbered of those whose time has come: a lower number that comes later
    never takes over (§3)."""
    version = placement.told.get(fact.data["version"])
    if version is None or not placement.in_force:
        return NOTHING
    if placement.plan is not None and placement.plan.number > version.number:
        return NOTHING
    placement.stands(version, (*placement.history, _as_of(version, at)))
    return (Change(ChangeKind.PLAN, placement, at, fact),)


def _as_of(version: PlanVersion, at: Instant) -> PlanVersion:
    """The version as it came into force; as a rule that is when its time had come, and it is one object."""
    return version if version.since == at else version._replace(since=at)


def _go(placement: Placement, fact: Fact, at: Instant) -> Sequence[Change]:
    """A further disposition replaces the one that is open (§3)."""
    if not placement.in_force:
        return NOTHING
    before = placement.away
    placement.away = Absence(
        since=at,
        reason=fact.data["reason"],
        expected_end=parse_instant(fact.data["expected_end"]),
        chain_since=at if before is None else before.chain_since,
        fact_id=fact.id,
    )
    kind = ChangeKind.AWAY if before is None else ChangeKind.REPLACED
    return (Change(kind, placement, at, fact, before),)


def _come_back(placement: Placement, fact: Fact, at: Instant) -> Sequence[Change]:
    """An end told while none is open cancels those promised (§3)."""
    before = placement.away
    if before is None:
        _take_back(placement, "disposition.started.v1")
        return NOTHING
    placement.away = None
    return (Change(ChangeKind.BACK, placement, at, fact, before),)


def _ask(placement: Placement, fact: Fact, at: Instant) -> Sequence[Change]:
    if not placement.in_force:
        return NOTHING
    return (Change(ChangeKind.CONCERN, placement, at, fact),)


Enact = Callable[[Placement, Fact, Instant], Sequence[Change]]
ENACTED: Final[dict[str, Enact]] = {
    "placement.started.v1": _start,
    "placement.moved.v1": _move,
    "placement.ended.v1": _end,
    "plan.agreed.v1": _plan_comes,
    "disposition.started.v1": _go,
    "disposition.ended.v1": _come_back,
    "concern.received.v1": _ask,
}
"""What each fact about a placement does when its time has come."""
