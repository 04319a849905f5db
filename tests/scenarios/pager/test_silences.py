"""DOMAIN.md §6: silences hold messages back, never facts; what is still open when one ends is sent then."""

import pytest

from tests.scenarios.pager.told import PagedNight


def test_what_is_still_open_when_one_ends_is_sent_then_and_what_is_closed_is_not(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).child("P2").until("22:10").quiet("22:10", "22:40")
    night.until("22:17")
    closed = night.missed("P1")
    night.missed("P2")
    night.until("22:30").nobody().resolved(closed)
    night.until("22:44").page("check_missed", to="W1", at="22:40").page("check_missed", to="A", at="22:43")


def test_one_that_begins_in_the_midst_of_a_chain_holds_the_next_step_until_it_ends(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"], ["B"]).until("22:17").missed()
    night.until("22:19").page("check_missed", to="W1", at="22:17").quiet("22:19", "22:30")
    night.until("22:34").page("check_missed", to="A", at="22:30").page("check_missed", to="B", at="22:33")


@pytest.mark.parametrize("dies", [True, False])
def test_ended_early_by_hand_what_is_open_is_sent_then(night: PagedNight, dies: bool) -> None:
    night.dies = dies
    night.policy(["on_duty"]).until("22:10").quiet("22:10", "22:40").until("22:17").missed()
    night.until("22:20").loud().page("check_missed", to="W1", at="22:20")


def test_kinds_that_wake_somebody_need_two_people(night: PagedNight) -> None:
    night.policy(["on_duty"]).until("22:10")
    night.quiet("22:10", "22:40", second_by=None, refused="silence_by_one").until("22:17").missed()
    night.page("check_missed", to="W1", at="22:17")


def test_and_the_second_is_somebody_else(night: PagedNight) -> None:
    night.policy(["on_duty"]).until("22:10")
    night.quiet("22:10", "22:40", second_by="S1", refused="silence_by_one").until("22:17").missed()
    night.page("check_missed", to="W1", at="22:17")


def test_kinds_that_wake_somebody_are_held_for_no_more_than_30_minutes(night: PagedNight) -> None:
    night.policy(["on_duty"]).until("22:10").quiet("22:10", "22:40:00.001", refused="silence_too_long")
    night.until("22:17").missed()
    night.page("check_missed", to="W1", at="22:17")


def test_what_wakes_nobody_is_held_by_one_person_for_as_long_as_he_says(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).until("19:00")
    night.quiet("19:00", "19:45", {"kinds": ["plan_missing"]}, second_by=None).until("19:10")
    night.raised("plan_missing")
    night.until("19:46").page("plan_missing", to="A", at="19:45")


def test_it_holds_what_it_covers_and_nothing_else(night: PagedNight) -> None:
    night.policy(["on_duty"]).child("P2").until("22:10")
    night.quiet("22:10", "22:40", {"placement_id": "P1"})
    night.quiet("22:10", "22:40", {"kinds": ["cover_gap"]}, name="t")
    night.until("22:17").missed("P1")
    night.raised("cover_gap", {})
    night.until("22:18").nobody().missed("P2")
    night.page("check_missed", to="W1", at="22:18")


def test_facts_are_never_held_back(night: PagedNight) -> None:
    night.policy(["on_duty"]).until("22:10").quiet("22:10", "22:40").until("22:17")
    alert = night.missed()
    assert night.alert(alert).state == "raised"
    night.until("22:20").acknowledged(alert, "M", "22:35")
    assert night.alert(alert).state == "acknowledged"
    night.until("22:34").resolved(alert).until("22:50").nobody()
