"""Local dates as reviews count them: when one is over, a year on, seven days before, working days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reviews.calendar import a_year_on, day_at, day_of, over, show_day, soon, working_days_on
from shared.instants import parse_instant, show_instant

LONDON = "Europe/London"
dates = st.dates(date(1900, 1, 1), date(2999, 12, 31)).map(date.toordinal)


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        (LONDON, "2026-03-02", "2026-03-03T00:00:00.000Z"),
        (LONDON, "2026-03-28", "2026-03-29T00:00:00.000Z"),
        (LONDON, "2026-03-29", "2026-03-29T23:00:00.000Z"),  # of 23 hours
        (LONDON, "2026-10-25", "2026-10-26T00:00:00.000Z"),  # of 25
        ("Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00.000Z"),  # its midnight does not exist: the jump
    ],
)
def test_a_date_is_over_at_the_local_midnight_that_ends_it(zone: str, day: str, at: str) -> None:
    assert show_instant(over(zone, day_of(day))) == at


def test_seven_days_before_is_the_midnight_that_ends_that_day() -> None:
    assert show_instant(soon(LONDON, day_of("2026-04-01"))) == "2026-03-26T00:00:00.000Z"


@given(dates)
def test_a_mark_lies_seven_dates_before(day: int) -> None:
    assert day_at(LONDON, soon(LONDON, day)) == day - 6
    assert day_at(LONDON, over(LONDON, day) - 1) == day
    assert day_of(show_day(day)) == day


@pytest.mark.parametrize(
    ("day", "later"),
    [("2026-03-02", "2027-03-02"), ("2028-02-29", "2029-02-28"), ("2027-02-28", "2028-02-28")],
)
def test_a_year_on_is_the_same_day_or_the_last_of_its_month(day: str, later: str) -> None:
    assert show_day(a_year_on(day_of(day))) == later


@pytest.mark.parametrize(
    ("day", "fifth"),
    [
        ("2026-03-02", "2026-03-09"),  # a Monday
        ("2026-03-06", "2026-03-13"),  # a Friday
        ("2026-03-07", "2026-03-13"),  # a Saturday
        ("2026-04-02", "2026-04-13"),  # Good Friday and Easter Monday
        ("2026-04-30", "2026-05-08"),  # early May
        ("2026-05-21", "2026-05-29"),  # spring
        ("2026-08-27", "2026-09-04"),  # late August; Scotland's was weeks before
        ("2026-12-23", "2027-01-04"),  # Boxing Day on a Saturday, kept on the Monday; New Year's Day
        ("2022-09-15", "2022-09-23"),  # one proclaimed for a day alone
    ],
)
def test_working_days_leave_out_weekends_and_the_bank_holidays_of_england_and_wales(
    day: str, fifth: str
) -> None:
    assert show_day(working_days_on(day_of(day), 5)) == fifth


@given(dates)
def test_five_working_days_are_a_week_at_least(day: int) -> None:
    fifth = working_days_on(day, 5)
    assert 5 <= fifth - day <= 15
    assert date.fromordinal(fifth).weekday() < 5


def test_what_is_far_away_has_a_midnight_too() -> None:
    assert over(LONDON, day_of("2999-12-31")) == parse_instant("3000-01-01T00:00:00.000Z")
    assert working_days_on(day_of("1900-01-01"), 5) == day_of("1900-01-08")
