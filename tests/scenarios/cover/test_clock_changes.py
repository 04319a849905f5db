"""Windows in the nights in which the clocks change: local, the first of two, over the jump (DOMAIN.md §3, §4)."""

import pytest

from tests.scenarios.cover_facts import asks, checked, gap, house, on_duty, overrun, with_child
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")


def test_in_spring_a_window_ends_an_hour_earlier(spring_night: Night) -> None:
    """07:00 local is 06:00Z."""
    house(spring_night, asks(1, "06:00", "07:00"))
    spring_night.until("07:00")
    short = gap(spring_night, since="05:00", at="05:05")
    for level, at in enumerate(("05:20", "05:35", "05:50"), start=2):
        short.worsened(level, at=at)
    short.resolved("ended", at="06:00")


def test_in_autumn_it_begins_by_summers_time_and_ends_by_winters(autumn_night: Night) -> None:
    """22:00 local is 21:00Z, 07:00 local is 07:00Z: ten hours."""
    house(autumn_night).at("20:30").tell(on_duty("W1"))
    for hour in ("21", "22", "23", "00", "01", "02", "03", "04", "05"):
        autumn_night.at(f"{hour}:20").tell(checked("W1"))
    autumn_night.until("06:50")
    short = gap(autumn_night, since="06:20", at="06:25").worsened(2, at="06:40")
    autumn_night.until("07:01")
    short.worsened(3, at="06:55").resolved("ended", at="07:00")


def test_an_edge_that_does_not_exist_in_spring_is_the_jump(spring_night: Night) -> None:
    """01:30 local is skipped: the window begins at 01:00Z."""
    house(spring_night, asks(1, "01:30", "03:00"))
    spring_night.until("01:06")
    gap(spring_night, since="01:00", at="01:05")


def test_a_window_within_the_hour_that_is_left_out_does_not_exist(spring_night: Night) -> None:
    house(spring_night, asks(1, "01:15", "01:45"))
    spring_night.until("06:00")


def test_an_edge_that_comes_twice_in_autumn_is_the_first(autumn_night: Night) -> None:
    """01:30 local is 00:30Z, and again 01:30Z."""
    house(autumn_night, asks(1, "01:30", "03:00"))
    autumn_night.until("00:36")
    gap(autumn_night, since="00:30", at="00:35")


def test_a_window_that_ends_in_the_hour_that_comes_twice_ends_at_the_first(autumn_night: Night) -> None:
    house(autumn_night, asks(1, "00:00", "01:30"))
    autumn_night.until("00:31")
    short = gap(autumn_night, since="23:00", at="23:05")
    for level, at in enumerate(("23:20", "23:35", "23:50", "00:05", "00:20"), start=2):
        short.worsened(level, at=at)
    short.resolved("ended", at="00:30")


def test_proofs_and_two_hours_are_lengths_of_time_not_of_clock(spring_night: Night) -> None:
    house(spring_night, asks(1, "00:30", "06:00")).at("00:10").tell(on_duty("W1"), with_child("W2"))
    spring_night.until("01:16")
    short = gap(spring_night, since="01:10", at="01:15", lapsed=["W1"])
    awake = spring_night.at("01:17").tell(checked("W1"))
    spring_night.until("02:11")
    short.resolved("restored", at="01:17", by=awake)
    overrun(spring_night, since="00:10", at="02:10", worker="W2")
