"""The yardstick for local time, and what is drawn to be measured by it.

`Wall` is a zone's clock read minute by minute, in order. "A local edge or time that does not exist that night
(spring) is the instant the clocks jump; one that exists twice (autumn) is the first" (DOMAIN.md §3) is, said
otherwise, *the first moment at which the clock on the wall has reached it*. That is what it computes.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

from shared.instants import DAY, HOUR, MINUTE, Instant
from shared.schedule import (
    MINUTES,
    Stretch,
    Timetable,
    Window,
    overlap,
    zones,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
LOOKS = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(0, 16 * 366, 4)]

unhurried = settings(deadline=None, max_examples=150)
"""No example is timed: the machine may be busy."""


def since_epoch(moment: datetime) -> Instant:
    return (moment - EPOCH) // timedelta(milliseconds=1)


@cache
def own_zone(name: str) -> ZoneInfo:
    """The zone, read here and not by the code under test."""
    with (files("tzdata") / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file)


def wall_at(zone: ZoneInfo, at: Instant) -> Instant:
    """What the wall shows, in milliseconds as if it were UTC."""
    shown = (EPOCH + timedelta(milliseconds=at)).astimezone(zone).replace(tzinfo=UTC, fold=0)
    return since_epoch(shown)


class Wall:
    """A zone's clock, read every minute for some days around an instant."""

    def __init__(self, zone: str, around: Instant) -> None:
        days = 5
        self.start = around // MINUTE * MINUTE - days * DAY
        read = own_zone(zone)
        readings = [wall_at(read, self.start + n * MINUTE) for n in range(2 * days * MINUTES)]
        self.furthest = list(accumulate(readings, max))

    def reached(self, day: date, minute: int) -> Instant:
        """The first moment at which the wall shows this local time, or a later one."""
        wanted = (day.toordinal() - EPOCH.toordinal()) * DAY + minute * MINUTE
        found = bisect_left(self.furthest, wanted)
        assert 0 < found < len(self.furthest), "outside of what was read"
        return self.start + found * MINUTE

    def in_force(self, windows: Sequence[Window], at: Instant, today: date) -> int | None:
        """Which window holds `at`, by asking each of them about each day that could matter."""
        found = [
            index
            for index, window in enumerate(windows)
            for day in (today - 2 * ONE_DAY, today - ONE_DAY, today, today + ONE_DAY)
            if (window.days is None or day.weekday() in window.days)
            and self.reached(day, window.start) <= at
            and at < self.reached(day + ONE_DAY * (window.end <= window.start), window.end)
        ]
        assert len(found) <= 1
        return found[0] if found else None


class Jump(NamedTuple):
    """The clocks of a zone are changed at `at`."""

    zone: str
    at: Instant
    before: int
    after: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """From what, to what, and at what time of the day: all that a window's edges can notice."""
        return self.before, self.after, (self.at + self.before) % DAY


def jumps_of(name: str) -> Iterator[Jump]:
    """Looks every four days: no zone changes its clocks twice within four."""
    zone = own_zone(name)
    ahead = [moment.astimezone(zone).utcoffset() for moment in LOOKS]
    for number, (before, after) in enumerate(pairwise(ahead)):
        if before != after:
            yield _jump(name, *(since_epoch(look) for look in LOOKS[number : number + 2]))


def _jump(name: str, low: Instant, high: Instant) -> Jump:
    zone = own_zone(name)
    before, after = wall_at(zone, low) - low, wall_at(zone, high) - high
    while high - low > MINUTE:
        middle = (low + high) // 2 // MINUTE * MINUTE
        low, high = (middle, high) if wall_at(zone, middle) - middle == before else (low, middle)
    assert wall_at(zone, high - 1) - (high - 1) == before, "a change within a minute: read Wall finer"
    return Jump(name, high, before, after)


@cache
def jumps() -> tuple[Jump, ...]:
    """Every jump of every zone, 2020 to 2035; zones with one and the same file are read once."""
    alike = {(files("tzdata") / "zoneinfo" / name).read_bytes(): name for name in sorted(zones())}
    return tuple(jump for name in sorted(alike.values()) for jump in jumps_of(name))


@cache
def wall_around(jump: Jump) -> Wall:
    return Wall(jump.zone, jump.at)


@cache
def shapes() -> tuple[Jump, ...]:
    """One jump of every shape."""
    return tuple({jump.shape: jump for jump in jumps()}.values())


some_jump = st.deferred(lambda: st.sampled_from(shapes()))
minutes = st.one_of(st.integers(0, MINUTES - 1), st.integers(0, 47).map(lambda half: half * 30))
weekdays = st.none() | st.frozensets(st.integers(0, 6), min_size=1)
windows = st.builds(Window, minutes, minutes, weekdays)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Window, ...]:
    """Windows that do not overlap."""
    kept: tuple[Window, ...] = ()
    for window in draw(st.lists(windows, max_size=6)):
        if overlap((*kept, window)) is None:
            kept = (*kept, window)
    return kept


@st.composite
def moments(draw: st.DrawFn, jump: Jump, reach: int = 40 * HOUR) -> Instant:
    """Some moment in the days around a jump, often on a whole half hour or a millisecond beside one."""
    half = 30 * MINUTE
    exact = st.integers(-reach // half, reach // half).map(lambda n: jump.at + n * half)
    return draw(st.one_of(exact, exact.map(lambda at: at - 1), st.integers(jump.at - reach, jump.at + reach)))


LONDON = "Europe/London"
NIGHT_AND_DAY = (Window(22 * 60, 7 * 60), Window(7 * 60, 22 * 60))
EDGY = (Window(23 * 60 + 30, 0), Window(0, 60), Window(60, 2 * 60 + 15), Window(2 * 60 + 30, 3 * 60))
ROUND_THE_CLOCK = (Window(2 * 60 + 15, 2 * 60 + 15),)


def follow(table: Timetable, start: Instant, end: Instant) -> list[Stretch]:
    """The stretches from the one that holds `start` to the one that holds `end`."""
    found = [table.stretch(start)]
    while found[-1].end <= end:
        found.append(table.stretch(found[-1].end))
    return found
