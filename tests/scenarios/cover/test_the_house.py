"""*Required at t = the largest `waking_staff` among the plans in force of the children present whose night window holds
t; 0 where there is none.* (DOMAIN.md §4, The house)"""

import pytest

from tests.scenarios.cover_facts import agreed, asks, checked, gap, house, on_duty
from tests.scenarios.facts import Said, away, back, ended, moved, started
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")


def test_a_night_that_begins_with_nobody_signed_in_is_a_gap_like_any_other(night: Night) -> None:
    house(night)
    night.until("22:06")
    gap(night, since="22:00", at="22:05", required=1, evidenced=0, lapsed=[], on_break=[])


def test_the_window_is_half_open(night: Night) -> None:
    house(night, asks(1, "22:00", "22:30")).at("22:29").tell(on_duty("W1", by="RM1"))
    night.until("22:30")
    short = gap(night, since="22:00", at="22:05")
    short.worsened(2, at="22:20")
    night.until("22:31")
    short.resolved("ended", at="22:30")


def test_outside_the_window_nobody_is_asked_for(night: Night) -> None:
    house(night, asks(1, "23:00", "06:00"))
    night.until("23:00")


@pytest.mark.parametrize("asked", [None, asks(0), {"meaning": "no window (sample)", "waking_staff": 1}])
def test_a_plan_without_night_cover_asks_for_nothing(night: Night, asked: dict[str, object] | None) -> None:
    house(night).at("20:30").tell(agreed(1, asked))
    night.until("06:00")


def test_a_home_without_children_needs_nobody(night: Night) -> None:
    house(night, children=())
    night.until("06:00")


def test_the_largest_number_is_asked_for_not_the_sum(night: Night) -> None:
    house(night, asks(1), ("P1", "P2", "P3")).at("20:30").tell(agreed(1, asks(2), "P2"))
    night.at("22:00").tell(on_duty("W1"))
    night.until("22:06")
    gap(night, since="22:00", at="22:05", required=2, evidenced=1)


def test_each_child_asks_in_its_own_window(night: Night) -> None:
    house(night, asks(1), ("P1", "P2")).at("20:30").tell(agreed(1, asks(2, "22:10", "22:20"), "P2"))
    night.at("22:00").tell(on_duty("W1"))
    night.until("22:19")
    short = gap(night, since="22:10", at="22:15", required=2)
    night.until("22:21")
    short.resolved("restored", at="22:20")


ASKS_NO_MORE = {
    "is away": away("P1", "hospital", "2026-03-04 10:00"),
    "is missing": away("P1", "missing", "12:00"),
    "has left": ended("P1"),
    "has a plan that asks for nobody": agreed(1, None),
}


@pytest.mark.parametrize("told", ASKS_NO_MORE.values(), ids=ASKS_NO_MORE)
def test_nobody_is_required_for_a_child_who(night: Night, told: Said) -> None:
    house(night)
    night.until("22:06")
    short = gap(night, since="22:00", at="22:05")
    why = night.at("22:10").tell(told)
    night.until("23:00")
    short.resolved("ended", at="22:10", by=why)


def test_who_is_present_again_asks_again(night: Night) -> None:
    house(night).at("21:00").tell(away("P1", "school", "23:30"))
    night.at("23:00").tell(back("P1"))
    night.until("23:06")
    gap(night, since="23:00", at="23:05")


def test_a_return_by_a_valid_check_is_one(night: Night) -> None:
    house(night).at("21:00").tell(away("P1", "missing", "12:00"))
    night.at("23:00").tell(checked("W1"))
    night.until("23:06")
    gap(night, since="23:00", at="23:05")


@pytest.mark.parametrize(
    "check", [checked("W1", outcome="not_seen"), checked("W1", "20:30"), checked("W1", sign=None)]
)
def test_a_check_that_is_no_return_asks_for_nobody(night: Night, check: Said) -> None:
    house(night).at("21:00").tell(away("P1", "missing", "12:00"))
    night.at("23:00").tell(check)
    night.until("23:30")


def test_an_absence_told_for_later_asks_for_nobody_from_then_on(night: Night) -> None:
    house(night).at("21:00").tell(away("P1", "home_leave", "2026-03-04 10:00", time="22:07"))
    night.until("22:06")
    short = gap(night, since="22:00", at="22:05")
    night.until("22:08")
    short.resolved("ended", at="22:07", by="disposition-3")


def test_a_plan_counts_from_when_it_took_effect(night: Night) -> None:
    house(night).at("20:30").tell(agreed(1, asks(2), effective="22:20"))
    night.at("22:00").tell(on_duty("W1"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25", required=2, evidenced=1)


def test_a_plan_whose_time_has_come_may_ask_for_less(night: Night) -> None:
    house(night, asks(2)).at("20:30").tell(agreed(1, asks(1), effective="22:10"))
    night.at("22:00").tell(on_duty("W1"))
    night.until("22:09")
    short = gap(night, since="22:00", at="22:05", required=2, evidenced=1)
    night.until("22:11")
    short.resolved("restored", at="22:10")


def test_until_the_first_plan_the_homes_default_plan_asks(night: Night) -> None:
    house(night, asks(1), ()).at("23:00").tell(started("P1"))
    night.until("23:06")
    gap(night, since="23:00", at="23:05")


def test_another_room_changes_nothing(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(moved("P1"))
    night.until("22:59")


def test_a_placement_that_ends_and_starts_again_in_one_instant_is_present_throughout(night: Night) -> None:
    house(night)
    night.until("22:06")
    gap(night, since="22:00", at="22:05")
    night.at("22:10").tell(ended("P1"), started("P1"))
    night.until("22:15")
