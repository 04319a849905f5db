"""A child's stay as reviews follow it: what a start, an end, a move, another plan or a return means (§5). Pure.

When each happens is the fold's to tell (`shared.home`); what then falls due is `rooms.py`, `plans.py` and
`protective.py`.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from services.reviews import plans, protective, rooms
from services.reviews.home import ReviewedChild, ReviewsHome
from services.reviews.reviewed import Trigger
from shared.facts import Fact
from shared.home import Change, ChangeKind, PlanVersion
from shared.home.valid import seen_at
from shared.instants import Instant
from shared.openalerts import Telling


def _started(home: ReviewsHome, child: ReviewedChild, change: Change, telling: Telling) -> None:
    child.protective = ()  # a new life: nothing is carried over (§2)
    rooms.arrives(home, change.at)
    rooms.moves_in(home, child, change.fact, change.at)
    plans.asked_for(child, change.at)
    _plan_comes(home, child, change, telling)


def _ended(home: ReviewsHome, child: ReviewedChild, change: Change, telling: Telling) -> None:
    home.promises = tuple(each for each in home.promises if not _is_of(each.fact, child))
    plans.ends(child, telling)
    protective.ends(child, telling)
    rooms.moves_out(home, child, telling)
    rooms.leaves(home, telling)


def _is_of(fact: Fact, child: ReviewedChild) -> bool:
    """Whether a promise, told before the home was registered, is of this stay alone: it goes with its end (§2)."""
    return fact.data.get("placement_id") == child.id and fact.data.get("room") is None


def _moved(home: ReviewsHome, child: ReviewedChild, change: Change, telling: Telling) -> None:
    """To the room in which the child lives already is no move."""
    if child.room == child.lives_in:
        return
    rooms.moves_out(home, child, telling)
    rooms.moves_in(home, child, change.fact, change.at)
    protective.triggered(child, Trigger("room_change", change.fact.observed_at, change.at))


def _plan_comes(home: ReviewsHome, child: ReviewedChild, change: Change, telling: Telling) -> None:
    if child.plan is not None and child.agreed and _is_in_force(child, child.plan, change.at):
        before = _in_force_before(child, change)
        plans.comes(child, child.plan, change.at, telling)
        protective.comes(child, child.plan, before, change.at, telling)


def _is_in_force(child: ReviewedChild, version: PlanVersion, at: Instant) -> bool:
    """Not where it was already, from the placement's start on; nor where a higher number was promised for the same
    instant: *in force is the highest-numbered of those whose time has come* (§3), so that this one never is."""
    known = any(other.number == version.number for other in child.history[:-1])
    return not known and not any(
        other.number > version.number and other.since == at for other in child.told.values()
    )


def _in_force_before(child: ReviewedChild, change: Change) -> PlanVersion | None:
    """What the version in force took the place of: of what was promised for that instant too, nothing ever was."""
    promised = change.fact.appended_at < change.at
    earlier = [other for other in child.history[:-1] if other.since < change.at or not promised]
    return earlier[-1] if earlier else None


def _back(home: ReviewsHome, child: ReviewedChild, change: Change, telling: Telling) -> None:
    """*`return`: an absence for hospital, home leave or missing ends, by a check or by `disposition.ended`; it counts
    24 h from when it took effect, a return by a check too.*"""
    if change.before is not None and change.before.reason in protective.RETURNS:
        own = seen_at(change.fact) if change.kind is ChangeKind.RETURNED else change.fact.observed_at
        protective.triggered(child, Trigger("return", own, max(own, change.at)))


Follow: TypeAlias = Callable[[ReviewsHome, ReviewedChild, Change, Telling], None]
FOLLOWED: Final[dict[ChangeKind, Follow]] = {
    ChangeKind.STARTED: _started,
    ChangeKind.ENDED: _ended,
    ChangeKind.MOVED: _moved,
    ChangeKind.PLAN: _plan_comes,
    ChangeKind.BACK: _back,
    ChangeKind.RETURNED: _back,
}
"""What each change of a placement does here."""
