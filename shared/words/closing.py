"""How an alert closed, in words that say which fact it was, as exactly as the kind allows."""

from typing import Final

from shared.words.alert import Alert
from shared.words.reviews import OVERDUE
from shared.words.times import Wall

_HOW: Final[dict[str, str]] = {
    "late": "seen, but late",
    "unreported": "the check had been done in time; its record arrived late",
    "restored": "put right",
    "returned": "the child is back",
    "reviewed": "reviewed",
    "disposition": "the child is away, or the absence was recorded anew",
    "superseded": "replaced by something newer",
    "ended": "no longer applies",
    "decision": "closed by a decision",
}
_COVERED: Final = "cover had been there; its record arrived late"
_PLACEMENT_ENDED: Final = "the placement ended"
_ROOM_EMPTY: Final = "no child lives in the room any more"
_HOME_EMPTY: Final = "no child lives in the home any more"
_NOT_STATED: Final = "the plan in force no longer states it"
_OF_KIND: Final[dict[tuple[str, str], str]] = {
    **{
        (kind, "ended"): _PLACEMENT_ENDED
        for kind in (
            *("check_missed", "child_not_found", "concern_raised"),
            *("child_away", "child_missing", "absence_expired", "plan_missing", "plan_incomplete"),
            *("ligature_plan_review_overdue", "suicide_plan_review_overdue"),
        )
    },
    ("child_not_found", "late"): "the child was seen",
    ("concern_raised", "restored"): "the child was seen",
    ("child_away", "superseded"): "the absence was recorded anew",
    ("cover_gap", "restored"): "enough waking cover is on record again",
    ("cover_gap", "unreported"): _COVERED,
    ("cover_gap", "ended"): "waking cover is no longer required",
    ("one_to_one_gap", "restored"): "one-to-one cover is on record again",
    ("one_to_one_gap", "unreported"): _COVERED,
    ("one_to_one_gap", "ended"): "one-to-one cover is no longer required",
    ("home_silent", "restored"): "something from the home is on record again",
    ("observer_overrun", "restored"): "a break was taken",
    ("observer_overrun", "ended"): "the one-to-one session ended",
    ("plan_missing", "restored"): "an agreed plan is in force",
    ("plan_incomplete", "superseded"): "a newer version of the plan is in force",
    **{(kind, "superseded"): _NOT_STATED for kind in OVERDUE},
    ("room_ligature_review_overdue", "reviewed"): "the room was assessed",
    ("room_ligature_review_overdue", "ended"): _ROOM_EMPTY,
    ("suitability_review_overdue", "ended"): _HOME_EMPTY,
    ("review_due_soon", "superseded"): "it is overdue now, or the plan in force no longer states it",
    ("ligature_action_overdue", "restored"): "the point is mitigated or removed",
    ("ligature_action_overdue", "reviewed"): "the room was assessed again",
}
"""Where a kind has words of its own for a way of closing."""


def how_it_closed(alert: Alert, wall: Wall) -> str:
    """When and how; empty while it is open."""
    if alert.resolved_at is None:
        return ""
    return f"Closed {wall.clock(alert.resolved_at)}: {way_of_closing(alert, alert.how, alert.resolved_by)}"


def way_of_closing(alert: Alert, how: str | None, by: str | None) -> str:
    """Which fact closed it, or whose decision."""
    how = how or ""
    if how == "decision" and by:
        return f"closed by a decision of {by}"
    if alert.kind == "review_due_soon" and how == "ended":
        return _ROOM_EMPTY if alert.room else _PLACEMENT_ENDED if alert.placement_id else _HOME_EMPTY
    return _OF_KIND.get((alert.kind, how), _HOW.get(how, how))
