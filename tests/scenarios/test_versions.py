"""DOMAIN.md §3, Rules: which version of a plan is in force, and since when."""

from tests.scenarios.facts import check, ended, every, plan, registered, started
from tests.scenarios.night import Night


def test_a_child_is_watched_by_the_homes_default_plan_from_the_first_night(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17", plan_version=0)


def test_where_a_log_states_no_default_plan_nothing_is_asked(night: Night) -> None:
    night.watch().until("2026-03-04 12:00")


def test_the_default_plan_is_the_one_that_stood_when_the_placement_started(night: Night) -> None:
    night.watch(every(15)).at("21:30").tell(registered(every(5)))
    night.until("22:18")
    night.expect.raised("check_missed", "P1", since="21:00", deadline="22:15", at="22:17", ceiling="PT15M")


def test_a_home_that_is_registered_anew_watches_its_next_child_by_the_new_default_plan(night: Night) -> None:
    night.watch().at("21:30").tell(registered(every(15)))
    night.at("21:40").tell(started("P2"))
    night.until("22:18")
    night.expect.raised("check_missed", "P2", since="21:40", deadline="22:15", at="22:17")


def test_a_registration_for_later_is_a_promise(night: Night) -> None:
    """P2 starts before it has come, P3 after."""
    night.watch().at("21:05").tell(registered(every(15), time="21:30"))
    night.at("21:10").tell(started("P2"))
    night.at("21:30").tell(started("P3"))
    night.until("22:18")
    night.expect.raised("check_missed", "P3", since="21:30", deadline="22:15", at="22:17")


def test_the_first_plan_takes_over_from_the_default_plan(night: Night) -> None:
    night.watch(every(15)).at("21:30").tell(plan(1, every(30)))
    night.until("22:36")
    night.expect.raised("check_missed", since="21:00", deadline="22:30", at="22:35", plan_version=1)


def test_a_plan_told_before_its_placement_holds_from_the_start(night: Night) -> None:
    night.at("18:00").tell(registered(every(60)))
    night.at("19:00").tell(plan(1, every(15)))
    night.at("22:05").tell(started())
    night.until("22:23")
    night.expect.raised("check_missed", since="22:05", deadline="22:20", at="22:22", plan_version=1)


def test_a_plan_told_before_its_home_waits_for_it(night: Night) -> None:
    night.at("17:00").tell(plan(1, every(15)))
    night.watch(every(60)).until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17", plan_version=1)


def test_a_plan_is_in_force_from_the_later_of_its_own_time_and_its_telling(night: Night) -> None:
    """Told at 22:10 that it was in force since 20:00: nobody can be held to what had not been told."""
    night.watch(every(30)).at("22:10").tell(plan(1, every(5), effective="20:00"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17", plan_version=1)


def test_a_plan_for_later_takes_over_when_its_time_has_come(night: Night) -> None:
    """The default plan had set 22:40; from 22:20 on the ceiling of 40 min counts from the check."""
    night.watch(every(30)).at("21:10").tell(plan(1, every(40), effective="22:20"))
    night.at("22:10").tell(check())
    night.until("22:56")
    night.expect.raised("check_missed", since="22:10", deadline="22:50", at="22:55", plan_version=1)


def test_a_plan_for_later_asks_nothing_before(night: Night) -> None:
    night.watch().at("21:10").tell(plan(1, every(15), effective="22:30"))
    night.until("22:30")
    night.until("22:48")
    night.expect.raised("check_missed", since="21:00", deadline="22:45", at="22:47")


def test_a_lower_number_that_comes_later_never_takes_over(night: Night) -> None:
    night.watch().at("21:10").tell(plan(2, every(20), effective="21:30"))
    night.at("21:20").tell(plan(1, every(10), effective="22:05"))
    night.until("22:26")
    night.expect.raised("check_missed", since="21:00", deadline="22:20", at="22:25", plan_version=2)


def test_a_lower_number_told_after_a_higher_one_is_in_force_never_takes_over(night: Night) -> None:
    night.watch().at("21:10").tell(plan(2, every(20)))
    night.at("21:20").tell(plan(1, every(10)))
    night.until("22:26")
    night.expect.raised("check_missed", since="21:00", deadline="22:20", at="22:25", plan_version=2)


def test_a_lower_number_is_in_force_until_the_higher_ones_time_has_come(night: Night) -> None:
    night.watch().at("21:10").tell(plan(2, every(60), effective="23:30"))
    night.at("21:20").tell(plan(1, every(15)))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17", plan_version=1)


def test_the_highest_number_of_those_told_before_a_placement_holds_from_its_start(night: Night) -> None:
    night.at("18:00").tell(registered())
    night.at("19:00").tell(plan(2, every(20)), plan(1, every(10)), plan(3, every(5), effective="23:00"))
    night.at("21:00").tell(started())
    night.until("22:26")
    night.expect.raised("check_missed", since="21:00", deadline="22:20", at="22:25", plan_version=2)


def test_a_plan_for_a_placement_that_is_only_promised_holds_from_its_start(night: Night) -> None:
    night.at("18:00").tell(registered(), started(time="22:30"))
    night.at("19:00").tell(plan(1, every(15)))
    night.until("22:48")
    night.expect.raised("check_missed", since="22:30", deadline="22:45", at="22:47")


def test_a_plan_for_later_than_the_end_of_its_placement_never_comes(night: Night) -> None:
    night.watch().at("21:10").tell(plan(1, every(15), effective="22:30"))
    night.at("21:20").tell(ended())
    night.at("21:30").tell(started())
    night.until("06:00")
