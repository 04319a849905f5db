"""*`seen_while_away`: a check `seen` observed within an absence, however that ended (the first valid one ends it, §3).*
*`headcount`: an accepted handover, by day too, whose headcount is not the number of children present.*
By the facts' own times, as known when the check or the handover is applied.
"""

import pytest

from tests.scenarios.facts import away, back, ended, registered, started, withdrawn
from tests.scenarios.integrity_facts import handed_over, on_duty, ready, seen
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("integrity")


# -- seen while away


def test_the_check_that_ends_an_absence_was_observed_within_it(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "home_leave", "2026-03-04 18:00"))
    night.at("23:10").tell(seen(id="a"))
    night.expect.raised(
        "anomaly",
        pattern="seen_while_away",
        entries=["a"],
        reason="A child was recorded as seen at a time at which an absence is on record.",
    )


def test_the_first_valid_one_has_ended_it(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "home_leave", "2026-03-04 18:00"))
    night.at("23:10").tell(seen())
    night.expect.raised("anomaly", pattern="seen_while_away")
    night.at("23:20").tell(seen())


def test_one_from_before_the_one_that_ended_it_was_within_it_too(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "home_leave", "2026-03-04 18:00"))
    night.at("23:10").tell(seen(id="a"))
    first = night.expect.raised("anomaly", pattern="seen_while_away", entries=["a"])
    night.at("23:20").tell(seen(at="23:00", entered="23:00", id="b"))
    first.worsened(2, entries=["b"])
    night.at("23:30").tell(seen(at="23:05", entered="23:05", id="c"))


def test_a_late_phone_saw_the_child_in_an_absence_that_has_ended(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "school", "22:00"))
    night.at("21:30").tell(back())
    night.at("23:10").tell(seen(at="21:29:59", entered="21:29:59"))
    night.expect.raised("anomaly", since="21:29:59", pattern="seen_while_away")


def test_the_end_of_an_absence_is_not_of_it_and_its_start_is(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "school", "22:00"))
    night.at("21:30").tell(back())
    night.at("23:10").tell(seen(at="21:30", entered="21:30"))
    night.at("23:11").tell(seen(at="20:30", entered="20:30"))
    night.expect.raised("anomaly", since="20:30", pattern="seen_while_away")


def test_an_attempt_saw_nobody(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "school", "22:00"))
    night.at("21:00").tell(seen(outcome="not_seen"))


def test_a_check_that_ends_nothing_is_within_it_and_so_is_the_next(night: Night) -> None:
    """`seen`, but entered long after: the absence goes on."""
    ready(night).at("20:30").tell(away("P1", "home_leave", "2026-03-04 18:00"))
    night.at("06:00").tell(seen(at="02:00", entered="06:00", id="a"))
    first = night.expect.raised("anomaly", since="02:00", pattern="seen_while_away", entries=["a"])
    night.at("06:10").tell(seen(at="03:00", entered="06:10", id="b"))
    first.worsened(2, entries=["b"])


def test_an_absence_told_after_the_check_completes_nothing(night: Night) -> None:
    ready(night).at("23:10").tell(seen())
    night.at("23:20").tell(away("P1", "home_leave", "2026-03-04 18:00", time="22:00"))


def test_an_absence_told_late_was_ended_by_a_check_that_is_known(night: Night) -> None:
    """By their own times the child was back at 23:10 already."""
    ready(night).at("23:10").tell(seen())
    night.at("23:20").tell(away("P1", "school", "2026-03-03 08:00", time="22:00"))
    night.at("23:30").tell(seen())
    night.at("23:40").tell(seen(at="23:00", entered="23:00"))
    night.expect.raised("anomaly", since="23:00", pattern="seen_while_away")


def test_an_absence_that_was_replaced_goes_on_under_its_new_reason(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "school", "22:00"))
    night.at("21:00").tell(away("P1", "hospital", "2026-03-04 18:00"))
    night.at("21:30").tell(seen(at="20:45", entered="20:45"))
    night.expect.raised("anomaly", since="20:45", pattern="seen_while_away")


def test_a_return_that_was_withdrawn_was_none(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "home_leave", "2026-03-04 18:00"))
    night.at("23:10").tell(seen(id="a"))
    first = night.expect.raised("anomaly", pattern="seen_while_away", entries=["a"])
    night.at("23:15").tell(withdrawn("a"))
    night.at("23:20").tell(seen(id="b"))
    first.worsened(2, entries=["b"])


def test_an_absence_that_was_cancelled_before_it_began_never_was(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "school", "2026-03-03 08:00", time="23:00"))
    night.at("22:00").tell(back())
    night.at("23:10").tell(seen())


def test_a_promised_absence_begins_at_its_time(night: Night) -> None:
    ready(night).at("20:30").tell(away("P1", "school", "2026-03-03 08:00", time="23:00"))
    night.at("22:59").tell(seen())
    night.at("23:10").tell(seen())
    night.expect.raised("anomaly", pattern="seen_while_away")


# -- headcount


def test_a_handover_that_counts_otherwise_is_told(night: Night) -> None:
    ready(night, "P1", "P2").at("21:55").tell(on_duty())
    night.at("02:00").tell(handed_over(1, id="h"))
    night.expect.raised(
        "anomaly",
        about={},
        pattern="headcount",
        entries=["h"],
        reason="A handover counted 1 child; 2 children present by the record.",
    )


def test_a_handover_that_counts_right_is_none(night: Night) -> None:
    ready(night, "P1", "P2").at("21:55").tell(on_duty())
    night.at("02:00").tell(handed_over(2))


def test_one_that_was_not_accepted_counts_for_nothing(night: Night) -> None:
    ready(night).at("02:00").tell(handed_over(7, accepted=False))


def test_by_day_and_without_a_session_too(night: Night) -> None:
    ready(night).at("2026-03-03 14:00").tell(handed_over(0))
    night.expect.raised(
        "anomaly",
        about={},
        pattern="headcount",
        reason="A handover counted 0 children; 1 child present by the record.",
    )


def test_children_who_are_away_or_not_here_are_not_counted(night: Night) -> None:
    ready(night, "P1", "P2", "P3").at("21:00").tell(away("P2", "school", "23:00"), ended("P3"))
    night.at("22:00").tell(handed_over(1))


def test_it_counts_who_was_there_at_its_own_time_as_is_known_now(night: Night) -> None:
    ready(night, "P1", "P2").at("23:00").tell(away("P2", "hospital", "2026-03-04 18:00", time="21:30"))
    night.at("23:10").tell(handed_over(1, time="22:00"), handed_over(2, time="21:00"))
    night.at("23:20").tell(started("P3", time="22:30"))
    night.at("23:30").tell(handed_over(2, time="22:45"))


def test_an_absence_told_after_the_handover_completes_nothing(night: Night) -> None:
    ready(night, "P1", "P2").at("22:00").tell(handed_over(2))
    night.at("22:30").tell(away("P2", "hospital", "2026-03-04 18:00", time="21:30"))


def test_a_valid_check_brought_the_child_back(night: Night) -> None:
    ready(night, "P1", "P2").at("20:30").tell(away("P2", "school", "22:00"))
    night.at("21:30").tell(seen("P2"))
    night.expect.raised("anomaly", "P2", pattern="seen_while_away")
    night.at("22:00").tell(handed_over(2))


def test_each_further_one_of_the_night_worsens_it(night: Night) -> None:
    ready(night).at("22:00").tell(handed_over(2, id="a"))
    first = night.expect.raised("anomaly", about={}, pattern="headcount", entries=["a"])
    night.at("02:00").tell(handed_over(3, id="b"))
    first.worsened(2, entries=["b"])


def test_two_homes_count_their_own(night: Night) -> None:
    ready(night, "P1", "P2").at("20:30").tell(registered(home="H2"))
    night.at("20:40").tell(started("P3", home="H2"))
    night.at("22:00").tell(handed_over(2), handed_over(1, home="H2"))
