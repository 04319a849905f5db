"""Local dates of a home as instants: midnights, working days, a year on (DOMAIN.md §5). Knows nothing of plans."""

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays

from tests.oracle.local import instant_of, local_of


def date_of(zone: str, at: int) -> date:
    """The local date that holds the instant."""
    return local_of(zone, at).date()


def over(zone: str, day: date) -> int:
    """ "A date is over at the local midnight that ends it." """
    return instant_of(zone, day + timedelta(days=1), "00:00")


def year_after(day: date) -> date:
    """Twelve months on; a 29 February comes to the 28th."""
    leap = day.month == 2 and day.day == 29
    return date(day.year + 1, 2, 28) if leap else day.replace(year=day.year + 1)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


def fifth_working_day(start: date) -> date:
    """The fifth working day after `start`: no weekends, no bank holidays of England and Wales."""
    day, counted = start, 0
    while counted < 5:
        day += timedelta(days=1)
        counted += day.weekday() < 5 and day not in _bank_holidays(day.year)
    return day
