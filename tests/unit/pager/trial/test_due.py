"""The daily test is due at the hour that the home chose, by its own wall; never in the night instead."""

from datetime import date

import pytest

from services.pager.trial.due import daily_id, due
from shared.instants import parse_instant

POLICY = {"test_at": "14:00"}


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-07-03T12:59:59.999Z", None),
        ("2026-07-03T13:00:00Z", date(2026, 7, 3)),  # British summer time
        ("2026-07-03T13:59:59.999Z", date(2026, 7, 3)),
        ("2026-07-03T14:00:00Z", None),
        ("2026-12-03T14:00:00Z", date(2026, 12, 3)),
    ],
)
def test_it_is_due_for_an_hour_from_the_time_that_the_policy_names(now: str, day: date | None) -> None:
    assert due(POLICY, "Europe/London", parse_instant(now)) == day


def test_a_home_that_names_no_hour_has_no_daily_test() -> None:
    now = parse_instant("2026-12-03T14:00:00Z")
    assert due(None, "Europe/London", now) is None
    assert due({}, "Europe/London", now) is None


def test_the_clocks_going_forward_leave_no_day_out() -> None:
    assert due({"test_at": "01:30"}, "Europe/London", parse_instant("2026-03-29T01:00:00Z")) == date(
        2026, 3, 29
    )


def test_a_days_test_has_one_id_whoever_makes_it() -> None:
    assert daily_id("H1", date(2026, 7, 3)) == daily_id("H1", date(2026, 7, 3))
    assert len({daily_id(home, date(2026, 7, day)) for home in ("H1", "H2") for day in (3, 4)}) == 4
