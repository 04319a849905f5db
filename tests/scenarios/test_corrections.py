"""DOMAIN.md §3, Corrections: a check that was not so, and what is due then."""

import pytest

from tests.scenarios.facts import (
    at_times,
    away,
    back,
    check,
    concern,
    corrected,
    every,
    not_found,
    plan,
    withdrawn,
)
from tests.scenarios.night import Night


def test_a_withdrawn_check_gives_the_deadline_back_to_the_check_before_it(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check())
    wrong = night.at("22:20").tell(check())
    night.at("22:21").tell(withdrawn(wrong))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_what_is_past_then_fires_at_the_instant_of_the_correction(night: Night) -> None:
    """Without the check of 22:20 the child has been overdue since 22:25, and nobody knew."""
    night.watch(every(15)).at("22:10").tell(check())
    wrong = night.at("22:20").tell(check())
    night.at("22:30").tell(withdrawn(wrong))
    night.until("22:31")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:30")


def test_with_no_check_known_yet_the_deadline_goes_back_to_when_watching_began(night: Night) -> None:
    night.watch(every(15), since="22:05")
    wrong = night.at("22:10").tell(check())
    night.at("22:12").tell(withdrawn(wrong))
    night.until("22:23")
    night.expect.raised("check_missed", since="22:05", deadline="22:20", at="22:22")


def test_the_monitor_remembers_one_check_where_that_is_gone_too_the_child_is_due_now(night: Night) -> None:
    """Of three checks the last two are withdrawn: the first does not come back."""
    night.watch(every(15)).at("22:05").tell(check())
    second = night.at("22:10").tell(check())
    third = night.at("22:15").tell(check())
    night.at("22:16").tell(withdrawn(third))
    night.at("22:18").tell(withdrawn(second))
    night.until("22:20:00.001")
    night.expect.raised("check_missed", since="21:00", deadline="22:18", at="22:20")


def test_a_child_who_was_due_at_once_and_was_seen_is_due_as_ever(night: Night) -> None:
    """Seen a minute later: at the change of rules at 23:00 the deadline is that of this check."""
    night.watch(every(30, "22:00", "23:00"), every(10, "23:00", "07:00")).at("22:05").tell(check())
    second = night.at("22:20").tell(check())
    third = night.at("22:30").tell(check())
    night.at("22:35").tell(withdrawn(third), withdrawn(second))
    night.at("22:36").tell(check())
    night.until("23:09")
    night.expect.raised("check_missed", since="22:36", deadline="23:06", at="23:08")


def test_the_remembered_check_may_be_withdrawn_first(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(check())
    second = night.at("22:10").tell(check())
    third = night.at("22:15").tell(check())
    night.at("22:16").tell(withdrawn(second))
    night.at("22:18").tell(withdrawn(third))
    night.until("22:21")
    night.expect.raised("check_missed", since="21:00", deadline="22:18", at="22:20")


def test_a_withdrawn_check_that_was_not_the_latest_leaves_the_deadline_alone(night: Night) -> None:
    night.watch(every(15))
    first = night.at("22:05").tell(check())
    night.at("22:10").tell(check())
    night.at("22:12").tell(withdrawn(first))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_the_remembered_check_is_the_latest_known_before_by_when_the_child_was_seen(night: Night) -> None:
    """22:08 was told last, but seen before 22:10 and after 22:05: the watch goes back to it."""
    night.watch(every(15)).at("22:05").tell(check())
    wrong = night.at("22:10").tell(check())
    night.at("22:11").tell(check(seen="22:08"))
    night.at("22:12").tell(withdrawn(wrong))
    night.until("22:26")
    night.expect.raised("check_missed", since="22:08", deadline="22:23", at="22:25")


def test_once_gone_back_nothing_is_remembered_until_a_new_check_is_valid(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(check())
    wrong = night.at("22:10").tell(check())
    night.at("22:11").tell(withdrawn(wrong))
    again = night.at("22:12").tell(check())
    night.at("22:13").tell(withdrawn(again))
    night.until("22:23")
    night.expect.raised("check_missed", since="22:05", deadline="22:20", at="22:22")


def test_a_withdrawn_return_makes_the_child_due_at_once_and_does_not_reopen_the_absence(night: Night) -> None:
    night.watch(every(15)).at("22:05").tell(check())
    night.at("22:10").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:10", at="22:10")
    seen = night.at("22:30").tell(check())
    off.resolved("returned", by=seen)
    night.at("22:35").tell(withdrawn(seen))
    night.until("22:38")
    night.expect.raised("check_missed", since="22:30", deadline="22:35", at="22:37")


def test_with_no_rule_in_force_a_child_who_would_be_due_at_once_is_due_when_one_begins(night: Night) -> None:
    night.watch(every(15)).at("21:10").tell(check())
    second = night.at("21:20").tell(check())
    third = night.at("21:30").tell(check())
    night.at("21:35").tell(withdrawn(third), withdrawn(second))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_withdrawn_check_settles_no_time_that_it_alone_had_settled(night: Night) -> None:
    night.watch(at_times("23:00"))
    wrong = night.at("22:50").tell(check())
    night.at("23:10").tell(withdrawn(wrong))
    night.until("23:21")
    night.expect.raised("check_missed", since="21:00", deadline="23:15", at="23:20")


def test_a_time_that_another_check_had_settled_too_stays_settled(night: Night) -> None:
    night.watch(at_times("23:00")).at("22:50").tell(check())
    wrong = night.at("23:05").tell(check())
    night.at("23:10").tell(withdrawn(wrong))
    night.until("11:00")


def test_earlier_times_are_not_asked_again_of_a_child_who_is_due_at_once(night: Night) -> None:
    """The return of 22:55 had settled 23:00; with it withdrawn at 23:05 the child is due now, once."""
    night.watch(every(15), at_times("23:00", tolerance=5, grace=1)).at("22:05").tell(check())
    night.at("22:10").tell(away("P1", "school", "23:30"))
    off = night.expect.raised("child_away", since="22:10", at="22:10")
    seen = night.at("22:55").tell(check())
    off.resolved("returned", by=seen)
    night.at("23:05").tell(withdrawn(seen))
    night.until("23:08")
    night.expect.raised("check_missed", since="22:55", deadline="23:05", at="23:07", item=None)


def test_a_time_that_is_still_open_stays_open_when_a_return_is_withdrawn(night: Night) -> None:
    night.watch(at_times("23:00")).at("22:10").tell(away("P1", "school", "23:30"))
    off = night.expect.raised("child_away", since="22:10", at="22:10")
    seen = night.at("22:35").tell(check())
    off.resolved("returned", by=seen)
    night.at("23:05").tell(withdrawn(seen))
    night.until("23:21")
    night.expect.raised("check_missed", since="22:35", deadline="23:15", at="23:20", item="23:00")


def test_a_time_that_stayed_open_then_stays_open_at_the_next_correction(night: Night) -> None:
    night.watch(at_times("23:00")).at("22:10").tell(away("P1", "school", "23:30"))
    off = night.expect.raised("child_away", since="22:10", at="22:10")
    seen = night.at("22:35").tell(check())
    off.resolved("returned", by=seen)
    night.at("23:05").tell(withdrawn(seen))
    again = night.at("23:06").tell(check(seen="22:40"), check(seen="22:42"))
    night.at("23:08").tell(withdrawn(again))
    night.until("23:21")
    night.expect.raised("check_missed", since="22:40", deadline="23:15", at="23:20", item="23:00")


def test_times_before_a_child_was_due_at_once_are_not_asked_at_the_next_correction_either(
    night: Night,
) -> None:
    night.watch(at_times("23:00")).at("22:05").tell(check())
    night.at("22:50").tell(check(id="second"))
    night.at("22:55").tell(check(id="third"))
    night.at("23:05").tell(withdrawn("third"), withdrawn("second"))
    late = night.at("23:06").tell(check(seen="22:06"), check(seen="22:07"))
    night.at("23:07").tell(withdrawn(late))
    night.until("11:00")


def test_a_late_check_that_is_withdrawn_does_not_make_the_alert_late(night: Night) -> None:
    night.watch(every(15)).until("22:33")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32")
    night.at("22:36").tell(check(seen="22:20", id="wrong"))
    night.at("22:37").tell(withdrawn("wrong"))
    right = night.at("22:38").tell(check(seen="22:14"), check(seen="22:29"))
    missed.resolved("unreported", by=right)


def test_only_checks_observed_after_since_decide_whether_an_alert_was_late(night: Night) -> None:
    """The check that the alert counts from is withdrawn; 22:18 is after the deadline then, but not after 22:20."""
    night.watch(every(15, grace=20)).at("22:00").tell(check())
    wrong = night.at("22:20").tell(check())
    night.at("22:56").tell(withdrawn(wrong))
    missed = night.expect.raised("check_missed", since="22:20", deadline="22:35", at="22:55")
    last = night.at("22:57").tell(check(seen="22:18"), check(seen="22:33"), check(seen="22:48"))
    missed.resolved("unreported", by=last)


def test_an_alert_that_a_withdrawn_check_had_closed_is_not_raised_again_but_what_is_past_fires(
    night: Night,
) -> None:
    night.watch(every(15)).until("22:18")
    first = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    wrong = night.at("22:20").tell(check())
    first.resolved("late", by=wrong)
    night.at("22:25").tell(withdrawn(wrong))
    night.until("22:26")
    second = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:25")
    assert second.id != first.id


def test_other_alerts_that_a_withdrawn_check_had_closed_are_not_raised_again(night: Night) -> None:
    night.watch().at("22:10").tell(not_found(), concern())
    lost = night.expect.raised("child_not_found", since="22:10", at="22:10")
    asked = night.expect.raised("concern_raised", since="22:10", at="22:10")
    wrong = night.at("22:20").tell(check())
    lost.resolved("late", by=wrong)
    asked.resolved("restored", by=wrong)
    night.at("22:25").tell(withdrawn(wrong))
    night.until("06:00")


def test_a_correction_and_a_check_of_one_instant_are_one_step(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check())
    wrong = night.at("22:20").tell(check())
    night.at("22:30").tell(withdrawn(wrong), check())
    night.until("22:47")


def test_nothing_ever_becomes_valid_by_a_correction(night: Night) -> None:
    night.watch(every(15))
    attempt = night.at("22:14").tell(check(outcome="not_seen"))
    night.at("22:15").tell(corrected(attempt, state="asleep", room="R2"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_correction_that_withdraws_nothing_changes_the_record_only(night: Night) -> None:
    night.watch(every(15))
    seen = night.at("22:10").tell(check())
    night.at("22:12").tell(corrected(seen, room="R2", state="awake_settled"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_a_check_withdrawn_twice_is_withdrawn_once(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check())
    wrong = night.at("22:20").tell(check())
    night.at("22:21").tell(withdrawn(wrong))
    night.at("22:22").tell(withdrawn(wrong))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_withdrawing_a_not_found_closes_nothing(night: Night) -> None:
    night.watch()
    lost = night.at("22:10").tell(not_found())
    alert = night.expect.raised("child_not_found", since="22:10", at="22:10")
    night.at("22:15").tell(withdrawn(lost))
    seen = night.at("22:20").tell(check())
    alert.resolved("late", by=seen)


@pytest.mark.parametrize("told", ["22:40", "23:10"])
def test_a_correction_while_the_child_is_away_makes_nothing_due(night: Night, told: str) -> None:
    night.watch(every(15)).at("22:05").tell(check())
    wrong = night.at("22:10").tell(check())
    night.at("22:15").tell(away("P1", "hospital", "06:00"))
    off = night.expect.raised("child_away", since="22:15", at="22:15")
    night.at(told).tell(withdrawn(wrong))
    night.at("23:30").tell(back())
    off.resolved("returned")
    night.until("23:48")
    night.expect.raised("check_missed", since="23:30", deadline="23:45", at="23:47")


def test_the_deadline_that_comes_back_is_walked_through_what_was_agreed_since(night: Night) -> None:
    night.watch(every(30)).at("22:20").tell(check())
    night.at("22:25").tell(plan(1, every(10)))
    wrong = night.at("22:30").tell(check())
    night.at("22:32").tell(withdrawn(wrong))
    night.until("22:38")
    night.expect.raised("check_missed", since="22:20", deadline="22:35", at="22:37")


def test_a_check_from_before_the_watch_began_has_set_no_deadline_and_leaves_none(night: Night) -> None:
    """The end of the absence had started the watch afresh: that the check before it was not so moves nothing."""
    night.watch(every(15))
    first = night.at("22:05").tell(check())
    second = night.at("22:07").tell(check())
    night.at("22:10").tell(away("P1", "school", "23:00"))
    off = night.expect.raised("child_away", since="22:10", at="22:10")
    night.at("22:30").tell(back())
    off.resolved("returned")
    night.at("22:35").tell(withdrawn(second), withdrawn(first))
    night.until("22:48")
    night.expect.raised("check_missed", since="22:30", deadline="22:45", at="22:47")
