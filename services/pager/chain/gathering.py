"""One person, one message (DOMAIN.md §6): pure.

    A person's first message goes at once; what falls to the same person in the next 30 s goes as one at their end,
    worst first with a count, but what is worse than the last one told goes at once.

Nothing is dropped: what does not go now has an instant at which it goes, at most 30 s after it was ready.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from shared.instants import NEVER, SECOND, Duration, Instant

WINDOW: Final[Duration] = 30 * SECOND

RANK: Final[dict[str, int]] = {
    kind: rank
    for rank, kind in enumerate(
        (
            "anomaly",
            "pattern_concern",
            "plan_incomplete",
            "plan_missing",
            "suitability_review_overdue",
            "observer_overrun",
            "room_ligature_review_overdue",
            "suicide_plan_review_overdue",
            "ligature_action_overdue",
            "ligature_plan_review_overdue",
            "absence_expired",
            "cover_gap",
            "concern_raised",
            "one_to_one_gap",
            "check_missed",
            "home_silent",
            "child_missing",
            "child_not_found",
        ),
        start=1,
    )
}
"""How bad each kind is, the worst last: a child who was looked for and not found, one who is known to be gone, a house
of which nothing is heard, a child not seen, before what may still be well."""


def rank_of(kind: str) -> int:
    """Its place; a kind that nobody has placed is as bad as the worst."""
    return RANK.get(kind, len(RANK) + 1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is ready to go to the person."""

    key: str
    rank: int
    level: int
    ready_at: Instant


@dataclass(frozen=True, slots=True)
class Told:
    """When the person's window of 30 s began, and how bad what was told last was."""

    window: Instant | None = None
    rank: int = 0


class Why(Enum):
    """The reason of what goes, or does not."""

    NOTHING = "nothing"
    FIRST = "first"
    WORSE = "worse"
    WINDOW_OVER = "window_over"
    GATHERS = "gathers"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What goes now as one, worst first; the person's row after it; when to look again."""

    why: Why
    keys: tuple[str, ...]
    told: Told
    look_again: Instant


def gather(told: Told, waiting: Sequence[Waiting], now: Instant) -> Gathered:
    """What of `waiting` goes now."""
    if not waiting:
        return Gathered(Why.NOTHING, (), told, NEVER)
    ends = min((_ends(told, now), *(each.ready_at + WINDOW for each in waiting)))
    if now >= ends:
        gathered = any(each.ready_at < _ends(told, now) for each in waiting) and told.window is not None
        why = Why.WINDOW_OVER if gathered else Why.FIRST
        return _goes(why, waiting, now, NEVER)
    worse = [each for each in waiting if each.rank > told.rank]
    if worse:
        left = NEVER if len(worse) == len(waiting) else ends
        return _goes(Why.WORSE, worse, told.window if told.window is not None else now, left)
    return Gathered(Why.GATHERS, (), told, ends)


def _ends(told: Told, now: Instant) -> Instant:
    """When the window is over; one that begins later than now is none (the clock was put back)."""
    if told.window is None or told.window > now:
        return now
    return told.window + WINDOW


def _goes(why: Why, going: Sequence[Waiting], window: Instant, left: Instant) -> Gathered:
    ordered = sorted(going, key=lambda each: (-each.rank, -each.level, each.ready_at, each.key))
    return Gathered(why, tuple(each.key for each in ordered), Told(window, ordered[0].rank), left)
