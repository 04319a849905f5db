"""Wall clocks of a home's zone as instants, worked out from offsets alone. Knows nothing of plans.

Zones come from the `tzdata` package, never from the machine.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

DAY = 86_400_000
MINUTE = 60_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone `name` as the `tzdata` package has it."""
    path = files("tzdata").joinpath("zoneinfo").joinpath(*name.split("/"))
    with path.open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def local_of(zone_name: str, at: int) -> datetime:
    """The wall clock of the zone at instant `at`."""
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(zone(zone_name))


def offset(zone_name: str, at: int) -> int:
    """Milliseconds that the zone's wall clock is ahead of UTC at instant `at`."""
    ahead = local_of(zone_name, at).utcoffset()
    if ahead is None:
        raise ValueError(f"zone {zone_name!r} has no offset at {at}; name an IANA zone")
    return round(ahead.total_seconds() * 1000)


@lru_cache(maxsize=100_000)
def instant_of(zone_name: str, day: date, wall: str) -> int:
    """The instant of local time `wall` (`22:00`) on the local date `day`.

    "A local edge or time that does not exist that night (spring) is the instant the clocks jump; one that
    exists twice (autumn) is the first."
    """
    hour, minute = wall.split(":")
    as_utc = (day - date(1970, 1, 1)).days * DAY + (int(hour) * 60 + int(minute)) * MINUTE
    before, after = offset(zone_name, as_utc - DAY), offset(zone_name, as_utc + DAY)
    if before == after:
        return as_utc - before
    jump = _change(zone_name, as_utc - DAY, as_utc + DAY)
    if as_utc - before < jump:
        return as_utc - before
    return max(as_utc - after, jump)


def _change(zone_name: str, low: int, high: int) -> int:
    """The first instant in (low, high] with the offset of `high`, where the offset changes once between."""
    wanted = offset(zone_name, high)
    while high - low > 1:
        middle = (low + high) // 2
        if offset(zone_name, middle) == wanted:
            high = middle
        else:
            low = middle
    return high


def days_around(zone_name: str, first: int, last: int) -> list[date]:
    """Local dates whose windows or times may touch [first, last]."""
    start = local_of(zone_name, first).date() - timedelta(days=2)
    count = (local_of(zone_name, last).date() - start).days + 2
    return [start + timedelta(days=n) for n in range(count)]
