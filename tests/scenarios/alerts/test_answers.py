"""DOMAIN.md §6: acknowledged until T, back to raised when T passes unresolved; decisions; what is refused."""

import pytest

from tests.scenarios.answer_facts import decides, declines, has
from tests.scenarios.facts import check, every, started
from tests.scenarios.night import Heard, Night

pytestmark = pytest.mark.services("checks", "alerts")


def missed(night: Night) -> Heard:
    """P1 was to be seen by 22:15, and nobody has by 22:17."""
    night.watch(every(30, grace=2)).until("22:33")
    return night.expect.raised("check_missed", since="21:00", deadline="22:30", at="22:32")


def test_an_acknowledged_alert_is_raised_again_when_its_time_passes_unresolved(night: Night) -> None:
    alert = missed(night)
    night.at("22:34").tell(has(alert.id, until="22:44"))
    night.until("22:44")
    alert.acknowledged("M1", until="22:44", at="22:34")
    night.until("22:44:00.001")
    alert.reopened(at="22:44")


def test_what_is_resolved_before_that_is_not(night: Night) -> None:
    alert = missed(night)
    night.at("22:34").tell(has(alert.id, until="22:44"))
    seen = night.at("22:43:59").tell(check())
    night.until("23:00")
    alert.acknowledged("M1", until="22:44", at="22:34")
    alert.resolved("late", at="22:43:59", by=seen)


def test_a_check_at_the_very_instant_at_which_the_time_passes_is_in_time(night: Night) -> None:
    alert = missed(night)
    night.at("22:34").tell(has(alert.id, until="22:44"))
    seen = night.at("22:44").tell(check())
    night.until("23:00")
    alert.acknowledged("M1", until="22:44", at="22:34")
    alert.resolved("late", at="22:44", by=seen)


def test_it_is_had_for_ten_minutes_where_nobody_says_until_when(night: Night) -> None:
    alert = missed(night)
    night.at("22:34").tell(has(alert.id))
    night.until("22:50")
    alert.acknowledged("M1", until="22:44", at="22:34").reopened(at="22:44")


def test_thirty_minutes_are_the_limit_and_beyond_it_the_answer_is_refused(night: Night) -> None:
    alert = missed(night)
    too_long = night.at("22:34").tell(has(alert.id, until="23:04:00.001"))
    night.at("22:35").tell(has(alert.id, until="23:05"))
    night.until("23:06")
    night.expect.refused(too_long, "acknowledged_too_long")
    alert.acknowledged("M1", until="23:05", at="22:35").worsened(2, at="23:02").reopened(at="23:05")


def test_a_decision_closes_nothing_that_facts_close(night: Night) -> None:
    alert = missed(night)
    decided = night.at("22:34").tell(decides(alert.id))
    night.until("22:40")
    refused = night.expect.refused(decided, "facts_close_it")
    assert "check" in refused.reason.remedy


def test_an_answer_to_what_is_resolved_and_a_decline_change_nothing(night: Night) -> None:
    alert = missed(night)
    night.at("22:33:30").tell(declines(alert.id))
    seen = night.at("22:34").tell(check())
    alert.resolved("late", by=seen)
    night.at("22:35").tell(has(alert.id, until="22:40"), decides(alert.id))
    night.until("22:50")


def test_an_acknowledgement_of_one_child_is_none_of_another(night: Night) -> None:
    night.watch(every(30, grace=2)).tell(started("P2"))
    night.at("22:20").tell(check("P2"))
    night.until("22:33")
    first = night.expect.raised("check_missed", "P1", since="21:00", deadline="22:30", at="22:32")
    night.at("22:34").tell(has(first.id, until="22:37"))
    night.until("22:37:01")
    first.acknowledged("M1", until="22:37", at="22:34").reopened(at="22:37")
