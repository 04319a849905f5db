"""*A shortage begins at the instant s from which required > evidenced. If it lasts past s + grace → `cover_gap`.*
(DOMAIN.md §4, Gaps)"""

import pytest

from tests.scenarios.cover_facts import (
    agreed,
    asks,
    child_gap,
    gap,
    house,
    off_duty,
    on_duty,
    proved,
    rest,
    rested,
    with_child,
)
from tests.scenarios.facts import away, back
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")


def test_it_is_told_when_the_clock_passes_the_grace_and_worsens_every_quarter_of_an_hour(
    night: Night,
) -> None:
    house(night)
    night.until("22:05")
    night.expect.nothing()
    night.until("22:05:00.001")
    short = gap(night, since="22:00", at="22:05", required=1, evidenced=0, lapsed=[], on_break=[])
    night.until("22:40")
    short.worsened(2, at="22:20").worsened(3, at="22:35")


@pytest.mark.parametrize("at", ["22:04:59.999", "22:05"])
def test_what_ends_by_the_last_instant_of_the_grace_is_not_told(night: Night, at: str) -> None:
    house(night).at(at).tell(on_duty("W1"))
    night.until("22:30")


def test_a_millisecond_later_it_has_been_told(night: Night) -> None:
    came = house(night).at("22:05:00.001").tell(on_duty("W1"))
    night.until("22:30")
    gap(night, since="22:00", at="22:05").resolved("restored", at="22:05:00.001", by=came)


def test_there_is_no_worsening_at_the_instant_of_the_end(night: Night) -> None:
    came = house(night).at("22:20").tell(on_duty("W1"))
    night.until("22:30")
    gap(night, since="22:00", at="22:05").resolved("restored", at="22:20", by=came)


def test_nor_where_time_ends_it(night: Night) -> None:
    house(night, asks(1, "22:00", "22:20"))
    night.until("22:30")
    gap(night, since="22:00", at="22:05").resolved("ended", at="22:20")


def test_a_shortage_that_changes_its_depth_or_cause_goes_on_and_tells_how_it_stands(night: Night) -> None:
    house(night, asks(2)).at("21:55").tell(on_duty("W1"))
    night.until("22:06")
    short = gap(night, since="22:00", at="22:05", required=2, evidenced=1, lapsed=[], on_break=[])
    night.at("22:10").tell(on_duty("W2"), rest("W1"))
    night.until("22:21")
    short.worsened(2, at="22:20", required=2, evidenced=1, lapsed=[], on_break=["W1"])
    night.at("22:30").tell(rest("W2"))
    night.until("22:36")
    short.worsened(3, at="22:35", required=2, evidenced=0, lapsed=[], on_break=["W1", "W2"])
    night.at("22:40").tell(agreed(1, asks(3)))
    night.until("22:51")
    short.worsened(4, at="22:50", required=3, evidenced=0)


def test_a_lapse_is_a_cause_as_any_other(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W2", by="RM1"), on_duty("W1", by="RM1"))
    night.until("22:06")
    short = gap(night, since="22:00", at="22:05", lapsed=["W1", "W2"], on_break=[])
    night.at("22:10").tell(rest("W1"))
    night.until("22:21")
    short.worsened(2, at="22:20", lapsed=["W2"], on_break=["W1"])


def test_lists_name_those_with_a_session_of_that_role_only(night: Night) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(with_child("W1"), on_duty("W2", role="sleep_in"))
    night.at("22:01").tell(on_duty("W3", by="RM1"))
    night.at("22:01:30").tell(rest("W1"))
    night.until("22:03:29")
    night.at("22:03:30").tell(rested("W1"))
    night.until("22:06")
    gap(night, since="22:00", at="22:05", lapsed=["W3"], on_break=[])


def test_as_long_as_it_lasts_it_is_one(night: Night) -> None:
    """From a lapse into a break into an empty house."""
    house(night).at("21:10").tell(on_duty("W1"))
    night.until("22:16")
    short = gap(night, since="22:10", at="22:15", lapsed=["W1"])
    night.at("22:18").tell(rest("W1"))
    night.at("22:20").tell(off_duty("W1"))
    night.until("22:31")
    short.worsened(2, at="22:30", lapsed=[], on_break=[])


def test_between_two_there_is_an_instant_without(night: Night) -> None:
    house(night)
    night.until("22:06")
    first = gap(night, since="22:00", at="22:05")
    came = night.at("22:10").tell(on_duty("W1"))
    night.at("22:10:00.001").tell(off_duty("W1"))
    night.until("22:16")
    first.resolved("restored", at="22:10", by=came)
    gap(night, since="22:10:00.001", at="22:15:00.001")


def test_a_start_and_an_end_told_at_one_instant_end_nothing(night: Night) -> None:
    """*The facts of one instant are one step*: a phone's backlog is judged as a whole."""
    house(night)
    night.until("22:06")
    short = gap(night, since="22:00", at="22:05")
    night.at("22:10").tell(on_duty("W1", "22:08"), off_duty("W1", "22:09"))
    night.until("22:21")
    short.worsened(2, at="22:20")


def test_an_end_and_a_start_told_at_one_instant_are_no_shortage(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:20").tell(off_duty("W1"), on_duty("W2"))
    night.until("23:19")


def test_the_fact_that_ends_it_is_the_one_after_which_it_is_over(night: Night) -> None:
    house(night, asks(2))
    night.until("22:06")
    short = gap(night, since="22:00", at="22:05")
    night.at("22:10").tell(on_duty("W1"), on_duty("W2"), proved("W1"))
    night.until("22:11")
    short.resolved("restored", at="22:10", by="cover-4")


def test_what_time_ends_has_no_fact(night: Night) -> None:
    house(night, asks(2), ("P1", "P2")).at("20:30").tell(
        agreed(1, asks(1), "P1"), agreed(1, asks(2, "22:00", "22:30"), "P2")
    )
    night.at("22:00").tell(on_duty("W1"))
    night.until("22:31")
    short = gap(night, since="22:00", at="22:05", required=2, evidenced=1)
    short.worsened(2, at="22:20")
    short.resolved("restored", at="22:30")


def test_the_house_and_a_child_are_short_each_for_itself(night: Night) -> None:
    house(night, asks(1, dedicated=True))
    night.until("22:06")
    alone = child_gap(night, since="22:00", at="22:02")
    short = gap(night, since="22:00", at="22:05")
    came = night.at("22:06").tell(on_duty("W1"))
    night.until("22:08")
    short.resolved("restored", at="22:06", by=came)
    alone.worsened(2, at="22:07")


def test_nothing_required_for_an_instant_ends_it(night: Night) -> None:
    house(night)
    night.until("22:06")
    short = gap(night, since="22:00", at="22:05")
    gone = night.at("22:10").tell(away("P1", "school", "23:00"))
    night.at("22:11").tell(back("P1"))
    night.until("22:17")
    short.resolved("ended", at="22:10", by=gone)
    gap(night, since="22:11", at="22:16")


def test_a_gap_may_last_the_whole_night(night: Night) -> None:
    house(night, asks(1, "22:00", "23:00"))
    night.until("2026-03-03 22:06")
    short = gap(night, since="22:00", at="22:05")
    for level, at in enumerate(("22:20", "22:35", "22:50"), start=2):
        short.worsened(level, at=at)
    short.resolved("ended", at="23:00")
    gap(night, since="2026-03-03 22:00", at="2026-03-03 22:05")
