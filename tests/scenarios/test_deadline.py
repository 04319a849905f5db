"""DOMAIN.md §3, The deadline: where `D` stands, and what moves it."""

import pytest

from tests.scenarios.facts import away, back, check, every, plan
from tests.scenarios.night import Night


def test_where_no_rule_was_in_force_just_before_the_ceiling_counts_from_the_rules_beginning(
    night: Night,
) -> None:
    night.watch(every(15)).at("21:58").tell(check())
    night.until("22:18")
    night.expect.raised("check_missed", since="21:58", deadline="22:15", at="22:17")


def test_where_watching_begins_within_a_window_the_ceiling_counts_from_then(night: Night) -> None:
    night.watch(every(15), since="22:07").until("22:25")
    night.expect.raised("check_missed", since="22:07", deadline="22:22", at="22:24")


def test_watching_begins_again_with_the_end_of_an_absence(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(check())
    night.at("22:10").tell(away("P1", "school", "23:00"))
    watch_is_off = night.expect.raised("child_away", since="22:10", at="22:10")
    night.at("22:40").tell(back())
    watch_is_off.resolved("returned")
    night.until("22:58")
    night.expect.raised("check_missed", since="22:40", deadline="22:55", at="22:57")


def test_a_check_at_o_sets_the_deadline_to_o_and_the_ceiling(night: Night) -> None:
    night.watch(every(15)).at("22:03").tell(check())
    night.until("22:20:00.001")
    night.expect.raised("check_missed", since="22:03", deadline="22:18", at="22:20")


def test_tightening_gives_the_new_ceiling_from_now_at_the_most(night: Night) -> None:
    """D was 22:45, g + c = 22:25; s + c = 22:30."""
    night.watch(every(30)).at("22:15").tell(check())
    night.at("22:20").tell(plan(1, every(10)))
    night.until("22:33")
    night.expect.raised("check_missed", since="22:15", deadline="22:30", at="22:32", plan_version=1)


def test_tightening_does_not_put_off_a_deadline_that_is_nearer(night: Night) -> None:
    """D was 22:26, before s + c = 22:35."""
    night.watch(every(16)).at("22:10").tell(check())
    night.at("22:20").tell(plan(1, every(15)))
    night.until("22:29")
    night.expect.raised("check_missed", since="22:10", deadline="22:26", at="22:28", plan_version=1)


def test_loosening_counts_the_time_already_gone(night: Night) -> None:
    """D was 22:25; g + c = 22:45, s + c = 22:50."""
    night.watch(every(10))
    night.at("22:05").tell(check())
    night.at("22:15").tell(check())
    night.at("22:20").tell(plan(1, every(30)))
    night.until("22:51")
    night.expect.raised("check_missed", since="22:15", deadline="22:45", at="22:50", plan_version=1)


def test_overdue_is_overdue_whatever_is_agreed_now(night: Night) -> None:
    """D passed at 22:25; the version of 22:26 does not move it, nor its grace."""
    night.watch(every(10))
    night.at("22:05").tell(check())
    night.at("22:15").tell(check())
    night.at("22:26").tell(plan(1, every(30)))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:15", deadline="22:25", at="22:27", plan_version=0)


def test_a_deadline_at_the_very_instant_of_a_new_version_has_not_passed(night: Night) -> None:
    night.watch(every(10))
    night.at("22:05").tell(check())
    night.at("22:15").tell(check())
    night.at("22:25").tell(plan(1, every(30)))
    night.until("22:51")
    night.expect.raised("check_missed", since="22:15", deadline="22:45", at="22:50", plan_version=1)


@pytest.mark.parametrize(
    ("observed", "deadline", "raised"),
    [
        ("22:50", "23:10", "23:12"),  # D = 23:20 is past the window; at 23:00 min(max(23:20, 23:00), 23:10)
        ("22:35", "23:05", "23:07"),  # D = 23:05 is nearer than 23:10
    ],
)
def test_the_next_window_takes_a_deadline_over_by_the_same_formula(
    night: Night, observed: str, deadline: str, raised: str
) -> None:
    night.watch(every(30, "22:00", "23:00"), every(10, "23:00", "07:00"))
    night.at("22:20").tell(check())
    night.at(observed).tell(check())
    night.until("23:12:00.001" if raised == "23:12" else "23:08")
    night.expect.raised("check_missed", since=observed, deadline=deadline, at=raised)


def test_a_check_that_comes_late_is_walked_through_every_change_since_it_was_done(night: Night) -> None:
    """Seen at 22:50, told at 23:01: the deadline is the one that a check told at once would have had."""
    night.watch(every(20, "22:00", "23:00"), every(10, "23:00", "07:00"))
    night.at("22:20").tell(check())
    night.at("22:40").tell(check())
    night.at("23:01").tell(check(seen="22:50"))
    night.until("23:13")
    night.expect.raised("check_missed", since="22:50", deadline="23:10", at="23:12")


def test_a_late_check_is_walked_through_the_versions_that_were_in_force_since(night: Night) -> None:
    night.watch(every(30)).at("22:20").tell(plan(1, every(10)))
    night.at("22:25").tell(check(seen="22:18"))
    night.until("22:33")
    night.expect.raised("check_missed", since="22:18", deadline="22:30", at="22:32")


def test_a_check_while_no_rule_is_in_force_leaves_no_deadline_until_one_begins(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(check(seen="21:55"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:55", deadline="22:15", at="22:17")


@pytest.mark.parametrize("observed", ["22:45", "22:50", "22:59:59.999"])
def test_a_deadline_at_or_after_the_end_of_its_window_is_not_binding(night: Night, observed: str) -> None:
    night.watch(every(15, "22:00", "23:00"), since=observed).until("06:00")


def test_a_deadline_before_the_end_of_its_window_binds_though_its_grace_runs_out_after(night: Night) -> None:
    night.watch(every(15, "22:00", "23:00"), since="22:44").until("23:02")
    night.expect.raised("check_missed", since="22:44", deadline="22:59", at="23:01")


def test_the_grace_is_that_of_the_rule_in_force_at_the_deadline(night: Night) -> None:
    night.watch(every(15, "22:00", "23:00", grace=10), every(15, "23:00", "07:00", grace=1), since="22:44")
    night.until("23:10")
    night.expect.raised("check_missed", since="22:44", deadline="22:59", at="23:09", grace="PT10M")


def test_a_deadline_at_the_end_of_its_window_gets_the_grace_of_the_next(night: Night) -> None:
    night.watch(every(15, "22:00", "23:00", grace=10), every(15, "23:00", "07:00", grace=1), since="22:45")
    night.until("23:02")
    night.expect.raised("check_missed", since="22:45", deadline="23:00", at="23:01", grace="PT1M")


def test_a_rule_that_ends_with_none_after_it_leaves_no_deadline(night: Night) -> None:
    night.watch(every(30, "22:00", "23:00"), since="22:40").until("06:00")


def test_a_deadline_that_passed_before_the_rule_ended_stays_overdue(night: Night) -> None:
    """Not yet raised at 23:00, because the grace is long; the window is over, the child is still not seen."""
    night.watch(every(15, "22:00", "23:00", grace=45), since="22:30").until("23:31")
    night.expect.raised("check_missed", since="22:30", deadline="22:45", at="23:30")


def test_a_plan_that_takes_every_rule_away_leaves_no_deadline(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(plan(1))
    night.until("06:00")


def test_a_plan_that_takes_every_rule_away_does_not_undo_what_is_overdue(night: Night) -> None:
    night.watch(every(15)).at("22:16").tell(plan(1))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_check_within_grace_is_late_for_compliance_and_raises_nothing(night: Night) -> None:
    """*Grace routes alerts; it never changes compliance.*"""
    night.watch(every(15)).at("22:16:30").tell(check())
    night.until("22:33:30")
