"""DOMAIN.md §3, Rules: when which rule is in force, with which grace, and how local time is read."""

import pytest

from tests.scenarios.facts import at_times, check, every
from tests.scenarios.night import Night


@pytest.mark.parametrize(
    ("ceiling", "deadline", "raised", "grace"),
    [
        (14, "22:14", "22:16", "PT2M"),
        (15, "22:15", "22:17", "PT2M"),
        (16, "22:16", "22:21", "PT5M"),
        (17, "22:17", "22:22", "PT5M"),
    ],
)
def test_the_grace_is_two_minutes_for_ceilings_up_to_a_quarter_of_an_hour_else_five(
    night: Night, ceiling: int, deadline: str, raised: str, grace: str
) -> None:
    night.watch(every(ceiling)).until("22:23")
    night.expect.raised(
        "check_missed", since="21:00", deadline=deadline, at=raised, ceiling=f"PT{ceiling}M", grace=grace
    )


def test_a_plan_states_a_grace_of_its_own(night: Night) -> None:
    night.watch(every(15, grace=4)).until("22:20")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:19", grace="PT4M")


def test_the_first_instant_belongs_to_a_window_and_the_last_does_not(night: Night) -> None:
    """Seen at 23:00: the rule that begins then is in force, not the one that ends."""
    night.watch(every(30, "22:00", "23:00"), every(15, "23:00", "07:00"))
    night.at("22:20").tell(check())
    night.at("22:50").tell(check())
    night.at("23:00").tell(check())
    night.until("23:18")
    night.expect.raised("check_missed", since="23:00", deadline="23:15", at="23:17")


def test_a_window_that_ends_before_it_begins_runs_overnight(night: Night) -> None:
    night.watch(every(15, "22:00", "07:00"), since="23:00").tell(check())
    night.at("23:14").tell(check())
    night.until("23:31:00.001")
    night.expect.raised("check_missed", since="23:14", deadline="23:29", at="23:31")


def test_a_window_of_the_night_is_in_force_after_midnight_and_until_its_end(night: Night) -> None:
    night.watch(every(15, "22:00", "07:00"), since="06:00")
    night.until("06:18")
    missed = night.expect.raised("check_missed", since="06:00", deadline="06:15", at="06:17")
    seen = night.at("06:20").tell(check())
    missed.resolved("late", by=seen)
    night.at("06:35").tell(check())
    night.at("06:50").tell(check())
    night.until("2026-03-03 21:59")


@pytest.mark.parametrize("edge", ["00:00", "09:00"])
def test_a_window_whose_ends_are_one_is_in_force_all_day(night: Night, edge: str) -> None:
    night.watch(every(60, edge, edge), since="08:00")
    night.at("08:30").tell(check())
    night.until("09:36")
    night.expect.raised("check_missed", since="08:30", deadline="09:30", at="09:35")


def test_a_rule_with_days_holds_on_the_nights_that_begin_on_them(night: Night) -> None:
    """The night of Monday belongs to Monday, after midnight too."""
    night.watch(every(15, days=["mon"]), since="01:00")
    night.until("01:18")
    missed = night.expect.raised("check_missed", since="01:00", deadline="01:15", at="01:17")
    night.at("01:20").tell(check())
    missed.resolved("late")


def test_a_rule_with_days_asks_nothing_on_other_nights(night: Night) -> None:
    night.watch(every(15, days=["tue"]), since="21:00")
    night.until("21:59")
    night.until("2026-03-03 22:18")
    night.expect.raised("check_missed", since="21:00", deadline="2026-03-03 22:15", at="2026-03-03 22:17")


def test_in_spring_an_edge_that_does_not_exist_is_the_instant_the_clocks_jump(spring_night: Night) -> None:
    spring_night.watch(every(15, "01:30", "05:00")).until("01:18")
    spring_night.expect.raised("check_missed", since="21:00", deadline="01:15", at="01:17")


def test_in_spring_a_time_that_does_not_exist_is_the_instant_the_clocks_jump(spring_night: Night) -> None:
    spring_night.watch(at_times("01:30")).until("01:21")
    spring_night.expect.raised("check_missed", since="21:00", deadline="01:15", at="01:20", item="01:30")


def test_in_spring_the_night_ends_an_hour_of_utc_earlier(spring_night: Night) -> None:
    """07:00 in London is 06:00Z: a deadline at 05:59 binds, one at 06:00 does not."""
    spring_night.watch(every(15), since="05:30")
    spring_night.at("05:44").tell(check())
    spring_night.until("06:02")
    missed = spring_night.expect.raised("check_missed", since="05:44", deadline="05:59", at="06:01")
    spring_night.at("06:05").tell(check())
    missed.resolved("late")
    spring_night.until("2026-03-29 20:59")


def test_in_spring_a_deadline_at_the_end_of_the_shorter_night_does_not_bind(spring_night: Night) -> None:
    spring_night.watch(every(15), since="05:45")
    spring_night.until("2026-03-29 20:59")


def test_in_autumn_an_edge_that_exists_twice_is_the_first(autumn_night: Night) -> None:
    """01:30 in London is 00:30Z and again 01:30Z."""
    autumn_night.watch(every(15, "01:30", "05:00")).until("00:48")
    autumn_night.expect.raised("check_missed", since="21:00", deadline="00:45", at="00:47")


def test_in_autumn_a_window_ends_at_the_first_of_the_two(autumn_night: Night) -> None:
    autumn_night.watch(every(15, "22:00", "01:30"), since="00:15")
    autumn_night.until("2026-10-25 20:59")


def test_in_autumn_a_time_that_exists_twice_is_the_first_and_is_asked_once(autumn_night: Night) -> None:
    autumn_night.watch(at_times("01:30"))
    autumn_night.until("00:51")
    missed = autumn_night.expect.raised("check_missed", since="21:00", deadline="00:45", at="00:50")
    autumn_night.at("00:55").tell(check())
    missed.resolved("late")
    autumn_night.until("06:00")


def test_in_autumn_the_night_lasts_ten_hours(autumn_night: Night) -> None:
    """07:00 in London is 07:00Z, nine hours on the wall after 22:00 = 21:00Z."""
    autumn_night.watch(every(15), since="20:00").until("21:18")
    missed = autumn_night.expect.raised("check_missed", since="20:00", deadline="21:15", at="21:17")
    autumn_night.at("21:20").tell(check())
    missed.resolved("late")
    autumn_night.until("21:38")
    missed = autumn_night.expect.raised("check_missed", since="21:20", deadline="21:35", at="21:37")
    autumn_night.at("21:40").tell(check())
    missed.resolved("late")


def test_in_autumn_the_last_deadline_of_the_long_night_binds(autumn_night: Night) -> None:
    autumn_night.watch(every(15), since="06:44").until("07:02")
    autumn_night.expect.raised("check_missed", since="06:44", deadline="06:59", at="07:01")
