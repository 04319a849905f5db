"""The deadline of a child: which rule is in force, until when the next check is due, and what walking time changes.

The formula of DOMAIN.md §3, "The deadline", and nothing else: pure functions of the plan versions that were in force
and of the instant to walk from. Alerts are never decided here.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.home import PlanVersion
from shared.instants import NEVER, Duration, Instant


class Piece(NamedTuple):
    """A half-open piece of time in which one interval rule of one plan version, or none, is in force."""

    start: Instant
    end: Instant
    ceiling: Duration
    """0: no rule is in force."""
    grace: Duration
    version: int


class Standing(NamedTuple):
    """Where a child stands as of the clock."""

    due: Instant
    """`D`; NEVER: no deadline."""
    fires: Instant
    """`D + grace`; NEVER while `D` is not binding."""
    piece: Piece
    """The piece that holds the clock."""


class Asked(NamedTuple):
    """A `times` item that has come and was not settled by a check."""

    at: Instant
    due: Instant
    """at + tolerance."""
    fires: Instant
    """due + grace."""
    opens: Instant
    """at − tolerance: any valid check observed from here on settles it."""
    minute: int
    grace: Duration
    version: int


def piece_at(history: Sequence[PlanVersion], at: Instant) -> Piece:
    """The piece that holds `at`, by the version that was in force then (`since` = when it came into force)."""
    place = bisect_right(history, at, key=lambda version: version.since) - 1
    end = history[place + 1].since if place + 1 < len(history) else NEVER
    if place < 0:
        return Piece(-NEVER, end, 0, 0, -1)
    version = history[place]
    stretch = version.terms.timetable.stretch(at)
    start, end = max(stretch.start, version.since), min(stretch.end, end)
    if stretch.index is None:
        return Piece(start, end, 0, 0, version.number)
    rule = version.terms.intervals[stretch.index]
    return Piece(start, end, rule.ceiling, rule.grace, version.number)


def reckon(
    history: Sequence[PlanVersion], anchor: Instant, g: Instant, clock: Instant, demanded: bool = False
) -> Standing:
    """Set the deadline at `anchor` (a valid check, or the moment watching began: `D = anchor + c`; `demanded`: due at
    once), then walk every rule change between it and the clock.

    *A deadline at or after the end of its window is not binding: what is in force next decides. One before the end
    binds.*
    """
    piece = piece_at(history, anchor)
    due = NEVER
    if piece.ceiling:
        due = anchor if demanded else anchor + piece.ceiling
    while piece.end <= clock:
        if due < piece.end:  # overdue is overdue
            return Standing(due, due + piece.grace, piece_at(history, clock))
        after = piece_at(history, piece.end)
        due = _crossed(due, g, piece, after)
        piece = after
    return Standing(due, due + piece.grace if due < piece.end else NEVER, piece)


def _crossed(due: Instant, g: Instant, before: Piece, after: Piece) -> Instant:
    """`D` when what is in force changes at `s` and `D` has not passed:

        D = s + c                         where no interval rule was in force just before
        D = min(max(D, g + c), s + c)     otherwise (tightening gives s + c at the most; loosening counts time gone)

    and no deadline where nothing is in force."""
    if not after.ceiling:
        return NEVER
    s, c = after.start, after.ceiling
    if not before.ceiling:
        return s + c
    return min(max(due, g + c), s + c)


def asked_between(history: Sequence[PlanVersion], first: Instant, upto: Instant) -> Iterator[Asked]:
    """The `times` items with first ≤ t ≤ upto whose version was in force at t."""
    for place, version in enumerate(history):
        end = history[place + 1].since - 1 if place + 1 < len(history) else NEVER
        low, high = max(first, version.since), min(upto, end)
        if low <= high and version.terms.items:
            for at, index in version.terms.timetable.times_between(low - 1, high):
                yield _asked(version, at, index)


def _asked(version: PlanVersion, at: Instant, index: int) -> Asked:
    item = version.terms.items[index]
    due = at + item.tolerance
    return Asked(at, due, due + item.grace, at - item.tolerance, item.minute, item.grace, version.number)


def next_asked(version: PlanVersion | None, after: Instant) -> Instant:
    """When the next `times` item of the version in force comes, after `after`; NEVER if it has none."""
    if version is None or not version.terms.items:
        return NEVER
    return version.terms.timetable.next_time(after)
