"""What a plan's local windows are, and whether two of them overlap on paper. No instants, no zones."""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from shared.instants import Instant
from shared.schedule.local import MINUTES, require_minute


class Window(NamedTuple):
    """A local window of a plan, half-open, in minutes of the day."""

    start: int
    end: int
    """Overnight where `end <= start`; all day, to the same time on the next, where they are equal."""
    days: frozenset[int] | None = None
    """Weekdays on which it *starts*, Monday = 0; None: every day."""


class Stretch(NamedTuple):
    """A half-open piece of time in which one instance of one window, or none, is in force."""

    start: Instant
    """-NEVER if it has no beginning."""
    end: Instant
    """NEVER if it has no end."""
    index: int | None  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a stretch
    """Which window; None: none is in force."""


def require_window(window: Window) -> None:
    """Nothing, if its edges are minutes of the day and its days weekdays; else ValueError."""
    require_minute(window.start)
    require_minute(window.end)
    for day in window.days or ():
        if not 0 <= day <= 6:
            raise ValueError(f"{day} is not a weekday; days go from 0 (Monday) to 6 (Sunday)")


def _length(window: Window) -> int:
    return (window.end - window.start) % MINUTES or MINUTES


def _week(window: Window) -> int:
    """The minutes of the local week in which `window` is in force, as a set of bits."""
    ones = (1 << _length(window)) - 1
    week = 7 * MINUTES
    bits = 0
    for day in range(7) if window.days is None else window.days:
        bits |= ones << (day * MINUTES + window.start)
    return (bits | bits >> week) & ((1 << week) - 1)  # Sunday night runs into Monday


def overlap(windows: Sequence[Window]) -> tuple[int, int] | None:
    """The first two windows, by index, that share a local minute of the week; None if no two do."""
    weeks = [_week(window) for window in windows]
    for a, b in combinations(range(len(weeks)), 2):
        if weeks[a] & weeks[b]:
            return a, b
    return None
