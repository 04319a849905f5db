"""What a night asks of those on duty: the fewest checks that keep within the ceilings, hour by hour, and how many must
be awake at one time. Pure; the rules are DOMAIN.md §3 and §4, read forwards.

Nothing here watches anybody: what was really seen, and when it is due next, is the checks service's.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from shared.home.paper import window_of
from shared.home.plans import NightCover, PlanTerms
from shared.instants import HOUR, NEVER, Instant
from shared.schedule.local import local_instant, local_time, night, noon_night, show_local_time

NIGHT: Final = {"from": "22:00", "to": "07:00"}
"""The night window where a plan states none (§5)."""
_YEAR_DAYS: Final = 370
_USUAL: Final = 24 * HOUR


class Hour(NamedTuple):
    """An hour of a night, or what is left of it."""

    start: Instant
    local: str
    """What the clock on the wall shows at its start: in autumn two hours show the same."""
    checks: int
    """The fewest that keep within the ceilings, each at the last moment; one at its very end is the hour's."""


class Staff(NamedTuple):
    """The most that are asked for at one time."""

    waking: int
    """For the house: the largest of the plans, not their sum."""
    one_to_one: int
    together: int
    """A worker in a one-to-one session is not free to respond, so does not count for the house."""


def window(zone: str, cover: dict[str, Any] | None, day: date) -> tuple[Instant, Instant]:
    """The night window that begins on the local `day`, of a plan that states this night cover."""
    stated = cover if cover and cover.get("from") is not None else NIGHT
    edges = window_of(stated)
    until = day + timedelta(days=1) if edges.end <= edges.start else day
    return local_instant(zone, day, edges.start), local_instant(zone, until, edges.end)


def coming(zone: str, cover: dict[str, Any] | None, at: Instant) -> date:
    """The day of the night window that holds `at`, else of the next one to begin."""
    day = noon_night(zone, at) - timedelta(days=1)
    while window(zone, cover, day)[1] <= at:
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=1_024)
def clock_changes(zone: str, after: date) -> tuple[tuple[date, int], ...]:
    """The nights of the next year that are shorter or longer than others: their day, and by how much, in ms."""
    days = (after + timedelta(days=number) for number in range(1, _YEAR_DAYS))
    lengths = ((day, night(zone, day)[1] - night(zone, day)[0]) for day in days)
    return tuple((day, length - _USUAL) for day, length in lengths if length != _USUAL)


def hours(terms: PlanTerms, zone: str, start: Instant, end: Instant) -> list[Hour]:
    """The hours of a night with the fewest checks of each, as if the child was seen at its start."""
    starts = list(range(start, end, HOUR))
    counts = dict.fromkeys(starts, 0)
    for at, count in _checks(terms, start, end):
        counts[start + (at - start - 1) // HOUR * HOUR] += count
    return [Hour(each, show_local_time(local_time(zone, each)[1]), counts[each]) for each in starts]


def _checks(terms: PlanTerms, start: Instant, end: Instant) -> Iterator[tuple[Instant, int]]:
    """The last of some checks, and how many they are: all in one hour, none of them avoidable. One check settles every
    item whose time it is."""
    items = [(at, terms.items[number]) for at, number in terms.timetable.times_between(start, end - 1)]
    left = sorted((at + i.tolerance, at - i.tolerance) for at, i in items if at - i.tolerance > start)
    seen = start
    while True:
        due, ceiling, until = _next(terms, seen)
        item = left[0][0] if left else NEVER
        at, count = min(due, item), 1
        if at > end:
            return
        if at == due < item:  # as many as follow each other at the same distance: a ceiling may be very short
            hour_ends = start + -(-(at - start) // HOUR) * HOUR
            count += max(0, (min(hour_ends, item - 1, until - 1, end) - at) // ceiling)
            at += (count - 1) * ceiling
        seen = at
        left = [each for each in left if each[1] > seen]
        yield at, count


def _next(terms: PlanTerms, seen: Instant) -> tuple[Instant, int, Instant]:
    """When the interval rules ask for the next check after `seen` (NEVER: nothing is asked); the ceiling that is then
    in force, and until when. *A deadline at or after the end of its window is not binding: what is in force next
    decides.*"""
    stretch = terms.timetable.stretch(seen)
    due, ceiling = NEVER, 0
    at = seen
    while True:
        if stretch.index is None:
            due = NEVER
        else:
            ceiling = terms.intervals[stretch.index].ceiling
            due = at + ceiling if due == NEVER else min(max(due, seen + ceiling), at + ceiling)
        if due < stretch.end or stretch.end == NEVER:
            return due, ceiling, stretch.end
        at = stretch.end
        stretch = terms.timetable.stretch(at)
        if at - seen > 8 * 24 * HOUR:  # a week on, the same windows come again
            return NEVER, 0, NEVER


def staff(asked: Sequence[NightCover], start: Instant, end: Instant) -> Staff:
    """The most that these plans ask for at one time, from `start` to `end`."""
    pieces = {start}
    for cover in asked:
        at = start
        while (at := cover.asks(at)[1]) < end:
            pieces.add(at)
    found = [_at(asked, piece) for piece in sorted(pieces)]
    return Staff(*(max(each) for each in zip(*found, strict=True)))


def _at(asked: Sequence[NightCover], piece: Instant) -> Staff:
    """*Required = the largest waking_staff among the plans whose night window holds it.*"""
    now = [cover for cover in asked if cover.asks(piece)[0]]
    waking = max((cover.waking_staff for cover in now), default=0)
    one_to_one = sum(cover.dedicated for cover in now)
    return Staff(waking, one_to_one, waking + one_to_one)
