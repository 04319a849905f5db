"""*`cover.started` opens a worker's session in a role: waking (for the house), one_to_one (for one placement),
sleep_in. A worker has one session at most. It ends by `cover.ended`, or by an accepted handover* (DOMAIN.md §4,
Sessions)."""

import pytest

from tests.scenarios.cover_facts import (
    asks,
    child_gap,
    gap,
    handed_over,
    house,
    off_duty,
    on_duty,
    overrun,
    proved,
    rest,
    with_child,
)
from tests.scenarios.facts import ended, registered, started
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")


def test_a_waking_worker_on_duty_covers_the_house(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.until("22:59")


def test_where_the_session_ends_the_gap_begins(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:20").tell(off_duty("W1"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25", required=1, evidenced=0, lapsed=[], on_break=[])


def test_whoever_records_the_end_it_ends(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:20").tell(off_duty("W1", by="RM1"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25")


def test_the_end_of_nobodys_session_changes_nothing(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:20").tell(off_duty("W2"))
    night.until("22:59")


@pytest.mark.parametrize("role", ["one_to_one", "sleep_in"])
def test_a_second_start_ends_the_first(night: Night, role: str) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:20").tell(on_duty("W1", role=role, child="P1" if role == "one_to_one" else None))
    night.until("22:26")
    gap(night, since="22:20", at="22:25", lapsed=[], on_break=[])


@pytest.mark.parametrize("role", ["one_to_one", "sleep_in"])
def test_one_to_one_and_sleep_in_do_not_count_for_the_house(night: Night, role: str) -> None:
    house(night).at("22:00").tell(on_duty("W1", role=role, child="P1" if role == "one_to_one" else None))
    night.until("22:06")
    gap(night, since="22:00", at="22:05", evidenced=0, lapsed=[])


def test_two_workers_are_two(night: Night) -> None:
    house(night, asks(2)).at("22:00").tell(on_duty("W1"), on_duty("W2"))
    night.until("22:59")


def test_a_worker_who_starts_twice_is_one(night: Night) -> None:
    house(night, asks(2)).at("22:00").tell(on_duty("W1"), on_duty("W1"))
    night.until("22:06")
    gap(night, since="22:00", at="22:05", required=2, evidenced=1)


def test_a_start_that_is_told_late_opens_the_session_when_it_is_told(night: Night) -> None:
    house(night, asks(1, "21:00")).at("21:04").tell(on_duty("W1", "20:55"))
    night.until("21:30")


def test_a_start_told_for_later_opens_the_session_then(night: Night) -> None:
    later = house(night).at("21:50").tell(on_duty("W1", "22:06"))
    night.until("22:05:30")
    short = gap(night, since="22:00", at="22:05")
    night.until("22:07")
    short.resolved("restored", at="22:06", by=later)


def test_an_end_told_for_later_ends_the_session_then(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(off_duty("W1", "22:30"))
    night.until("22:36")
    gap(night, since="22:30", at="22:35")


def test_a_session_in_another_home_is_none_here(night: Night) -> None:
    house(night).at("21:00").tell(registered(home="H2"))
    night.at("22:00").tell(on_duty("W1", home="H2"))
    night.until("22:06")
    gap(night, since="22:00", at="22:05")


def test_a_session_told_before_the_home_was_registered_is_one(night: Night) -> None:
    night.at("17:30").tell(on_duty("W1"))
    house(night).at("21:55").tell(proved("W1"))
    night.until("22:54")


# -- handovers


def test_an_accepted_handover_opens_a_session_in_the_same_role_and_ends_the_givers(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:30").tell(handed_over("W1", "W2"))
    night.at("23:20").tell(proved("W1"))  # whose session it was, has none
    night.until("23:36")
    gap(night, since="23:30", at="23:35", evidenced=0, lapsed=["W2"])


def test_a_handover_of_a_one_to_one_session_is_for_the_same_child(night: Night) -> None:
    house(night, asks(0, dedicated=True)).at("22:00").tell(with_child("W1", "P1"))
    night.at("22:30").tell(handed_over("W1", "W2"))
    night.until("23:29")


@pytest.mark.parametrize("giver", ["W1", "W3"])
def test_a_handover_that_is_not_accepted_or_from_nobody_changes_no_session(night: Night, giver: str) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:30").tell(handed_over(giver, "W2", accepted=giver == "W3"))
    night.at("22:50").tell(proved("W1"))
    night.until("23:49")


def test_a_handover_to_oneself_changes_no_session(night: Night) -> None:
    house(night, asks(0, dedicated=True)).at("21:00").tell(with_child("W1"))
    night.at("21:30").tell(handed_over("W1", "W1"))
    night.at("22:20").tell(proved("W1"))
    night.until("23:01")
    overrun(night, since="21:00", at="23:00")


def test_who_takes_over_keeps_his_own_session_in_that_role(night: Night) -> None:
    house(night, asks(0, dedicated=True), ("P1", "P2")).at("22:00").tell(with_child("W1", "P1"))
    night.at("22:00").tell(with_child("W2", "P2"))
    night.at("22:30").tell(handed_over("W1", "W2"))
    night.until("22:33")
    child_gap(night, since="22:30", at="22:32", child="P1", plan_version=0)


def test_who_takes_over_leaves_his_own_session_in_another_role(night: Night) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(on_duty("W1"), with_child("W2"))
    night.at("22:30").tell(handed_over("W1", "W2"))
    night.until("22:33")
    child_gap(night, since="22:30", at="22:32")


def test_whoever_takes_over_on_a_break_of_his_own_stays_on_it(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"), on_duty("W2"))
    night.at("22:10").tell(rest("W2"))
    night.at("22:30").tell(handed_over("W1", "W2"))
    night.until("22:36")
    gap(night, since="22:30", at="22:35", on_break=["W2"], lapsed=[])


def test_the_end_of_the_placement_ends_no_session(night: Night) -> None:
    house(night, asks(0, dedicated=True), ("P1",)).at("21:00").tell(with_child("W1"))
    night.at("21:30").tell(ended("P1"))
    night.until("23:01")
    overrun(night, since="21:00", at="23:00", placement_id="P1")


def test_a_session_for_a_child_whom_nobody_knows_counts_for_nobody(night: Night) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(with_child("W1", "P9"), on_duty("W2"))
    night.until("22:03")
    child_gap(night, since="22:00", at="22:02")
    night.at("22:04").tell(started("P9"))
    night.until("22:06:59")  # P9's plan asks for him, and he is there
