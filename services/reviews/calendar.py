"""Local dates as reviews count them (DOMAIN.md §5): when one is over, a year on, seven days before, working days. Pure.

A date is its ordinal (`date.toordinal`), a small whole number; instants come from `shared.schedule` alone. The library
of bank holidays is loaded whole with this module, so that nobody waits for it later.
"""

from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

import holidays.countries

from shared.instants import Instant
from shared.schedule import local_date, midnight

Day: TypeAlias = int
"""A local date, as its ordinal."""

NO_DATE: Final[Day] = 0
SOON: Final = 7
"""`review_due_soon` is told so many days before a date."""
_SATURDAY: Final = 5


@lru_cache(maxsize=4096)
def day_of(text: str) -> Day:
    """The date of `2026-03-28`."""
    return date.fromisoformat(text).toordinal()


def show_day(day: Day) -> str:
    """`2026-03-28`."""
    return date.fromordinal(day).isoformat()


def day_at(zone: str, at: Instant) -> Day:
    """What the calendar on the wall says at `at`."""
    return local_date(zone, at).toordinal()


def over(zone: str, day: Day) -> Instant:
    """*A date is over at the local midnight that ends it.*"""
    return midnight(zone, date.fromordinal(day + 1))


def soon(zone: str, day: Day) -> Instant:
    """*At the local midnight that ends the day 7 days before.*"""
    return over(zone, day - SOON)


def days_on(day: Day, days: int) -> Day:
    """So many days later."""
    return _one(day + days)


def a_year_on(day: Day) -> Day:
    """12 months after; of 29 February the 28th, the last of its month."""
    before = date.fromordinal(day)
    if (before.month, before.day) == (2, 29):
        return _one(date(before.year + 1, 2, 28).toordinal())
    return _one(before.replace(year=before.year + 1).toordinal())


@lru_cache(maxsize=4096)
def _one(day: Day) -> Day:
    """The one number for all that equal it: hundreds of thousands of rooms are to be reviewed on the same days."""
    return day


@lru_cache(maxsize=4096)
def working_days_on(day: Day, count: int) -> Day:
    """The `count`-th working day after `day`. *Working days leave out weekends and the bank holidays of England and
    Wales.*"""
    while count:
        day += 1
        count -= _is_working(day)
    return day


def _is_working(day: Day) -> bool:
    at = date.fromordinal(day)
    return at.weekday() < _SATURDAY and day not in _bank_holidays(at.year)


@lru_cache(maxsize=256)
def _bank_holidays(year: int) -> frozenset[Day]:
    # The language is named: else it is read from the machine's environment.
    known = holidays.country_holidays("GB", subdiv="ENG", years=year, language="en_GB")
    return frozenset(day.toordinal() for day in known)
