"""The reviews monitor: facts and time in, alerts out (DOMAIN.md §5). Pure: no I/O, no clock.

Here is which fact does what and what time brings. What a child's stay means is `stays.py`, who lives where `rooms.py`;
plans are `plans.py` and `protective.py`, anchor points `points.py`, what is due when `reviewed.py`, the form at rest
`saved.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias, cast

from services.reviews import plans, protective, rooms, saved
from services.reviews.home import ReviewedChild, ReviewsHome, as_child, child_of
from services.reviews.reviewed import LIGATURE, SUICIDE, Trigger
from services.reviews.stays import FOLLOWED
from shared.facts import Fact
from shared.home import Change, Homes, Promise
from shared.home.plans import shared_text
from shared.home.valid import is_valid, seen_at
from shared.instants import NEVER, Instant
from shared.monitor import Effect, Row
from shared.openalerts import Telling
from shared.topics import CHECK_INS, PLAN_CHANGES
from shared.watching import NOTHING, Watching

SERVICE: Final = "reviews"
_OF_THE_FOLD: Final = frozenset(
    (
        "home.registered.v1",
        "placement.started.v1",
        "placement.moved.v1",
        "placement.ended.v1",
        "plan.agreed.v1",
        "disposition.started.v1",
        "disposition.ended.v1",
    )
)


class ReviewsMonitor(Watching[ReviewsHome]):
    """Watches every home of a partition. See `shared.monitor.Monitor` for the protocol."""

    name = SERVICE
    version = 1
    topics: Sequence[str] = (PLAN_CHANGES, CHECK_INS)
    tables: Sequence[str] = saved.TABLES

    def __init__(self) -> None:
        super().__init__(Homes(ReviewedChild, ReviewsHome))
        self._homes = cast("dict[str, ReviewsHome]", self.homes.homes)

    # -- facts

    def _take(self, fact: Fact) -> Iterable[Effect]:
        if fact.type == "check.recorded.v1":  # most facts are checks, and most children are at home
            home = self._homes.get(fact.home_id)
            child = None if home is None else home.placements.get(fact.data["placement_id"])
            if home is None or child is None or child.away is None:
                return NOTHING
            return self._seen(home, as_child(child), fact)
        if fact.type in _OF_THE_FOLD:
            return self._changes(fact)
        enact = OWN.get(fact.type)
        return NOTHING if enact is None else self._own(fact, enact)

    def _seen(self, home: ReviewsHome, child: ReviewedChild, fact: Fact) -> Iterable[Effect]:
        """*A valid check observed at or after the start of the disposition is a return* (§3)."""
        if not is_valid(fact, child):
            return NOTHING
        changes = self.homes.returned(child, fact, seen_at(fact))
        if not changes:
            return NOTHING
        telling = Telling(SERVICE, home.id, fact.appended_at, fact.id)
        self._follow(home, changes, telling)
        self._touch(home)
        return telling.effects

    def _changes(self, fact: Fact) -> Iterable[Effect]:
        changes = self.homes.apply(fact)
        home = self._homes.get(fact.home_id)
        if home is None:
            return NOTHING
        telling = Telling(SERVICE, home.id, fact.appended_at, fact.id)
        if home.registered and home.early:
            early, home.early = home.early, ()
            for at, _, told in early:
                OWN[told.type](home, told, at, telling)
        self._follow(home, changes, telling)
        self._told(home, fact)
        return telling.effects

    def _own(self, fact: Fact, enact: "Enact") -> Iterable[Effect]:
        if fact.observed_at > fact.appended_at:
            self._promise(fact)
            return NOTHING
        home = cast(ReviewsHome, self.homes.begin_home(fact.home_id))
        telling = Telling(SERVICE, home.id, fact.appended_at, fact.id)
        _enacted(home, fact, enact, fact.appended_at, telling)
        self._told(home, fact)
        return telling.effects

    def _promise(self, fact: Fact) -> None:
        """*A time in the future is a promise that starts then* (§2)."""
        home = cast(ReviewsHome, self.homes.begin_home(fact.home_id))
        id_ = fact.data.get("placement_id")
        if id_ is None or fact.data.get("room") is not None or not home.registered:
            self.homes.promise(home, fact)
        else:
            self.homes.promise(self.homes.begin(home, id_), fact)
        self._told(home, fact)

    def _told(self, home: ReviewsHome, fact: Fact) -> None:
        """Something was told of the home, and of the child that the fact names."""
        _note_child(home, fact)
        self._touch(home)

    # -- what changes

    def _follow(self, home: ReviewsHome, changes: Iterable[Change], telling: Telling) -> None:
        for change in changes:
            child = as_child(change.placement)
            child.changed = True
            follow = FOLLOWED.get(change.kind)
            if follow is not None:
                follow(home, child, change, telling)

    # -- time

    def _fire(self, home: ReviewsHome, due: Instant, at: Instant) -> list[Effect]:
        telling = Telling(SERVICE, home.id, at)
        # What came to light late is looked at as a whole: of two marks that are past, the first one alone says nothing.
        _time_passed(home, max(due, at - 1), telling)
        effects = telling.effects
        begins = due + 1
        while (kept := self.homes.keep_next(home, begins)) is not None:
            promise, changes = kept
            telling = Telling(SERVICE, home.id, promise.at, promise.fact.id)
            self._follow(home, changes, telling)
            enact = OWN.get(promise.fact.type)
            if enact is not None:
                _enacted(home, promise.fact, enact, promise.at, telling)
            _note_child(home, promise.fact)
            home.lit = begins
            effects += telling.effects
        return effects

    def _next_look(self, home: ReviewsHome) -> Instant:
        return _next_look(home)

    # -- state

    def _rows(self, changed: Sequence[ReviewsHome]) -> Iterable[Row]:
        return saved.rows(changed)

    def _restored(self, rows: Iterable[Row], clock: Instant) -> Iterable[ReviewsHome]:
        return saved.restored(rows, self.homes)

    def _subjects_of(self, home_id: str) -> Iterable[ReviewsHome]:
        home = self._homes.get(home_id)
        return () if home is None else (home,)


def _enacted(home: ReviewsHome, fact: Fact, enact: "Enact", at: Instant, telling: Telling) -> None:
    """What is told of a home before it is registered waits for the zone: dates are local."""
    if home.registered:
        enact(home, fact, at, telling)
    else:
        home.early = (*home.early, Promise(at, 0, fact))


def _note_child(home: ReviewsHome, fact: Fact) -> None:
    child = home.children.get(fact.data.get("placement_id", ""))
    if child is not None:
        child.changed = True


def _next_look(home: ReviewsHome) -> Instant:
    soonest = home.next_promise
    if soonest != NEVER:  # what takes effect at an instant is looked at before it
        soonest -= 1
    for child in home.children.values():
        if child.in_force:
            soonest = min(soonest, plans.next_missing(child))
    for reviewed in home.all_reviewed():
        soonest = min(soonest, reviewed.next_look())
    return soonest if home.points is None else min(soonest, home.points.due)


def _time_passed(home: ReviewsHome, due: Instant, telling: Telling) -> None:
    """Everything at or before `due` has passed, in an order that is the same in every run."""
    for _, child in sorted(home.children.items()):
        plans.goes_missing(child, due, telling)
    past = [reviewed for reviewed in home.all_reviewed() if reviewed.next_look() <= due]
    for reviewed in sorted(past, key=lambda each: (each.what.name, each.name)):
        reviewed.time_passed(home.zone, due, telling)
    if home.points is not None:
        home.points.time_passed(home.zone, due, telling)


# -- reviews and triggers


def _ligature_reviewed(home: ReviewsHome, fact: Fact, at: Instant, telling: Telling) -> None:
    child = child_of(home, fact.data["placement_id"])
    if child is not None:
        protective.reviewed(child, LIGATURE, fact, telling)


def _suicide_reviewed(home: ReviewsHome, fact: Fact, at: Instant, telling: Telling) -> None:
    child = child_of(home, fact.data["placement_id"])
    if child is not None:
        protective.reviewed(child, SUICIDE, fact, telling)


def _triggered(home: ReviewsHome, fact: Fact, at: Instant, telling: Telling) -> None:
    """*A trigger is told by `review.triggered` (a room by `room`, or the room in which the `placement_id` lives).*"""
    trigger = Trigger(fact.data["trigger"], fact.observed_at, at)
    child = child_of(home, fact.data.get("placement_id"))
    if child is not None:
        protective.triggered(child, trigger)
    room = fact.data.get("room") or (None if child is None else child.lives_in)
    if room is not None:
        rooms.room_triggered(home, shared_text(room), trigger)


Enact: TypeAlias = Callable[[ReviewsHome, Fact, Instant, Telling], None]
OWN: Final[dict[str, Enact]] = {
    "environment.assessed.v1": rooms.assessed,
    "anchor_point.changed.v1": rooms.point_changed,
    "suitability.reviewed.v1": rooms.suitability_reviewed,
    "ligature_plan.reviewed.v1": _ligature_reviewed,
    "suicide_plan.reviewed.v1": _suicide_reviewed,
    "review.triggered.v1": _triggered,
}
"""What each fact about reviews does when its time has come."""
