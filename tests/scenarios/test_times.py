"""DOMAIN.md §3, The deadline, of a `times` item: local times at which the child is to be seen."""

import pytest

from tests.scenarios.facts import at_times, away, back, check, ended, every, plan, started, withdrawn
from tests.scenarios.night import Night


def test_a_time_is_due_its_tolerance_later_with_a_grace_of_its_own(night: Night) -> None:
    night.watch(at_times("23:00", tolerance=10, grace=1)).until("23:11")
    night.until("23:11:00.001")
    night.expect.raised(
        "check_missed", since="21:00", deadline="23:10", at="23:11", item="23:00", grace="PT1M"
    )


def test_the_tolerance_is_a_quarter_of_an_hour_and_the_grace_five_minutes_unless_stated(night: Night) -> None:
    night.watch(at_times("23:00")).until("23:21")
    night.expect.raised(
        "check_missed", since="21:00", deadline="23:15", at="23:20", item="23:00", grace="PT5M"
    )


@pytest.mark.parametrize("observed", ["22:45", "23:00", "23:15", "23:20"])
def test_any_valid_check_from_the_tolerance_before_it_on_settles_a_time(night: Night, observed: str) -> None:
    night.watch(at_times("23:00")).at(observed).tell(check())
    night.until("06:00")


def test_a_check_before_the_tolerance_does_not_settle_a_time(night: Night) -> None:
    night.watch(at_times("23:00")).at("22:44:59.999").tell(check())
    night.until("23:21")
    night.expect.raised("check_missed", since="22:44:59.999", deadline="23:15", at="23:20")


@pytest.mark.parametrize(("observed", "how"), [("23:15", "unreported"), ("23:15:00.001", "late")])
def test_after_its_tolerance_a_check_settles_a_time_late(night: Night, observed: str, how: str) -> None:
    night.watch(at_times("23:00")).until("23:21")
    missed = night.expect.raised("check_missed", since="21:00", deadline="23:15", at="23:20")
    seen = night.at("23:22").tell(check(seen=observed))
    missed.resolved(how, by=seen)


def test_one_check_settles_every_time_that_it_falls_near(night: Night) -> None:
    night.watch(at_times("23:00", "23:10")).at("22:55").tell(check())
    night.until("06:00")


def test_a_time_counts_if_watching_began_by_then(night: Night) -> None:
    night.watch(at_times("23:00"), since="23:00").until("23:21")
    night.expect.raised("check_missed", since="23:00", deadline="23:15", at="23:20")


def test_a_time_before_watching_began_is_not_asked(night: Night) -> None:
    night.watch(at_times("23:00"), since="23:00:00.001").until("11:00")


def test_a_time_counts_if_its_version_is_in_force_at_that_time(night: Night) -> None:
    """At 23:00 the version of that instant is in force: its times count, the old one's do not."""
    night.watch(at_times("23:00", tolerance=5)).at("23:00").tell(plan(1, at_times("23:00", tolerance=10)))
    night.until("23:16")
    night.expect.raised("check_missed", since="21:00", deadline="23:10", at="23:15", plan_version=1)


def test_a_time_that_is_asked_again_is_that_of_the_version_that_was_in_force(night: Night) -> None:
    night.watch(at_times("23:00", tolerance=5)).at("22:57").tell(check(id="wrong"))
    night.at("23:00").tell(plan(1, at_times("23:00", tolerance=10)))
    night.at("23:07").tell(withdrawn("wrong"))
    night.until("23:16")
    night.expect.raised("check_missed", since="21:00", deadline="23:10", at="23:15", plan_version=1)


def test_a_check_that_comes_late_settles_what_was_asked_meanwhile(night: Night) -> None:
    night.watch(at_times("23:00")).at("23:05").tell(check(seen="22:45"))
    night.until("11:00")


def test_of_two_times_the_earlier_deadline_and_grace_is_missed_first(night: Night) -> None:
    """22:20 is due at 22:25 with a grace to 23:05; 22:30 is due at 22:40 with a grace to 22:41."""
    slow, quick = at_times("22:20", tolerance=5, grace=40), at_times("22:30", tolerance=10, grace=1)
    night.watch(slow, quick).until("22:42")
    night.expect.raised("check_missed", since="21:00", deadline="22:40", at="22:41", item="22:30")


@pytest.mark.parametrize(
    ("time", "tolerance", "grace", "deadline", "item"),
    [("22:05", 5, 15, "22:10", "22:05"), ("22:15", 5, 5, "22:15", None)],
)
def test_of_two_that_fire_at_once_the_earlier_deadline_is_missed(
    night: Night, time: str, tolerance: int, grace: int, deadline: str, item: str | None
) -> None:
    """The ceiling runs out at 22:15, and its grace at 22:25, as that of the time."""
    night.watch(every(15, grace=10), at_times(time, tolerance=tolerance, grace=grace)).until("22:26")
    night.expect.raised("check_missed", since="21:00", deadline=deadline, at="22:25", item=item)


def test_a_time_of_a_version_that_came_too_late_for_it_is_not_asked(night: Night) -> None:
    night.watch().at("23:00:00.001").tell(plan(1, at_times("23:00")))
    night.until("11:00")


def test_a_new_version_does_not_drop_a_time_that_was_asked(night: Night) -> None:
    night.watch(at_times("23:00")).at("23:05").tell(plan(1))
    night.until("23:21")
    night.expect.raised("check_missed", since="21:00", deadline="23:15", at="23:20", plan_version=0)


def test_the_end_of_the_watch_drops_a_time_that_has_not_fired(night: Night) -> None:
    night.watch(at_times("23:00")).at("23:05").tell(away("P1", "hospital", "23:30"))
    off = night.expect.raised("child_away", since="23:05", at="23:05")
    night.at("23:10").tell(back())
    off.resolved("returned")
    night.until("11:00")


def test_the_end_of_the_placement_drops_a_time_that_has_not_fired(night: Night) -> None:
    night.watch(at_times("23:00")).at("23:05").tell(ended(), started())
    night.until("11:00")


def test_the_childs_own_deadline_is_the_earliest_of_its_deadlines(night: Night) -> None:
    """A check at 22:50 keeps the ceiling until 23:50, but not the time at 23:20."""
    night.watch(every(60), at_times("23:20", tolerance=10, grace=2)).at("22:50").tell(check())
    night.until("23:33")
    missed = night.expect.raised("check_missed", since="22:50", deadline="23:30", at="23:32", item="23:20")
    seen = night.at("23:40").tell(check())
    missed.resolved("late", by=seen)


def test_an_alert_over_a_time_does_not_close_while_the_next_time_is_overdue(night: Night) -> None:
    """At 23:52 the time of 23:30 is overdue too; a check of 23:12 settles the first and not the second."""
    night.watch(at_times("23:00", "23:30", tolerance=15, grace=1)).until("23:17")
    missed = night.expect.raised("check_missed", since="21:00", deadline="23:15", at="23:16")
    night.at("23:52").tell(check(seen="23:12"))
    last = night.at("23:53").tell(check(seen="23:40"))
    missed.resolved("unreported", by=last)


def test_the_same_time_is_asked_again_on_the_next_day(night: Night) -> None:
    night.watch(at_times("23:00")).at("23:00").tell(check())
    night.until("2026-03-03 23:21")
    night.expect.raised("check_missed", since="23:00", deadline="2026-03-03 23:15", at="2026-03-03 23:20")
