"""Alerts as the feed would hold them, and every way in which each kind may close (DOMAIN.md §3-§7)."""

from typing import Any, Final

from services.alerts.lives import Lives, Whose
from services.alerts.rows import AlertRow
from shared import alerting
from shared.alerting import Resolution
from shared.events.decode import fact_of_event
from shared.instants import parse_instant

CHILD: Final = {"placement_id": "P1"}
ROOM: Final = {"room": "R2"}
HOME: Final[dict[str, str]] = {}

_SEEN = ("late", "disposition", "ended")
_REVIEWED = ("reviewed", "superseded", "ended")
CLOSE: Final[dict[str, tuple[str, ...]]] = {
    "check_missed": ("late", "unreported", "disposition", "ended"),
    "child_not_found": _SEEN,
    "concern_raised": ("restored", "disposition", "ended"),
    "child_away": ("returned", "superseded", "ended"),
    "child_missing": ("returned", "disposition", "ended"),
    "absence_expired": ("returned", "disposition", "ended"),
    "cover_gap": ("ended", "unreported", "restored"),
    "one_to_one_gap": ("ended", "unreported", "restored"),
    "observer_overrun": ("restored", "ended"),
    "plan_missing": ("restored", "ended"),
    "plan_incomplete": ("superseded", "ended"),
    "room_ligature_review_overdue": ("reviewed", "ended"),
    "ligature_plan_review_overdue": _REVIEWED,
    "suicide_plan_review_overdue": _REVIEWED,
    "suitability_review_overdue": ("reviewed", "ended"),
    "review_due_soon": _REVIEWED,
    "ligature_action_overdue": ("restored", "reviewed"),
    "anomaly": ("decision",),
    "home_silent": ("restored",),
    "pattern_concern": ("decision",),
}
"""Every kind of §3-§7, and how the page says that it closes."""


def row(
    kind: str,
    subject: dict[str, str],
    facts: dict[str, Any],
    since: str = "2026-03-02T02:00:00Z",
    *,
    closed: tuple[str, str] | None = None,
) -> AlertRow:
    """An alert of that kind, by the feed's own fold. `closed`: when, and how."""
    at = parse_instant(since)
    effect = alerting.raised("cover", kind, "H1", subject, at, at, facts)
    lives = Lives()
    taken = lives.take(fact_of_event(effect.topic, at, effect.event), _whose)
    if closed is not None:
        end = alerting.resolved(
            "cover", "H1", effect.event["subject"], parse_instant(closed[0]), Resolution(closed[1]), "f"
        )
        taken = lives.take(fact_of_event(end.topic, at, end.event), _whose)
    (values,) = ({**each.key, **(each.values or {})} for each in taken if each.table == "alerts_alerts")
    return AlertRow(**values)


def _whose(_fact: Any) -> Whose:
    return Whose("PR1", "C1", "Europe/London")
