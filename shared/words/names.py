"""What each kind of alert and each severity is called on a screen."""

from typing import Final

TITLES: Final[dict[str, str]] = {
    "check_missed": "Check missed",
    "child_not_found": "Child not found",
    "concern_raised": "Concern raised",
    "child_missing": "Child missing",
    "absence_expired": "Not back when expected",
    "child_away": "Child away",
    "cover_gap": "Not enough waking cover",
    "one_to_one_gap": "One-to-one cover missing",
    "observer_overrun": "One-to-one longer than two hours",
    "home_silent": "Nothing heard from the home",
    "plan_missing": "No agreed plan",
    "plan_incomplete": "Plan incomplete",
    "room_ligature_review_overdue": "Room ligature review overdue",
    "ligature_plan_review_overdue": "Ligature plan review overdue",
    "suicide_plan_review_overdue": "Suicide prevention plan review overdue",
    "suitability_review_overdue": "Suitability review overdue",
    "ligature_action_overdue": "Ligature action overdue",
    "review_due_soon": "Review due soon",
    "anomaly": "A pattern worth a look",
    "pattern_concern": "The same on several nights",
    "fact_refused": "A record was refused",
}
"""What each kind is called. A kind that is not here is shown by its own name."""

SEVERITIES: Final[dict[str, str]] = {
    "page": "Act now",
    "notify": "Act soon",
    "info": "For information",
    "operations": "The watch itself",
}
COUNTED: Final[dict[str, str]] = {
    "page": "to act on now",
    "notify": "to act on soon",
    "info": "for information",
}
"""The same after a number."""

RUNNING: Final[dict[str, str]] = {
    "check_missed": "without a check",
    "child_not_found": "not found",
    "concern_raised": "waiting for a check",
    "child_missing": "missing",
    "child_away": "away",
    "absence_expired": "overdue",
    "cover_gap": "short",
    "one_to_one_gap": "without one-to-one",
    "observer_overrun": "without a break",
    "plan_missing": "overdue",
    "plan_incomplete": "incomplete",
    "room_ligature_review_overdue": "overdue",
    "ligature_plan_review_overdue": "overdue",
    "suicide_plan_review_overdue": "overdue",
    "suitability_review_overdue": "overdue",
    "ligature_action_overdue": "overdue",
    "review_due_soon": "",
    "home_silent": "without a record",
    "anomaly": "",
    "pattern_concern": "",
    "fact_refused": "",
}
"""What the growing number of a kind means; empty where none is shown, `open` where a kind is not here."""
