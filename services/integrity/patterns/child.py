"""Patterns in the checks of one child: *valid ones not withdrawn, in order of `observed_at`, within one stay*. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from services.integrity import words
from services.integrity.journal import Entry
from services.integrity.patterns.worker import Shown
from shared.instants import MINUTE, SECOND, Instant

GAPS: Final = 6
"""*6 consecutive gaps between valid checks, …*"""
ALIKE_WITHIN: Final = 30 * SECOND
"""*… longest − shortest ≤ 30 s, …*"""
SHORTEST: Final = 4 * MINUTE
"""*… none under 4 min.*"""
ON_THE_QUARTER: Final = 6
"""*6 consecutive valid checks, each within 30 s of a quarter hour.* Every zone is whole quarters ahead of UTC."""
NEAR: Final = 30 * SECOND
TWICE_NEAR: Final = 2 * NEAR
QUARTER: Final = 15 * MINUTE


def is_near_a_quarter(at: Instant) -> bool:
    """Within 30 s of a quarter hour, before it or after."""
    return (at + NEAR) % QUARTER <= TWICE_NEAR


def too_regular(valid: Sequence[Entry], new: Entry) -> Shown | None:
    """6 consecutive gaps that differ by 30 s at the most, the new check at the end of one of them."""
    for run in _runs_with(valid, new, GAPS + 1):
        gaps = [later.at - earlier.at for earlier, later in pairwise(run)]
        if min(gaps) >= SHORTEST and max(gaps) - min(gaps) <= ALIKE_WITHIN:
            return Shown(run, words.too_regular(max(gaps) - min(gaps)))
    return None


def quarter_hours(valid: Sequence[Entry], new: Entry) -> Shown | None:
    """6 consecutive checks within 30 s of a quarter hour, the new one among them."""
    for run in _runs_with(valid, new, ON_THE_QUARTER):
        if all(is_near_a_quarter(each.at) for each in run):
            return Shown(run, words.quarter_hours(ON_THE_QUARTER))
    return None


def _runs_with(valid: Sequence[Entry], new: Entry, length: int) -> Iterator[Sequence[Entry]]:
    """Every run of so many consecutive checks that holds the new one, the first of them first."""
    place = next((place for place, each in enumerate(valid) if each.place == new.place), None)
    if place is None:
        return
    for start in range(max(place - length + 1, 0), min(place, len(valid) - length) + 1):
        yield valid[start : start + length]
