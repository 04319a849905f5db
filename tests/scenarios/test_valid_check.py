"""DOMAIN.md §3, Valid check: what satisfies, and what is only kept."""

import pytest

from tests.scenarios.facts import at_times, check, ended, every, registered, started
from tests.scenarios.night import Night


def test_a_child_who_was_seen_with_a_sign_of_life_is_safe_until_the_ceiling_runs_out(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check("P1"))
    night.until("22:27")
    night.until("22:27:00.001")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


@pytest.mark.parametrize("sign", ["breathing", "moved", "spoke", "awake"])
def test_each_sign_of_life_counts(night: Night, sign: str) -> None:
    night.watch(every(15)).at("22:14").tell(check("P1", sign=sign))
    night.until("22:29")


def test_a_check_without_a_sign_of_life_satisfies_nothing(night: Night) -> None:
    night.watch(every(15)).at("22:14").tell(check("P1", sign=None))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_an_attempt_where_the_child_was_not_seen_satisfies_nothing(night: Night) -> None:
    night.watch(every(15)).at("22:14").tell(check("P1", outcome="not_seen"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_check_entered_five_minutes_after_the_moment_it_describes_is_not_retrospective(
    night: Night,
) -> None:
    night.watch(every(15)).at("22:15").tell(check("P1", seen="22:10", entered="22:15"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_a_retrospective_check_satisfies_nothing(night: Night) -> None:
    night.watch(every(15)).at("22:15:00.001").tell(check("P1", seen="22:10", entered="22:15:00.001"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_retrospective_is_measured_between_the_two_times_as_they_were_sent(night: Night) -> None:
    """A fast clock: 22:20 is read as 22:10, but that it was entered 5 min after is asked of what was sent."""
    night.watch(every(15)).at("22:10").tell(check("P1", seen="22:20", entered="22:25"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_a_check_entered_before_it_was_observed_counts(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check("P1", seen="22:10", entered="22:05"))
    night.until("22:25")


def test_a_check_seen_in_time_counts_from_when_the_child_was_seen_not_from_when_it_was_told(
    night: Night,
) -> None:
    night.watch(every(15)).at("22:16").tell(check("P1", seen="22:12", entered="22:12"))
    night.until("22:30")
    night.expect.raised("check_missed", since="22:12", deadline="22:27", at="22:29")


def test_a_check_up_to_a_minute_in_the_future_is_taken_at_its_word(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check("P1", seen="22:11"))
    night.until("22:29")
    night.expect.raised("check_missed", since="22:11", deadline="22:26", at="22:28")


def test_a_check_more_than_a_minute_in_the_future_is_read_as_when_it_was_told(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check("P1", seen="22:11:00.001"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_a_check_of_tomorrow_buys_no_time(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check("P1", seen="2026-03-03 22:10"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_a_manual_check_counts_where_the_plan_wants_proof(night: Night) -> None:
    """*Nobody is ever taught not to record.*"""
    night.watch(every(15, proof="required")).at("22:14").tell(check("P1", proof="manual"))
    night.until("22:29")


def test_a_check_of_an_unknown_placement_is_kept_and_satisfies_nothing(night: Night) -> None:
    night.watch(every(15)).at("22:14").tell(check("P9"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_check_in_a_home_that_nobody_knows_is_kept_and_satisfies_nothing(night: Night) -> None:
    night.watch(every(15)).at("22:14").tell(check("P1", home="H9"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_check_told_by_another_home_satisfies_nothing(night: Night) -> None:
    night.watch(every(15)).tell(registered(home="H2"), started("P2", home="H2"))
    night.at("22:14").tell(check("P1", home="H2"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_check_of_one_child_does_not_satisfy_for_another(night: Night) -> None:
    night.watch(every(15)).tell(started("P2"))
    night.at("22:14").tell(check("P2"))
    night.until("22:18")
    night.expect.raised("check_missed", "P1", since="21:00", deadline="22:15", at="22:17")


def test_a_check_from_before_the_placement_started_satisfies_nothing(night: Night) -> None:
    """*In force both when the child was seen and when the fact is applied.*"""
    night.watch(every(15), since="22:05")
    night.at("22:06").tell(check("P1", seen="22:04:59.999"))
    night.until("22:23")
    night.expect.raised("check_missed", since="22:05", deadline="22:20", at="22:22")


def test_a_check_seen_at_the_instant_of_the_start_counts(night: Night) -> None:
    """At 22:05 it settles what was asked for from then on, though watching began at that same instant."""
    night.watch(at_times("22:20"), since="22:05")
    night.at("22:06").tell(check("P1", seen="22:05"))
    night.until("23:00")


def test_a_check_told_after_the_placement_ended_is_of_nobody(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(ended("P1"))
    night.at("22:11").tell(check("P1", seen="22:09"))
    night.until("23:00")


def test_an_earlier_check_that_comes_later_does_not_move_the_deadline(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check("P1"))
    night.at("22:12").tell(check("P1", seen="22:08"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_a_second_worker_at_the_very_same_instant_does_not_move_the_deadline(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check("P1"), check("P1"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")
