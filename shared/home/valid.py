"""What makes a check valid (DOMAIN.md §3, *Valid check*): asked by whoever must know a return from a note. Pure."""

from typing import Final

from shared.facts import Fact
from shared.home.parts import Placement
from shared.instants import MINUTE, SECOND, Instant

RETROSPECTIVE_AFTER: Final = 5 * MINUTE
"""Entered more than this after the moment it describes (§1)."""
FUTURE_BEYOND: Final = 60 * SECOND
"""An `observed_at` more than this after `appended_at` is read as `appended_at` (§3)."""
SIGNS_OF_LIFE: Final = frozenset(("breathing", "moved", "spoke", "awake"))


def is_future(check: Fact) -> bool:
    """Whether its `observed_at` is not believed."""
    return check.observed_at > check.appended_at + FUTURE_BEYOND


def seen_at(check: Fact) -> Instant:
    """When the child was seen, as it is read."""
    return check.appended_at if is_future(check) else check.observed_at


def is_retrospective(check: Fact) -> bool:
    """By the two times as they were sent."""
    return check.entered_at - check.observed_at > RETROSPECTIVE_AFTER


def has_sign_of_life(check: Fact) -> bool:
    """Whether the child was seen to live."""
    return check.data.get("sign_of_life") in SIGNS_OF_LIFE


def is_valid(check: Fact, child: Placement) -> bool:
    """*For a placement in force, both when the child was seen and when the fact is applied; seen; a sign of life; not
    retrospective.*"""
    return (
        child.in_force
        and child.started_at is not None
        and seen_at(check) >= child.started_at
        and check.data["outcome"] == "seen"
        and has_sign_of_life(check)
        and not is_retrospective(check)
    )
