"""DOMAIN.md §3, What happens: how `check_missed` is raised, worsens, and closes."""

import pytest

from tests.scenarios.facts import at_times, away, check, ended, every, plan, started
from tests.scenarios.night import Night


def test_a_check_is_missed_when_deadline_and_grace_have_passed_and_not_at_that_instant(night: Night) -> None:
    night.watch(every(15)).until("22:17")
    night.expect.nothing()
    night.until("22:17:00.001")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_an_alert_says_what_was_asked(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    night.expect.raised(
        "check_missed",
        since="21:00",
        deadline="22:15",
        at="22:17",
        ceiling="PT15M",
        grace="PT2M",
        plan_version=0,
        item=None,
    )


def test_a_check_told_at_the_last_instant_of_grace_is_in_time_to_raise_nothing(night: Night) -> None:
    night.watch(every(15)).at("22:17").tell(check())
    night.until("22:34")


def test_one_alert_at_most_is_open_for_a_child(night: Night) -> None:
    """The time of 22:45 is missed too, at 23:01: it raises nothing of its own."""
    night.watch(every(60), at_times("22:45", tolerance=15, grace=1)).until("23:02")
    missed = night.expect.raised("check_missed", since="21:00", deadline="23:00", at="23:01", item="22:45")
    night.until("23:59")
    seen = night.at("23:59:30").tell(check())
    missed.resolved("late", by=seen)


def test_each_child_has_an_alert_of_its_own(night: Night) -> None:
    night.watch(every(15)).tell(started("P2"))
    night.until("22:18")
    first = night.expect.raised("check_missed", "P1", since="21:00", deadline="22:15", at="22:17")
    second = night.expect.raised("check_missed", "P2", since="21:00", deadline="22:15", at="22:17")
    assert first.id != second.id
    seen = night.at("22:20").tell(check("P2"))
    second.resolved("late", by=seen)
    night.until("22:33")
    first.worsened(2, at="22:32")


def test_of_several_missed_the_earliest_deadline_and_grace_raises_the_alert(night: Night) -> None:
    """Deadlines at 22:15 (grace to 22:55) and 22:30 (grace to 22:31): the second rings first."""
    night.watch(every(15, grace=40), at_times("22:20", tolerance=10, grace=1)).until("22:32")
    night.expect.raised("check_missed", since="21:00", deadline="22:30", at="22:31", item="22:20")


def test_an_alert_worsens_one_ceiling_after_it_was_raised_and_again_and_again(night: Night) -> None:
    night.watch(every(15)).until("22:47")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32")
    night.until("22:47:00.001")
    missed.worsened(3, at="22:47")


def test_an_alert_worsens_by_the_ceiling_that_was_in_force_when_it_was_raised(night: Night) -> None:
    """Raised under 15 min; at 22:32 the rule of an hour is in force, and counts for what comes next."""
    night.watch(every(15, "22:00", "22:30"), every(60, "22:30", "07:00")).until("23:33")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32")
    missed.worsened(3, at="23:32")


def test_raised_while_no_rule_is_in_force_it_worsens_one_ceiling_after_the_next_begins(night: Night) -> None:
    night.watch(every(15, "22:00", "22:30", grace=20), every(10, "23:00", "07:00")).until("23:21")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:35")
    missed.worsened(2, at="23:10")
    missed.worsened(3, at="23:20")


def test_worsened_while_no_rule_is_in_force_it_waits_for_the_next_to_begin(night: Night) -> None:
    night.watch(every(15, "22:00", "22:20"), every(15, "23:00", "07:00")).until("23:16")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32")
    missed.worsened(3, at="23:15")


def test_what_worsening_waits_for_is_the_rule_that_is_in_force_at_the_end_of_the_instant(
    night: Night,
) -> None:
    """At 23:00 the default plan's rule of 15 min begins; the version of that instant has one of 10."""
    night.watch(every(15, "22:00", "22:30", grace=20), every(15, "23:00", "07:00")).until("22:36")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:35")
    night.at("23:00").tell(plan(1, every(10, "23:00", "07:00")))
    night.until("23:11")
    missed.worsened(2, at="23:10")


def test_a_rule_that_begins_and_ends_at_one_instant_never_was(night: Night) -> None:
    night.watch(every(15, "22:00", "22:30", grace=20), every(15, "23:00", "07:00")).until("22:36")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:35")
    night.at("23:00").tell(plan(1, every(30, "00:00", "07:00")))
    night.until("00:31")
    missed.worsened(2, at="00:30")


def test_a_level_is_never_taken_back(night: Night) -> None:
    """A check that does not bring the child within the ceiling again leaves the alert as bad as it is."""
    night.watch(every(15)).until("22:33")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17").worsened(
        2, at="22:32"
    )
    night.at("22:40").tell(check(seen="22:10"))
    night.until("22:48")
    missed.worsened(3, at="22:47")


def test_a_check_now_closes_an_alert_as_late(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    seen = night.at("22:20").tell(check())
    missed.resolved("late", by=seen)


@pytest.mark.parametrize(("observed", "how"), [("22:15", "unreported"), ("22:15:00.001", "late")])
def test_a_late_synced_check_closes_the_alert_as_unreported(night: Night, observed: str, how: str) -> None:
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    seen = night.at("22:20").tell(check(seen=observed))
    missed.resolved(how, by=seen)


def test_an_alert_closes_when_the_deadline_is_not_before_the_clock(night: Night) -> None:
    """A check of 22:20 gives 22:35: told at 22:35 the child is within the ceiling, a millisecond later not."""
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    night.until("22:34")
    missed.worsened(2, at="22:32")
    seen = night.at("22:35").tell(check(seen="22:20"))
    missed.resolved("late", by=seen)


def test_a_check_whose_deadline_is_before_the_clock_closes_nothing(night: Night) -> None:
    night.watch(every(15)).until("22:34")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32")
    night.at("22:35:00.001").tell(check(seen="22:20"))


def test_an_hour_of_backlog_closes_the_alert_once_with_the_check_that_matters(night: Night) -> None:
    """Four checks done in time, told in one batch: one alert, closed once, and no flapping."""
    night.watch(every(15)).until("22:59")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32").worsened(3, at="22:47")
    last = night.at("23:00").tell(
        check(seen="22:14"), check(seen="22:28"), check(seen="22:42"), check(seen="22:56")
    )
    missed.resolved("unreported", by=last)
    night.until("23:13")


def test_a_backlog_with_one_check_that_was_late_closes_the_alert_as_late(night: Night) -> None:
    night.watch(every(15)).until("22:33")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32")
    last = night.at("22:46").tell(check(seen="22:14"), check(seen="22:30"), check(seen="22:44"))
    missed.resolved("late", by=last)


def test_a_backlog_that_arrives_one_by_one_closes_the_alert_once(night: Night) -> None:
    night.watch(every(15)).until("22:33")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32")
    night.at("22:40").tell(check(seen="22:14"))
    last = night.at("22:41").tell(check(seen="22:28"))
    missed.resolved("unreported", by=last)


def test_a_backlog_that_arrives_last_check_first_is_late_by_what_was_known_then(night: Night) -> None:
    """*In log order*: the check of 22:28 came while the deadline was 22:15."""
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    night.at("22:30").tell(check(seen="22:28", id="the-last"), check(seen="22:14"))
    missed.resolved("late", by="the-last")


def test_a_backlog_that_leaves_the_child_overdue_does_not_close_and_raise_again(night: Night) -> None:
    night.watch(every(15)).until("22:59")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    missed.worsened(2, at="22:32").worsened(3, at="22:47")
    night.at("23:00").tell(check(seen="22:14"), check(seen="22:28"))
    night.until("23:03")
    missed.worsened(4, at="23:02")


def test_a_child_who_is_missed_again_gets_a_new_alert(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    first = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    night.at("22:20").tell(check())
    first.resolved("late")
    night.until("22:38")
    second = night.expect.raised("check_missed", since="22:20", deadline="22:35", at="22:37")
    assert first.id != second.id


def test_retrospective_entries_and_attempts_close_nothing(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    night.at("22:22").tell(check(seen="22:14", entered="22:22"), check(outcome="not_seen"), check(sign=None))


def test_an_absence_closes_the_alert(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    gone = night.at("22:20").tell(away("P1", "hospital", "2026-03-03 12:00"))
    missed.resolved("disposition", by=gone)
    night.expect.raised("child_away", since="22:20", at="22:20")


def test_the_end_of_the_placement_closes_the_alert(night: Night) -> None:
    night.watch(every(15)).until("22:18")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")
    left = night.at("22:20").tell(ended())
    missed.resolved("ended", by=left)


def test_when_a_window_ends_with_no_rule_after_it_the_alert_stays_open_until_the_child_is_seen(
    night: Night,
) -> None:
    night.watch(every(15), since="06:40").until("2026-03-03 09:00")
    missed = night.expect.raised("check_missed", since="06:40", deadline="06:55", at="06:57")
    missed.worsened(2, at="07:12")
    seen = night.tell(check())
    missed.resolved("late", by=seen)


def test_an_alert_that_nobody_answers_goes_on_worsening_the_next_night(night: Night) -> None:
    night.watch(every(30, "22:00", "22:31"), since="21:00").until("2026-03-03 22:31")
    missed = night.expect.raised("check_missed", since="21:00", deadline="22:30", at="22:35")
    missed.worsened(2, at="2026-03-03 22:30")
