"""One alert in plain words: what it is called, what stands on record, how it closed."""

from collections.abc import Callable
from typing import Final, NamedTuple

from shared.instants import Instant
from shared.words import gathered, nights, records, reviews
from shared.words.alert import Alert
from shared.words.closing import how_it_closed
from shared.words.names import RUNNING, SEVERITIES, TITLES
from shared.words.times import Wall


class Told(NamedTuple):
    """An alert as a page tells it."""

    title: str
    severity: str
    """The severity in words."""
    about: str
    """What it is about: a placement, a room, a worker; empty where it is about the home itself."""
    points: tuple[str, ...]
    """What stands on record, in short pieces: `not seen since 02:00`, `due by 02:15`."""
    running: str
    """What the growing number means: `without a check`; empty where none runs."""
    counts_from: Instant
    closed: str
    """How it closed; empty while it is open."""


def told(alert: Alert, now: Instant) -> Told:
    """`alert` in words, as of `now`."""
    wall = Wall(alert.zone, now)
    return Told(
        title=TITLES.get(alert.kind, alert.kind.replace("_", " ").capitalize()),
        severity=SEVERITIES.get(alert.severity, alert.severity),
        about=about(alert),
        points=_POINTS.get(alert.kind, _since)(alert, wall),
        running=RUNNING.get(alert.kind, "open") if alert.resolved_at is None else "",
        counts_from=alert.since,
        closed=how_it_closed(alert, wall),
    )


def about(alert: Alert) -> str:
    """The child, place, worker or device that the alert is about."""
    if alert.placement_id is not None:
        return alert.placement_id
    if alert.point_id is not None:
        return f"point {alert.point_id}"
    if alert.room is not None:
        return f"room {alert.room}"
    return alert.staff_id or alert.device or ""


def _since(alert: Alert, wall: Wall) -> tuple[str, ...]:
    return (f"since {wall.clock(alert.since)}",)


_POINTS: Final[dict[str, Callable[[Alert, Wall], tuple[str, ...]]]] = {
    "check_missed": nights.missed,
    "child_not_found": nights.not_found,
    "concern_raised": nights.concern,
    "child_away": nights.absence,
    "child_missing": nights.absence,
    "absence_expired": nights.absence,
    "cover_gap": nights.cover,
    "one_to_one_gap": nights.one_to_one,
    "observer_overrun": nights.overrun,
    "plan_missing": reviews.plan_missing,
    "plan_incomplete": reviews.plan_incomplete,
    **dict.fromkeys(reviews.OVERDUE, reviews.overdue),
    "review_due_soon": reviews.due_soon,
    "ligature_action_overdue": reviews.action_overdue,
    "anomaly": records.anomaly,
    "home_silent": gathered.silent,
    "pattern_concern": gathered.pattern,
    "fact_refused": records.refused,
}
