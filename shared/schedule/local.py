"""Local dates and times to instants and back: the only module that knows time zones.

Zones are read from the pinned `tzdata` package, never the machine's, so that a log gives the same bytes
everywhere. Windows never live here: they are `shared.schedule.windows`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from shared.instants import DAY, MINUTE, SECOND, Instant

MINUTES: Final = 1440
"""Minutes of a local day. A local time is a minute of the day, 0 to 1439, whatever the clocks do."""

EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
FIRST_DAY: Final = date(2, 1, 1).toordinal() - EPOCH_DAY
"""Days since 1970 of the first day that is told from others; `LAST_DAY` likewise. Instants beyond the two are
read as the nearest between them: a device whose clock has gone wild must stop nobody's watch."""
LAST_DAY: Final = date(9999, 1, 1).toordinal() - EPOCH_DAY

_NOON = MINUTES // 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_ONE_MS = timedelta(milliseconds=1)


def parse_local_time(text: str) -> int:
    """The minute of the day of `22:00`. Raises ValueError for anything but HH:MM from 00:00 to 23:59."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a local time; write it like 22:00 (00:00 to 23:59)")
    return int(match[1]) * 60 + int(match[2])


def show_local_time(minute: int) -> str:
    """HH:MM of a minute of the day."""
    return f"{require_minute(minute) // 60:02d}:{minute % 60:02d}"


def require_minute(minute: int) -> int:
    """`minute`, if it is one of the day; else ValueError."""
    if not 0 <= minute < MINUTES:
        raise ValueError(
            f"{minute} is not a minute of the day; local times go from 0 (00:00) to 1439 (23:59)"
        )
    return minute


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every zone name there is: those of the `tzdata` package (`Europe/London`)."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def known_zone(name: str) -> bool:
    """True if `name` is a zone of the `tzdata` package, spelt exactly so."""
    return name in zones()


@cache  # bounded: only known zones get in
def _zone(name: str) -> ZoneInfo:
    if not known_zone(name):  # before any file is touched: a name is no path
        raise ValueError(f"{name!r} is not a known time zone; use an IANA name like Europe/London")
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def require_zone(name: str) -> None:
    """Nothing, if `name` is a known zone; else ValueError."""
    _zone(name)


def _inside(at: Instant) -> Instant:
    return min(max(at, FIRST_DAY * DAY), LAST_DAY * DAY)


def _offset(moment: datetime) -> int:
    """Milliseconds that `moment`, local with a zone, is ahead of UTC."""
    ahead = moment.utcoffset()
    assert ahead is not None  # noqa: S101 - it has a ZoneInfo
    return ahead // _ONE_MS


def _local(zone: str, at: Instant) -> datetime:
    return (_EPOCH + timedelta(seconds=_inside(at) // SECOND)).astimezone(_zone(zone))


@lru_cache(maxsize=16_384)
def local_instant(zone: str, day: date, minute: int) -> Instant:
    """The instant of a local time on a local day.

    "A local edge or time that does not exist that night (spring) is the instant the clocks jump; one that
    exists twice (autumn) is the first." Never decreases from one local minute to the next, so windows
    that do not overlap on paper do not overlap in any night.
    """
    hour, rest = divmod(require_minute(minute), 60)
    first = datetime(day.year, day.month, day.day, hour, rest, tzinfo=_zone(zone))
    wall = (day.toordinal() - EPOCH_DAY) * DAY + minute * MINUTE
    before, after = _offset(first), _offset(first.replace(fold=1))
    if before >= after:  # an ordinary time, or the first of two
        return wall - before
    return _jump(zone, wall - after, wall - before)


def _jump(zone: str, low: Instant, high: Instant) -> Instant:
    """When the clocks jump: they had not at `low` and have at `high`. Zones change on whole seconds."""
    old = _offset(_local(zone, low))
    early, late = low // SECOND, high // SECOND
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(_local(zone, middle * SECOND)) == old:
            early = middle
        else:
            late = middle
    return late * SECOND


def local_time(zone: str, at: Instant) -> tuple[date, int]:
    """What calendar and clock on the wall say at `at`: the date, and the minute of the day (cut off)."""
    local = _local(zone, at)
    return local.date(), local.hour * 60 + local.minute


def local_date(zone: str, at: Instant) -> date:
    """What the calendar on the wall says at `at`."""
    return _local(zone, at).date()


def midnight(zone: str, day: date) -> Instant:
    """The start of the local day."""
    return local_instant(zone, day, 0)


def night(zone: str, day: date) -> tuple[Instant, Instant]:
    """The night of `day`: from its local noon to the next, half-open."""
    return local_instant(zone, day, _NOON), local_instant(zone, day + timedelta(days=1), _NOON)


def noon_night(zone: str, at: Instant) -> date:
    """The night (noon to noon local) that holds `at`, by the date of its first noon."""
    day = local_date(zone, at)
    return day if _inside(at) >= local_instant(zone, day, _NOON) else day - timedelta(days=1)
