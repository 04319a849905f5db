"""What readers see of reviews in the read model's columns: what falls due, how a plan stands, an anchor point. Pure.

The monitor's own memory is not here (`saved.py`); the shapes over HTTP are `shapes.py`.
"""

from typing import Any, Final

from services.reviews.calendar import day_at, over, show_day
from services.reviews.home import ReviewedChild, ReviewsHome
from services.reviews.points import Point
from services.reviews.reviewed import Reviewed, What
from shared.instants import LONG_AGO, NEVER
from shared.monitor import Row
from shared.openalerts import OpenAlert

_WORDS: Final = ("location", "rating", "control", "action", "owner")


def due_row(table: str, home: ReviewsHome, what: What, subject: str, known: Reviewed | None) -> Row:
    """One thing that is reviewed; no row where nothing is known of it, or where no plan in force states it."""
    key = {"home_id": home.id, "what": what.name, "subject": subject}
    if known is None or not (known.watched or _stays(known)):
        return Row(table, key, None)
    due, because = known.due(home.zone) if known.watched else (NEVER, None)
    values = {
        "placement_id": subject if what.about == "placement_id" else None,
        "room": subject if what.about == "room" else None,
        "watched": known.watched,
        "date": show_day(known.date) if known.date else None,
        "due_at": None if due == NEVER else due,
        "because": None if due == NEVER else because,
        "overdue_since": None if known.overdue is None else known.overdue.since,
        "due_soon": known.soon is not None,
        "last": None if known.reviewed_at == LONG_AGO else show_day(day_at(home.zone, known.reviewed_at)),
    }
    return Row(table, key, values)


def _stays(known: Reviewed) -> bool:
    """A room or a home that was reviewed is shown when nobody lives there too."""
    return known.what.about != "placement_id" and known.reviewed_at != LONG_AGO


def child_values(child: ReviewedChild) -> dict[str, Any]:
    """How a child's plan stands."""
    lacks = child.incomplete
    return {
        "commissioner_id": child.commissioner_id,
        "in_force": child.in_force,
        "room": child.room,
        "plan_version": None if child.plan is None else child.plan.number,
        "plan_due_at": child.missing_due if child.in_force and not child.agreed else None,
        "plan_missing_since": None if child.missing is None else child.missing.since,
        "plan_lacks": None if lacks is None else lacks.facts["missing"],
    }


def point_values(
    zone: str, point: Point, alert: OpenAlert | None, words: dict[str, Any] | None
) -> dict[str, Any]:
    """An anchor point; `words`: as the assessment tells of it, where that is new."""
    told = {} if words is None else {name: words.get(name) for name in _WORDS}
    return {
        "room": point.room,
        "status": point.status,
        "listed": not point.gone,
        "action_due": show_day(point.action_due),
        "due_at": over(zone, point.action_due) if point.awaits else None,
        "overdue_since": None if alert is None else alert.since,
        **told,
    }
