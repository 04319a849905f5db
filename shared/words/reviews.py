"""What stands on record of plans and reviews (DOMAIN.md §5)."""

from typing import Final

from shared.words.alert import Alert
from shared.words.times import Wall

OVERDUE: Final = (
    "room_ligature_review_overdue",
    "ligature_plan_review_overdue",
    "suicide_plan_review_overdue",
    "suitability_review_overdue",
)
_REVIEWS: Final[dict[str, str]] = {
    "room_ligature_review": "the room's ligature assessment",
    "ligature_plan_review": "the ligature plan",
    "suicide_plan_review": "the suicide prevention plan",
    "suitability_review": "the home's suitability",
}
"""By `facts.what`."""
_TRIGGERS: Final[dict[str, str]] = {
    "self_harm": "self-harm",
    "ligature_incident": "a ligature incident",
    "room_change": "a change of room",
    "new_child": "a child moved in",
    "works": "works in the room",
    "return": "the child's return",
    "level_change": "a change of the checks",
}
"""By `facts.because`."""
_PARTS: Final[dict[str, str]] = {
    "night_checks": "checks through the whole night",
    "day_checks": "checks by day",
    "night_cover": "hours and numbers of night cover",
    "night_cover.meaning": "what waking night means",
    "role:night_checks": "who does the night checks",
    "role:night_cover": "who is night cover",
    "role:escalation": "who is called for help",
    "signed:registered_person": "the registered person's signature",
    "signed:placing_authority": "the placing authority's signature",
    "cover_offered": "enough waking staff offered by the home",
}
"""By the item of `facts.missing`."""
_AT_RISK: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "suicide_prevention": (
        "suicide prevention plan",
        {
            "emotional_risks": "emotional risks",
            "behavioural_risks": "behavioural risks",
            "situational_risks": "situational risks",
            "means_restriction": "means restriction",
            "actions": "actions with names",
            "review_by": "a review date",
        },
    ),
    "ligature_plan": ("ligature plan", {"controls": "controls", "review_by": "a review date"}),
}
"""The same, by what stands before the dot."""


def plan_missing(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `plan_missing`: `since` is the midnight that ended the fifth working day."""
    return (f"due by {wall.by(alert.since)}, the fifth working day",)


def plan_incomplete(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `plan_incomplete`: the whole list, in the plan's order."""
    version, missing = alert.facts.get("plan_version"), alert.facts.get("missing") or ()
    lists: dict[str, list[str]] = {"": []}
    for item in missing:
        part, name = _part(str(item))
        lists.setdefault(f"in the {part}: " if part else "", []).append(name)
    first, *rest = [head + ", ".join(names) for head, names in lists.items() if names] or [
        "some of its parts"
    ]
    return (f"version {version} lacks {first}" if version is not None else f"it lacks {first}", *rest)


def overdue(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of the four: why it was due, by when, and when it was done last."""
    because, last = str(alert.facts.get("because", "date")), alert.facts.get("last")
    due = f"due by {wall.by(alert.since)}"
    if because != "date":
        due = f"{due}, a day after {_TRIGGERS.get(because, because.replace('_', ' '))}"
    return (due, f"last done {wall.day_of(last)}" if last else "none on record before")


def due_soon(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `review_due_soon`."""
    what, day = str(alert.facts.get("what", "")), alert.facts.get("date")
    which = (_REVIEWS.get(what, what.replace("_", " ")),) if what else ()
    return (*which, f"due by {wall.day_of(day)}" if day else f"since {wall.clock(alert.since)}")


def action_overdue(alert: Alert, wall: Wall) -> tuple[str, ...]:
    """Of `ligature_action_overdue`."""
    due = alert.facts.get("action_due")
    return ("rated high, and open", f"due by {wall.day_of(due) if due else wall.by(alert.since)}")


def _part(item: str) -> tuple[str, str]:
    """The protective plan under which an item of `missing` stands (empty: under none), and what it is called."""
    group, _, name = item.partition(".")
    if item not in _PARTS and group in _AT_RISK:
        head, names = _AT_RISK[group]
        return head, names.get(name, name.replace("_", " "))
    return "", _PARTS.get(item, item.replace("_", " "))
