"""*A waking or one-to-one worker on a break does not count. The relief named for it, if he has an open session of any
role here, counts in the first worker's place until the break or that session ends.* (DOMAIN.md §4, Breaks)"""

import pytest

from tests.scenarios.cover_facts import (
    asks,
    child_gap,
    gap,
    handed_over,
    house,
    off_duty,
    on_duty,
    proved,
    rest,
    rested,
    with_child,
)
from tests.scenarios.night import Night

pytestmark = pytest.mark.services("cover")


@pytest.mark.parametrize("relief", [None, "W9", "W1"])
def test_a_break_without_a_relief_who_is_here_is_a_gap(night: Night, relief: str | None) -> None:
    """Nobody, somebody who is not on duty, or himself."""
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1", relief))
    night.until("22:16")
    short = gap(night, since="22:10", at="22:15", evidenced=0, lapsed=[], on_break=["W1"])
    back = night.at("22:20").tell(rested("W1"))
    night.until("22:21")
    short.resolved("restored", at="22:20", by=back)


@pytest.mark.parametrize("role", ["sleep_in", "waking"])
def test_the_relief_counts_whatever_his_role(night: Night, role: str) -> None:
    house(night).at("21:30").tell(on_duty("W2", role=role))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.until("23:09")


def test_a_one_to_one_worker_who_relieves_in_the_house_leaves_the_child(night: Night) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(on_duty("W1"), with_child("W2"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.until("22:13")
    child_gap(night, since="22:10", at="22:12")


def test_the_relief_of_a_one_to_one_worker_is_with_the_child_and_not_in_the_house(night: Night) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(with_child("W1"), on_duty("W2"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.until("22:16")
    gap(night, since="22:10", at="22:15", evidenced=0, lapsed=[], on_break=[])


def test_the_breaks_start_proves_that_the_relief_is_awake(night: Night) -> None:
    house(night).at("21:00").tell(on_duty("W2", role="sleep_in"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(rest("W1", relief="W2"))
    night.until("23:46")
    gap(night, since="23:40", at="23:45", evidenced=0, lapsed=[], on_break=["W1"])


def test_unless_it_is_retrospective(night: Night) -> None:
    house(night).at("21:30").tell(on_duty("W2", role="sleep_in"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:20").tell(rest("W1", "W2", "22:14", entered="22:20"))
    night.until("22:36")
    gap(night, since="22:30", at="22:35")


def test_it_is_at_the_moment_of_the_break_where_that_was_told_late(night: Night) -> None:
    house(night).at("21:00").tell(on_duty("W2", role="sleep_in"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:40").tell(rest("W1", "W2", "22:30"))
    night.until("23:36")
    gap(night, since="23:30", at="23:35")


def test_the_end_of_the_reliefs_session_ends_it_and_another_session_does_not_begin_it_again(
    night: Night,
) -> None:
    house(night).at("21:55").tell(on_duty("W2", role="sleep_in"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.at("22:20").tell(off_duty("W2"))
    night.at("22:22").tell(on_duty("W2", role="sleep_in"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25")


@pytest.mark.parametrize(
    "ends", [on_duty("W2", role="sleep_in"), handed_over("W2", "W3")], ids=["a second start", "a handover"]
)
def test_however_the_reliefs_session_ends(night: Night, ends: object) -> None:
    house(night).at("21:55").tell(on_duty("W2", role="sleep_in"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.at("22:20").tell(ends)  # type: ignore[arg-type]
    night.until("22:26")
    gap(night, since="22:20", at="22:25")


def test_a_relief_who_comes_on_duty_after_he_was_named_counts_from_then(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.at("22:14").tell(on_duty("W2", role="sleep_in"))
    night.until("23:13")


def test_he_counts_once_in_the_place_of_the_break_that_began_first(night: Night) -> None:
    house(night, asks(2)).at("22:00").tell(on_duty("W1"), on_duty("W2"), on_duty("W3", role="sleep_in"))
    night.at("22:10").tell(rest("W1", relief="W3"))
    night.at("22:20").tell(rest("W2", relief="W3"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25", required=2, evidenced=1, on_break=["W1", "W2"])


@pytest.mark.parametrize("first", ["W1", "W2"])
def test_of_two_breaks_that_began_at_one_instant_it_is_the_one_told_first(night: Night, first: str) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(on_duty("W1"), with_child("W2"))
    night.at("22:00").tell(on_duty("W3", role="sleep_in"))
    second = "W2" if first == "W1" else "W1"
    night.at("22:10").tell(rest(first, relief="W3"), rest(second, relief="W3"))
    if first == "W1":
        night.until("22:12:30")
        child_gap(night, since="22:10", at="22:12")
    else:
        night.until("22:16")
        gap(night, since="22:10", at="22:15")


def test_when_the_first_break_is_over_he_counts_in_the_place_of_the_second(night: Night) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(on_duty("W1"), with_child("W2"))
    night.at("22:00").tell(on_duty("W3", role="sleep_in"))
    night.at("22:10").tell(rest("W1", relief="W3"))
    night.at("22:20").tell(rest("W2", relief="W3"))
    night.at("22:21").tell(rested("W1"))
    night.until("23:19")


def test_a_waking_worker_who_relieves_another_is_still_one(night: Night) -> None:
    house(night, asks(2)).at("22:00").tell(on_duty("W1"), on_duty("W2"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.until("22:16")
    gap(night, since="22:10", at="22:15", required=2, evidenced=1)


def test_on_a_break_of_his_own_the_relief_counts_nowhere(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"), on_duty("W2"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.at("22:20").tell(rest("W2"))
    night.until("22:26")
    gap(night, since="22:20", at="22:25", on_break=["W1", "W2"])


def test_a_further_break_replaces_the_relief(night: Night) -> None:
    house(night).at("22:00").tell(
        on_duty("W1"), on_duty("W2", role="sleep_in"), on_duty("W3", role="sleep_in")
    )
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.at("22:20").tell(rest("W1", relief="W3"))
    night.at("22:30").tell(off_duty("W2"))
    night.at("22:50").tell(rest("W1", relief=None))
    night.until("22:56")
    gap(night, since="22:50", at="22:55")


def test_a_further_break_still_began_when_it_first_began(night: Night) -> None:
    house(night, asks(1, dedicated=True)).at("22:00").tell(on_duty("W1"), with_child("W2"))
    night.at("22:00").tell(on_duty("W3", role="sleep_in"))
    night.at("22:10").tell(rest("W1", relief=None))
    night.at("22:11").tell(rest("W2", relief="W3"))
    night.at("22:12").tell(rest("W1", relief="W3"))  # his break began first: W3 goes to the house
    night.until("22:15")
    child_gap(night, since="22:12", at="22:14")


def test_a_sleep_ins_break_changes_nothing(night: Night) -> None:
    house(night).at("21:55").tell(on_duty("W2", role="sleep_in"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:05").tell(rest("W2"))
    night.at("22:10").tell(rest("W1", relief="W2"))  # he is not on a break
    night.until("22:40")


def test_a_break_of_somebody_without_a_session_changes_nothing(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W2", relief="W1"))
    night.until("22:59")


def test_a_break_belongs_to_the_session_and_ends_with_it(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1"))
    night.at("22:12").tell(on_duty("W1"))
    night.until("23:11")


def test_how_long_it_is_expected_to_be_changes_nothing(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1", expected="PT1M"))
    night.until("22:16")
    gap(night, since="22:10", at="22:15")


def test_a_break_told_for_later_begins_then(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"))
    night.at("22:10").tell(rest("W1", time="22:30"))
    night.until("22:36")
    gap(night, since="22:30", at="22:35")


def test_the_relief_of_a_break_told_for_later_was_awake_when_it_was_told(night: Night) -> None:
    house(night).at("21:00").tell(on_duty("W2", role="sleep_in"))
    night.at("22:00").tell(on_duty("W1"))
    night.at("22:20").tell(rest("W1", "W2", "22:30"))
    night.until("23:26")
    gap(night, since="23:20", at="23:25")


def test_an_end_that_nobody_was_waiting_for_changes_nothing(night: Night) -> None:
    house(night).at("22:00").tell(on_duty("W1"), on_duty("W2"))
    night.at("22:10").tell(rest("W1", relief="W2"))
    night.at("22:20").tell(rested("W2"))
    night.at("22:50").tell(proved("W2"))
    night.until("23:49")
