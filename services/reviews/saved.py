"""The reviews monitor's state at rest: rows of its read model, and back.

`state` is JSON that only this module reads: a home's with its rooms and suitability, a child's with its protective
plans, an anchor point's. The other columns, and all of what falls due (`DUE`), are for readers (`shown.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, cast

import orjson

from services.reviews.home import ReviewedChild, ReviewsHome, as_child
from services.reviews.points import Point, Points
from services.reviews.reviewed import LIGATURE, ROOM, SUICIDE, SUITABILITY, Reviewed, Trigger, What
from services.reviews.shown import child_values, due_row, point_values
from shared.home import Homes
from shared.home.plans import shared_text
from shared.home.saved import (
    home_state,
    placement_state,
    promise_state,
    restore_home,
    restore_placement,
    restore_promises,
)
from shared.monitor import Row
from shared.openalerts import OpenAlert

HOMES: Final = "reviews_homes"
PLACEMENTS: Final = "reviews_placements"
POINTS: Final = "reviews_points"
DUE: Final = "reviews_due"
REMEMBERED: Final = (HOMES, PLACEMENTS, POINTS)
"""The tables that the monitor's memory is made of."""
TABLES: Final = (*REMEMBERED, DUE)
_OF_A_CHILD: Final[Sequence[What]] = (LIGATURE, SUICIDE)


# -- to rows


def rows(changed: Iterable[ReviewsHome]) -> Iterator[Row]:
    """The rows of homes that have changed, and of what has changed in them, each once."""
    for home in changed:
        values = {
            "provider_id": home.provider_id,
            "zone": home.zone,
            "state": orjson.dumps(_home_state(home)),
        }
        yield Row(HOMES, {"home_id": home.id}, values)
        for child in home.children.values():
            if child.changed or any(known.changed for known in child.protective):
                yield from _child_rows(home, child)
        for known in (home.suitability, *home.assessments.values()):
            if known is not None and known.changed:
                known.changed = False
                yield due_row(DUE, home, known.what, known.name, known)
        if home.points is not None:
            yield from _point_rows(home, home.points)


def _child_rows(home: ReviewsHome, child: ReviewedChild) -> Iterator[Row]:
    child.changed = False
    key = {"home_id": home.id, "placement_id": child.id}
    yield Row(PLACEMENTS, key, {**child_values(child), "state": orjson.dumps(_child_state(child))})
    for what in _OF_A_CHILD:
        known = child.review_of(what)
        if known is not None:
            known.changed = False
        yield due_row(DUE, home, what, child.id, known)


def _point_rows(home: ReviewsHome, points: Points) -> Iterator[Row]:
    changed, points.changed = points.changed or {}, None
    for id_, words in changed.items():
        key, point = {"home_id": home.id, "point_id": id_}, points.by_id[id_]
        alert = points.alert(id_)
        state = orjson.dumps([*point, None if alert is None else alert.state()])
        yield Row(POINTS, key, {**point_values(home.zone, point, alert, words), "state": state})


def _home_state(home: ReviewsHome) -> list[Any]:
    return [
        home_state(home),
        home.lit,
        home.first_child,
        None if home.suitability is None else _reviewed_state(home.suitability),
        {room: _reviewed_state(known) for room, known in home.assessments.items()},
        [promise_state(told) for told in home.early],
    ]


def _child_state(child: ReviewedChild) -> list[Any]:
    return [
        placement_state(child),
        child.lives_in,
        child.missing_due,
        None if child.missing is None else child.missing.state(),
        None if child.incomplete is None else child.incomplete.state(),
        {known.what.name: _reviewed_state(known) for known in child.protective},
    ]


def _reviewed_state(known: Reviewed) -> list[Any]:
    return [
        known.watched,
        known.last_at,
        known.reviewed_at,
        known.date,
        known.forward,
        [tuple(trigger) for trigger in known.triggers],
        None if known.overdue is None else known.overdue.state(),
        None if known.soon is None else known.soon.state(),
    ]


# -- and back


def restored(stored: Iterable[Row], homes: Homes) -> list[ReviewsHome]:
    """The homes of these rows, whose own come first."""
    back: list[ReviewsHome] = []
    for table, key, values in stored:
        if table not in REMEMBERED:
            continue
        state = orjson.loads((values or {})["state"])
        if table == HOMES:
            back.append(_home(homes, key["home_id"], state))
        elif table == PLACEMENTS:
            _child(homes, key["home_id"], key["placement_id"], state)
        else:
            _point(cast(ReviewsHome, homes.homes[key["home_id"]]), key["point_id"], state)
    for home in back:
        if home.points is not None:
            home.points.reckon(home.zone)
    return back


def _home(homes: Homes, home_id: str, state: list[Any]) -> ReviewsHome:
    home = cast(ReviewsHome, restore_home(homes, home_id, state[0]))
    home.lit, home.first_child = state[1:3]
    if state[3] is not None:
        home.suitability = _reviewed(home.zone, SUITABILITY, home_id, state[3])
    for room, known in state[4].items():
        home.assessments[room] = _reviewed(home.zone, ROOM, shared_text(room), known)
    home.early = restore_promises(homes, state[5])
    return home


def _child(homes: Homes, home_id: str, placement_id: str, state: list[Any]) -> None:
    child = as_child(restore_placement(homes, home_id, placement_id, state[0]))
    child.lives_in, child.missing_due = shared_text(state[1]), state[2]
    child.missing, child.incomplete = _alert(state[3]), _alert(state[4])
    child.protective = tuple(
        _reviewed(
            child.home.zone, next(what for what in _OF_A_CHILD if what.name == name), placement_id, known
        )
        for name, known in state[5].items()
    )
    child.changed = False


def _point(home: ReviewsHome, point_id: str, state: list[Any]) -> None:
    points = home.anchors()
    room, listed_at, high, action_due, status, status_at, gone, alert = state
    told_at = listed_at if status_at == listed_at else status_at  # one number for what is the same
    points.by_id[point_id] = Point(
        shared_text(room), listed_at, high, action_due, shared_text(status), told_at, gone
    )
    if (standing := _alert(alert)) is not None:
        points.opened(point_id, standing)


def _reviewed(zone: str, what: What, name: str, state: list[Any]) -> Reviewed:
    known = Reviewed(what, name)
    known.watched, known.last_at, known.reviewed_at, known.date = state[:4]
    known.forward = tuple((at, day) for at, day in state[4])
    known.triggers = tuple(Trigger(*trigger) for trigger in state[5])
    known.overdue, known.soon = _alert(state[6]), _alert(state[7])
    known.reckon(zone)
    known.changed = False
    return known


def _alert(state: list[Any] | None) -> OpenAlert | None:
    return None if state is None else OpenAlert(*state)
