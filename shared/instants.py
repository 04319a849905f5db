"""Instants and durations as numbers, and their text.

An *instant* is a UTC moment in whole milliseconds since 1970 (DOMAIN.md §2), a plain `int`: what the models
compare millions of times a night. A *duration* is milliseconds too. Text is RFC 3339 with `Z`, and ISO 8601.
Local time never lives here: that is `shared.schedule`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

Instant: TypeAlias = int
Duration: TypeAlias = int

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
NEVER: Final[Instant] = 1 << 62
"""Later than every instant: what a deadline is when there is none."""
LONG_AGO: Final[Instant] = -NEVER
"""Earlier than every instant."""

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))\Z", re.ASCII
)
_DURATION = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3}))?S)?)?\Z", re.ASCII
)


@lru_cache(maxsize=4096)
def _day_start(text: str) -> Instant:
    return (date.fromisoformat(text).toordinal() - _EPOCH_DAY) * DAY


def parse_instant(text: str) -> Instant:
    """The instant of an RFC 3339 text with an offset. Finer than a millisecond is cut off.

    Raises ValueError for anything else, naming what was found and what is wanted.
    """
    match = _INSTANT.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not an instant; write it like 2026-03-28T02:10:00.000Z")
    day, hour, minute, second, fraction, sign, off_hour, off_minute = match.groups()
    h, m, s = int(hour), int(minute), int(second)
    if h > 23 or m > 59 or s > 59:
        raise ValueError(f"{text!r} has no such time of day; hours go to 23, minutes and seconds to 59")
    at = _day_start(day) + h * HOUR + m * MINUTE + s * SECOND
    if fraction is not None:
        at += int((fraction + "00")[:3])
    if sign is not None:
        if int(off_hour) > 23 or int(off_minute) > 59:
            raise ValueError(f"{text!r} has no such offset; write UTC with Z")
        offset = int(off_hour) * HOUR + int(off_minute) * MINUTE
        at += -offset if sign == "+" else offset
    return at


@lru_cache(maxsize=4096)
def show_instant(at: Instant) -> str:
    """RFC 3339, UTC, always with milliseconds: `2026-03-28T02:10:00.000Z`."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


@lru_cache(maxsize=4096)
def parse_duration(text: str) -> Duration:
    """Milliseconds of an ISO 8601 duration in weeks, days, hours, minutes and seconds (`PT15M`).

    Months and years are refused: they have no fixed length.
    """
    match = _DURATION.match(text)
    if match is None or text in ("P", "PT") or text.endswith("T"):
        raise ValueError(f"{text!r} is not a duration; write it like PT15M, PT1H30M or P1D")
    weeks, days, hours, minutes, seconds, fraction = match.groups()
    return (
        (int(weeks or 0) * 7 + int(days or 0)) * DAY
        + int(hours or 0) * HOUR
        + int(minutes or 0) * MINUTE
        + int(seconds or 0) * SECOND
        + int(((fraction or "") + "000")[:3])
    )


def show_duration(length: Duration) -> str:
    """ISO 8601 in hours, minutes and seconds: `PT15M`; nothing at all is `PT0S`."""
    hours, rest = divmod(length, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, thousandths = divmod(rest, SECOND)
    text = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or thousandths or not text:
        text += f"{seconds}" + (f".{thousandths:03d}" if thousandths else "") + "S"
    return "PT" + text
