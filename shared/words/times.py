"""Times, dates and lengths as a person says them, in the home's local time."""

from datetime import date, timedelta
from typing import NamedTuple

from shared.instants import DAY, HOUR, MINUTE, SECOND, Duration, Instant, parse_instant
from shared.schedule import local_date, local_time, midnight, show_local_time

_OF_THIS_YEAR = timedelta(days=180)
"""A day further away than this is said with its year."""


class Wall(NamedTuple):
    """The clock and the calendar on the wall of a home (UTC where its zone is not known), looked at *now*."""

    zone: str | None
    now: Instant

    def clock(self, at: Instant) -> str:
        """See `local_clock`."""
        return local_clock(at, self.zone, self.now)

    def second(self, at: Instant) -> str:
        """The same to the second: `02:15:07`, with its day as `local_clock` says."""
        short = local_clock(at, self.zone, self.now)
        head, comma, _ = short.rpartition(", ")
        return head + comma + exact_clock(at, self.zone)

    def day(self, day: date) -> str:
        """`Mon 9 Mar`; with the year where it is far away."""
        return _show_day(day, self._today)

    def by(self, due: Instant) -> str:
        """Until when something was due: the day, where it was due by the end of one; else the clock."""
        zone = self.zone or "UTC"
        ended = local_date(zone, due)
        return self.day(ended - timedelta(days=1)) if midnight(zone, ended) == due else self.clock(due)

    def day_of(self, text: str) -> str:
        """The day of a fact that is a date or an instant."""
        if "T" in text:
            return self.day(local_date(self.zone or "UTC", parse_instant(text)))
        return self.day(date.fromisoformat(text))

    @property
    def _today(self) -> date:
        return local_date(self.zone or "UTC", self.now)


def local_clock(at: Instant, zone: str | None, now: Instant) -> str:
    """`02:15`; with its day where that is another one there and half a day away or more: `Sat 28 Mar, 02:15`, so that
    the two halves of one night read alike. UTC where no zone is known."""
    name, mark = (zone, "") if zone is not None else ("UTC", " UTC")
    day, minute = local_time(name, at)
    text = show_local_time(minute) + mark
    today = local_date(name, now)
    if day == today or abs(now - at) < DAY // 2:
        return text
    return f"{_show_day(day, today)}, {text}"


def exact_clock(at: Instant, zone: str | None) -> str:
    """To the second: `02:14:07`, in the home's time; UTC, and said so, where there is no one zone."""
    _, minute = local_time(zone or "UTC", at)
    return f"{show_local_time(minute)}:{at % MINUTE // SECOND:02d}" + ("" if zone is not None else " UTC")


def length(elapsed: Duration) -> str:
    """How long, as a person says it: `40 s`, `22 min`, `1 h 05 min`, `3 days`. What is cut off is never added."""
    elapsed = max(elapsed, 0)
    if elapsed < MINUTE:
        return f"{elapsed // SECOND} s"
    if elapsed < HOUR:
        return f"{elapsed // MINUTE} min"
    if elapsed < 2 * DAY:
        return f"{elapsed // HOUR} h {elapsed % HOUR // MINUTE:02d} min"
    return f"{elapsed // DAY} days"


def _show_day(day: date, today: date) -> str:
    year = f" {day.year}" if abs(day - today) > _OF_THIS_YEAR else ""
    return f"{day:%a} {day.day} {day:%b}{year}"
