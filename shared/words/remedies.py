"""What to do now, by kind of alert: one or two sentences for whoever is woken, or opens the page (DOMAIN.md §6).

One table, so that page, message and answering page say the same. The home's own procedures come first, and 999 before
everything where somebody is in danger.
"""

from typing import Final

_ROOM_SAFE: Final = (
    "Assess the room and record it. Until then decide who sleeps there, and how it is kept safe."
)
_PLAN_REVIEW: Final = "Review the plan with the people who know the child, and record the review."
_MISSING: Final = (
    "Follow the home's procedure for a missing child: the police (999 in danger, else 101), the commissioner, the "
    "people who know the child. Record the return at once."
)

NEXT: Final[dict[str, str]] = {
    "check_missed": "Ring the home and have the child seen now, in the room, with a sign of life. The check, once "
    "recorded, closes this. In danger: 999.",
    "child_not_found": "Have the whole home and its grounds looked through now. Not found: the police (999 in danger, "
    "else 101), and record the absence. A check that sees the child closes this.",
    "concern_raised": "Have the child seen now and the check recorded. Then speak with whoever raised the concern.",
    "child_missing": _MISSING,
    "absence_expired": "Ring the people the child is with. Back: a check. Later: record the absence anew. Not known "
    "where: the home's procedure for a missing child.",
    "cover_gap": "Ring the home. Whoever is awake there answers the prompt on the phone or records a check; where too "
    "few are, wake or send somebody.",
    "one_to_one_gap": "Ring the home and have one awake worker with this child now, and their session recorded.",
    "home_silent": "Ring the home now. If nobody answers, send somebody. If only the line is down, the checks go on, "
    "and their records come later.",
    "observer_overrun": "Have somebody else take over for a break, with a named relief.",
    "plan_missing": "Agree the placement plan and record it.",
    "plan_incomplete": "Agree a version of the plan that has what is listed.",
    "room_ligature_review_overdue": _ROOM_SAFE,
    "ligature_plan_review_overdue": _PLAN_REVIEW,
    "suicide_plan_review_overdue": _PLAN_REVIEW,
    "suitability_review_overdue": "Review whether the home suits the children who live there, and record it.",
    "ligature_action_overdue": "Do the action and record it; until then make the point safe, or the room empty.",
    "review_due_soon": "Put a date to the review before it is due.",
    "child_away": "Nothing now. The return is recorded by a check.",
    "anomaly": "Ask the people of that night what the entries mean, and record what you decide, with the reason.",
    "pattern_concern": "Speak with the home, finish or drop the draft, and record what you decide, with the reason.",
    "fact_refused": "Record it again as it says, if it still holds.",
}
"""By kind. A kind that is not here: see `what_next`."""


def what_next(kind: str) -> str:
    """What to do about an alert of this kind."""
    return NEXT.get(kind, "Ring the home, and look at the alert's page.")
