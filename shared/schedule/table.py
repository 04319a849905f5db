"""The timetable: which of a plan's windows is in force when, and at which instants its times fall.

What a window demands (ceilings, graces, tolerances) never lives here. Caches hold only what would be computed
again, and are bounded.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from shared.instants import DAY, NEVER, Instant
from shared.schedule.local import EPOCH_DAY, FIRST_DAY, LAST_DAY, local_instant, require_minute, require_zone
from shared.schedule.windows import Stretch, Window, overlap, require_window

_KEPT: Final = 8
"""Days of answers that one timetable remembers: tonight, its neighbours and a phone's backlog."""


class _Day(NamedTuple):
    """Answers for one UTC day."""

    starts: tuple[Instant, ...]
    stretches: tuple[Stretch, ...]
    times: tuple[tuple[Instant, int], ...]


class Timetable:
    """A plan's windows and times in one zone. Immutable, shareable between threads, equal only to itself.

    Its memory is bounded. The remembered days are replaced whole, never changed, so that a concurrent reader
    sees either the old ones or the new ones, and both are right.
    """

    __slots__ = ("_days", "_last", "_times", "_windows", "zone")

    def __init__(self, zone: str, windows: tuple[Window, ...], times: tuple[int, ...] = ()) -> None:
        """Raises ValueError: an unknown zone, a minute or weekday that is none, windows that overlap."""
        require_zone(zone)
        for minute in times:
            require_minute(minute)
        for window in windows:
            require_window(window)
        both = overlap(windows)
        if both is not None:
            raise ValueError(
                f"windows {both[0]} and {both[1]} overlap; one at most may be in force, so end one earlier"
            )
        self.zone = zone
        self._windows = [(i, w) for i, w in enumerate(windows) if w.days is None or w.days]
        self._times = times
        self._days: dict[int, _Day] = {}
        self._last = Stretch(-NEVER, -NEVER, None) if self._windows else Stretch(-NEVER, NEVER, None)

    def stretch(self, at: Instant) -> Stretch:
        """The piece of time that holds `at`: one day's instance of a window, or the whole gap between two.

        An instance whose edges fall on one instant (in the hour that spring leaves out) does not exist.
        """
        last = self._last
        if last.start <= at < last.end:
            return last
        day = self._day(at // DAY)
        self._last = last = day.stretches[bisect_right(day.starts, at) - 1]
        return last

    def times_between(self, after: Instant, upto: Instant) -> list[tuple[Instant, int]]:
        """The times `t` with `after < t <= upto`, with their indices, in order. Costs by the days between.

        One time that falls on one instant for two days (a zone that left a day out) is there once.
        """
        if not self._times or upto <= after:
            return []
        days = range(max((after + 1) // DAY, FIRST_DAY), min(upto // DAY, LAST_DAY) + 1)
        return [each for day in days for each in self._day(day).times if after < each[0] <= upto]

    def next_time(self, after: Instant) -> Instant:
        """The first time later than `after`; NEVER if there is none."""
        if self._times:
            for day in range(max(after // DAY, FIRST_DAY), LAST_DAY + 1):
                for at, _ in self._day(day).times:
                    if at > after:
                        return at
        return NEVER

    def _day(self, number: int) -> _Day:
        """Answers for the UTC day `number` since 1970; the first and the last stand for all beyond them."""
        number = min(max(number, FIRST_DAY), LAST_DAY)
        known = self._days
        found = known.get(number)
        if found is None:
            stretches = tuple(self._stretches(number))
            found = _Day(tuple(s.start for s in stretches), stretches, self._times_of(number))
            kept = list(known.items())[1 - _KEPT :]
            self._days = {**dict(kept), number: found}
        return found

    def _stretches(self, number: int) -> Iterator[Stretch]:
        """The stretches that touch the UTC day `number`, in order, from one that holds its first instant."""
        low = -NEVER if number == FIRST_DAY else number * DAY
        high = NEVER if number == LAST_DAY else (number + 1) * DAY
        reached = -NEVER
        for instance in (*self._around(number, low, high), Stretch(NEVER, NEVER, None)):
            if reached < instance.start and low < instance.start and reached < high:
                yield Stretch(reached, instance.start, None)
            if low < instance.end and instance.start < min(high, instance.end):
                yield instance
            reached = instance.end

    def _around(self, number: int, low: Instant, high: Instant) -> list[Stretch]:
        """Instances in order, from one that begins by `low` to one that ends at or after `high`, if any."""
        first, last = number + 1, number
        near: list[Stretch] = []
        while self._windows and first > FIRST_DAY and not (near and near[0].start <= low):
            first -= 1
            near[:0] = self._instances(first)
        while self._windows and last < LAST_DAY and not (near and near[-1].end >= high):
            last += 1
            near += self._instances(last)
        return near

    def _instances(self, number: int) -> list[Stretch]:
        """The windows that start on a local day, in order."""
        day = date.fromordinal(number + EPOCH_DAY)
        found = []
        for index, window in self._windows:
            if window.days is None or day.weekday() in window.days:
                until = day + timedelta(days=1) if window.end <= window.start else day
                start = local_instant(self.zone, day, window.start)
                end = local_instant(self.zone, until, window.end)
                if start < end:  # an empty one must not part the gap it lies in
                    found.append(Stretch(start, end, index))
        return sorted(found)

    def _times_of(self, number: int) -> tuple[tuple[Instant, int], ...]:
        """The times that fall in the UTC day `number`."""
        found = set()
        for near in range(max(number - 1, FIRST_DAY), min(number + 1, LAST_DAY) + 1):
            day = date.fromordinal(near + EPOCH_DAY)
            for index, minute in enumerate(self._times):
                at = local_instant(self.zone, day, minute)
                if at // DAY == number:
                    found.add((at, index))
        return tuple(sorted(found))


@lru_cache(maxsize=16_384)
def timetable(zone: str, windows: tuple[Window, ...], times: tuple[int, ...] = ()) -> Timetable:
    """The timetable of these windows and times: equal plans share one, so a million placements have few."""
    return Timetable(zone, windows, times)
