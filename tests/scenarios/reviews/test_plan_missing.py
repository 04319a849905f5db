"""DOMAIN.md §5, Missing: no agreed plan in force when the fifth working day after the day of the start is over."""

import pytest

from tests.scenarios.facts import ended, every, registered
from tests.scenarios.night import Night
from tests.scenarios.review_facts import assessed, came, suitable, whole

pytestmark = pytest.mark.services("reviews")
KIND = "plan_missing"


def without_a_plan(night: Night, since: str = "21:00", *rules: dict[str, object]) -> Night:
    """P1 comes then, to a room and a home that have just been reviewed."""
    night.at(since).tell(registered(*rules), suitable("2029-01-01"), came(), assessed())
    return night


def test_it_is_missing_when_the_fifth_working_day_after_the_day_of_the_start_is_over(night: Night) -> None:
    without_a_plan(night)  # on a Monday: the fifth is the next Monday
    night.until("2026-03-10 00:00")
    night.expect.nothing()
    night.until("2026-03-10 00:00:00.001")
    night.expect.raised(KIND, since="2026-03-10 00:00", at="2026-03-10 00:00")


def test_a_start_at_the_weekend_counts_from_monday_on(night: Night) -> None:
    without_a_plan(night, "2026-03-07 10:00")
    night.until("2026-03-14 00:30")
    night.expect.raised(KIND, since="2026-03-14 00:00", at="2026-03-14 00:00")


def test_bank_holidays_are_no_working_days(night: Night) -> None:
    without_a_plan(night, "2026-04-02 10:00")  # Good Friday is the 3rd, Easter Monday the 6th
    night.until("2026-04-14 12:00")
    night.expect.raised(KIND, since="2026-04-13 23:00", at="2026-04-13 23:00")


def test_a_bank_holiday_that_falls_on_a_weekend_is_kept_on_the_day_in_its_stead(night: Night) -> None:
    without_a_plan(night, "2026-12-23 10:00")  # 24, 29, 30, 31 December and 4 January
    night.until("2027-01-05 00:30")
    night.expect.raised(KIND, since="2027-01-05 00:00", at="2027-01-05 00:00")


def test_the_day_of_the_start_is_the_homes_own_date(night: Night) -> None:
    without_a_plan(night, "2026-07-01 23:30")  # half past midnight, on Thursday the 2nd
    night.until("2026-07-10 12:00")
    night.expect.raised(KIND, since="2026-07-09 23:00", at="2026-07-09 23:00")


def test_the_start_is_when_it_took_effect_not_when_it_was_said_to_have_been(night: Night) -> None:
    night.at("21:00").tell(registered(), suitable(), came(time="2026-02-16 10:00"), assessed())
    night.until("2026-03-10 00:30")
    night.expect.raised(KIND, since="2026-03-10 00:00", at="2026-03-10 00:00")


def test_the_homes_default_plan_is_none(night: Night) -> None:
    without_a_plan(night, "21:00", every(15))
    night.until("2026-03-10 00:30")
    night.expect.raised(KIND, since="2026-03-10 00:00", at="2026-03-10 00:00")


def test_a_plan_that_comes_into_force_restores_it(night: Night) -> None:
    without_a_plan(night).until("2026-03-10 00:30")
    missing = night.expect.raised(KIND, since="2026-03-10 00:00", at="2026-03-10 00:00")
    agreed = night.at("2026-03-11 10:00").tell(whole())
    missing.resolved("restored", by=agreed)
    night.until("2026-03-30 00:00")


def test_a_plan_that_is_told_but_not_in_force_yet_does_not(night: Night) -> None:
    without_a_plan(night)
    agreed = night.at("22:00").tell(whole(effective="2026-03-12 06:00"))
    night.until("2026-03-12 07:00")
    missing = night.expect.raised(KIND, since="2026-03-10 00:00", at="2026-03-10 00:00")
    missing.resolved("restored", at="2026-03-12 06:00", by=agreed)


def test_a_plan_in_force_at_that_midnight_is_in_time(night: Night) -> None:
    without_a_plan(night).at("22:00").tell(whole(effective="2026-03-10 00:00"))
    night.until("2026-03-12 00:00")


def test_the_end_of_the_placement_ends_it(night: Night) -> None:
    without_a_plan(night).until("2026-03-10 00:30")
    missing = night.expect.raised(KIND, since="2026-03-10 00:00", at="2026-03-10 00:00")
    gone = night.at("2026-03-11 10:00").tell(ended())
    missing.resolved("ended", by=gone)


def test_a_child_who_is_gone_by_then_needs_none(night: Night) -> None:
    without_a_plan(night).at("2026-03-09 23:59").tell(ended())
    night.until("2026-03-30 00:00")


def test_a_stay_that_begins_anew_counts_from_its_own_start_and_carries_no_plan_over(night: Night) -> None:
    without_a_plan(night).at("22:00").tell(whole())
    night.at("2026-03-04 10:00").tell(ended())
    night.at("2026-03-05 10:00").tell(came(), assessed())  # a Thursday
    night.until("2026-03-13 00:30")
    night.expect.raised(KIND, since="2026-03-13 00:00", at="2026-03-13 00:00")


def test_it_is_told_once(night: Night) -> None:
    without_a_plan(night).until("2026-05-30 00:30")
    night.expect.raised(KIND, since="2026-03-10 00:00", at="2026-03-10 00:00")
