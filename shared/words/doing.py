"""What is to be done about an alert: what comes next, and what somebody who has it may say that they will do.

In the words of whoever answers at three in the morning. They advise nothing that the rules do not ask for: what closes
an alert is the fact that was missing (`shared.answering`).
"""

from typing import Final

SEEING_TO_IT: Final = "I am seeing to it"
"""What one tap says that somebody will do, where nothing else was chosen."""

_CALL: Final = "I am calling the home"
_GO: Final = "I am going there"
_SEND: Final = "I am sending somebody"

_NEXT: Final[dict[str, str]] = {
    "check_missed": "Have somebody see the child now, and record the check.",
    "child_not_found": "Search again now. Not found: follow the home’s plan for a missing child.",
    "concern_raised": "Have somebody see the child now, and record the check.",
    "child_missing": "Follow the plan for a missing child. When the child is seen, record it.",
    "absence_expired": "Find out where the child is. Record the return, or when it is expected now.",
    "cover_gap": "Get somebody awake on duty there, who signs in or records a check.",
    "one_to_one_gap": "Get a worker to this child now, who signs in as one-to-one.",
    "home_silent": "Call the home. No answer: send somebody.",
    "observer_overrun": "Let somebody take over, and record the break.",
    "plan_missing": "Agree a plan with the placing authority, and record it.",
    "plan_incomplete": "Add what is missing, and record the next version of the plan.",
    "room_ligature_review_overdue": "Assess the room, and record it.",
    "ligature_plan_review_overdue": "Review the child’s ligature plan, and record it.",
    "suicide_plan_review_overdue": "Review the suicide prevention plan, and record it.",
    "suitability_review_overdue": "Review the home’s suitability, and record it.",
    "ligature_action_overdue": "Make the point safe, and record what was done.",
    "anomaly": "Look at the entries with those who made them. Then decide, with a reason.",
    "pattern_concern": "Look at these nights. Then decide whether to refer, with a reason.",
}
_URGENT: Final = (_CALL, _GO, _SEND)
_CHILD: Final = ("I am going to the child", _CALL, _SEND)
_LATER: Final = (SEEING_TO_IT, "I will see to it today", "I have asked somebody to see to it")

_OFFERED: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("check_missed", "child_not_found", "concern_raised"), _CHILD),
    "one_to_one_gap": ("I am taking over", _CALL, _SEND),
    "cover_gap": ("I am taking over", _CALL, _SEND),
    "home_silent": _URGENT,
    **dict.fromkeys(
        ("child_missing", "absence_expired"), ("I am finding out where the child is", _CALL, _GO)
    ),
}


def what_next(kind: str) -> str:
    """What is to be done about an alert of this kind; empty where nothing is asked of anybody."""
    return _NEXT.get(kind, "")


def offered(kind: str) -> tuple[str, ...]:
    """What somebody who has an alert of this kind may say that they will do; the first is the likeliest."""
    return _OFFERED.get(kind, _LATER)
