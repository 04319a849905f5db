"""Patterns in the checks of one worker: *every check he recorded, as first recorded*. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from services.integrity import words
from services.integrity.journal import FUTURE, MANUAL, NO_ROOM, PROVED_AT_MOST, RUN, Entry
from shared.instants import SECOND

BURST_OF: Final = 3
"""*3 or more checks by one worker …*"""
ENTERED_WITHIN: Final = 10 * SECOND
"""*… entered within 10 s (first to last, at most) …*"""
SEEN_APART: Final = 60 * SECOND
"""*… whose `observed_at` lie 60 s or more apart (first to last).*"""
ROOMS_WITHIN: Final = 5 * SECOND
"""*Two checks by one worker in different rooms observed less than 5 s apart.*"""
LAST: Final = RUN
"""*Of the worker's last 50 checks 80 % or more `manual` …*"""
MANUAL_FROM: Final = RUN - PROVED_AT_MOST
OTHERS_LAST: Final = 200
"""*… of the home's other workers' last 200 (200 there) 20 % or less.*"""
OTHERS_MANUAL_TO: Final = 40
CLOCK_OFF: Final = 60 * SECOND
"""*`observed_at` more than 60 s after `appended_at`, or `entered_at` more than 60 s before `observed_at`.*"""


class Shown(NamedTuple):
    """What made a pattern, and the sentence for it."""

    entries: Sequence[Entry]
    reason: str


def burst(entries: Iterable[Entry], new: Entry) -> Shown | None:
    """3 or more checks entered within 10 s that were observed 60 s or more apart, the new one among them. The first
    such 10 s where there are several."""
    near = sorted(
        (
            each
            for each in entries
            if each.worker == new.worker and abs(each.entered_at - new.entered_at) <= ENTERED_WITHIN
        ),
        key=lambda each: (each.entered_at, each.place),
    )
    for first in near:
        if first.entered_at > new.entered_at or len(near) < BURST_OF:
            return None
        those = [each for each in near if 0 <= each.entered_at - first.entered_at <= ENTERED_WITHIN]
        seen = [each.at for each in those]
        apart = max(seen) - min(seen)
        if len(those) >= BURST_OF and apart >= SEEN_APART:
            within = those[-1].entered_at - first.entered_at
            return Shown(those, words.burst(len(those), within, apart))
    return None


def two_places(entries: Iterable[Entry], new: Entry) -> Shown | None:
    """Two checks in different rooms less than 5 s apart: the new one, and the nearest. A check that names no room, or
    whose time was not believed, does not say where anybody was."""
    if new.room == NO_ROOM or new.flags & FUTURE:
        return None
    elsewhere = [
        each
        for each in entries
        if each.worker == new.worker
        and each.room not in (NO_ROOM, new.room)
        and not each.flags & FUTURE
        and abs(each.at - new.at) < ROOMS_WITHIN
    ]
    if not elsewhere:
        return None
    nearest = min(elsewhere, key=lambda each: (abs(each.at - new.at), -each.place))
    return Shown((nearest, new), words.TWO_PLACES)


def unproved(entries: Sequence[Entry], new: Entry, others_manual: int) -> Shown:
    """The worker's last 50, of which so many carry no tag."""
    mine = [each for each in entries if each.worker == new.worker][-LAST:]
    manual = sum(1 for each in mine if each.flags & MANUAL)
    return Shown(mine, words.unproved(manual, LAST, others_manual, OTHERS_LAST))
