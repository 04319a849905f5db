"""DOMAIN.md §2, Refused: a fact that may not stand changes nothing, and its sender learns what would be accepted."""

import pytest

from tests.scenarios.facts import (
    at_times,
    away,
    check,
    ended,
    every,
    plan,
    registered,
    started,
    withdrawn,
)
from tests.scenarios.night import Night


def test_another_zone_for_a_known_home_is_refused(night: Night) -> None:
    night.watch(every(15))
    again = night.at("21:10").tell(registered(every(60), zone="Europe/Paris"))
    night.expect.refused(again, "zone_changed")
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_zone_that_nobody_knows_is_refused(night: Night) -> None:
    nowhere = night.tell(registered(zone="Europe/Atlantis"))
    night.expect.refused(nowhere, "unknown_zone")


def test_a_second_start_of_a_placement_in_force_is_refused(night: Night) -> None:
    """The watch goes on from the first."""
    night.watch(every(15), since="22:01")
    again = night.at("22:10").tell(started())
    night.expect.refused(again, "placement_in_force")
    night.until("22:19")
    night.expect.raised("check_missed", since="22:01", deadline="22:16", at="22:18")


def test_a_second_start_of_a_promised_placement_replaces_the_promise(night: Night) -> None:
    night.at("18:00").tell(registered(every(15)), started(time="23:30"))
    night.at("19:00").tell(started(time="22:10"))
    night.until("22:28")
    missed = night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")
    night.at("22:29").tell(ended())
    missed.resolved("ended")
    night.until("06:00")


def test_a_start_in_a_home_that_nobody_registered_is_refused(night: Night) -> None:
    lost = night.tell(started(home="H9"))
    night.expect.refused(lost, "unknown_home")


def test_a_version_number_used_before_is_refused(night: Night) -> None:
    night.watch().at("21:10").tell(plan(1, every(15)))
    again = night.at("21:20").tell(plan(1, every(10)))
    night.expect.refused(again, "version_used")
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_version_number_of_a_plan_still_to_come_is_used(night: Night) -> None:
    night.watch().at("21:10").tell(plan(1, every(15), effective="23:00"))
    again = night.at("21:20").tell(plan(1, every(10)))
    night.expect.refused(again, "version_used")


def test_a_version_number_told_before_the_placement_is_used(night: Night) -> None:
    night.at("17:00").tell(plan(1, every(15)))
    waiting = night.at("17:10").tell(plan(1, every(10)))
    night.expect.refused(waiting, "version_used")
    night.watch()
    again = night.at("21:20").tell(plan(1, every(10)))
    night.expect.refused(again, "version_used")


@pytest.mark.parametrize(
    "rules",
    [
        (every(15, "22:00", "07:00"), every(30, "06:59", "08:00")),
        (every(15, "22:00", "07:00"), every(30, "00:00", "00:00")),
        (every(15, "22:00", "07:00"), every(30, "22:00", "07:00")),
        (every(15, "22:00", "07:00", days=["sun"]), every(30, "06:00", "08:00", days=["mon"])),
    ],
)
def test_overlapping_windows_in_one_plan_are_refused(
    night: Night, rules: tuple[dict[str, object], ...]
) -> None:
    night.watch()
    overlapping = night.at("21:10").tell(plan(1, *rules))
    night.expect.refused(overlapping, "windows_overlap")
    registration = night.at("21:20").tell(registered(*rules))
    night.expect.refused(registration, "windows_overlap")


@pytest.mark.parametrize(
    "rules",
    [
        (every(15, "22:00", "07:00"), every(60, "07:00", "22:00")),
        (every(15, "22:00", "07:00", days=["sun"]), every(30, "06:00", "08:00", days=["tue"])),
        (every(15, "22:00", "07:00"), at_times("23:00", "02:00")),
    ],
)
def test_windows_that_only_meet_are_no_overlap(night: Night, rules: tuple[dict[str, object], ...]) -> None:
    night.watch().at("21:10").tell(plan(1, *rules))


def test_a_correction_of_a_check_that_is_unknown_is_refused(night: Night) -> None:
    night.watch()
    lost = night.at("22:10").tell(withdrawn("no-such-check"))
    night.expect.refused(lost, "unknown_check")


def test_a_correction_told_before_its_check_is_refused_though_both_are_told_in_one_step(night: Night) -> None:
    night.watch(every(15))
    night.at("22:10").tell(withdrawn("a-check"), check(id="a-check"))
    night.expect.refused(night.driver.refused[0].fact.id, "unknown_check")
    night.until("22:25")
    assert night.driver.alerts == []


def test_a_check_and_its_correction_may_be_told_in_one_step(night: Night) -> None:
    night.watch(every(15))
    night.at("22:10").tell(check(id="a-check"), withdrawn("a-check"))
    night.until("22:18")
    night.expect.raised("check_missed", since="21:00", deadline="22:15", at="22:17")


def test_a_correction_of_what_is_not_a_check_is_refused(night: Night) -> None:
    night.watch()
    agreed = night.at("21:10").tell(plan(1))
    wrong = night.at("22:10").tell(withdrawn(agreed))
    night.expect.refused(wrong, "unknown_check")


def test_a_correction_of_a_check_of_another_home_is_refused(night: Night) -> None:
    night.watch().tell(registered(home="H2"), started("P2", home="H2"))
    elsewhere = night.at("22:00").tell(check("P2", home="H2"))
    wrong = night.at("22:10").tell(withdrawn(elsewhere))
    night.expect.refused(wrong, "unknown_check")


@pytest.mark.parametrize("told", ["2026-03-30 22:00", "2026-03-30 22:00:00.001"])
def test_a_check_can_be_corrected_for_28_days_after_it_was_appended(night: Night, told: str) -> None:
    night.watch()
    seen = night.at("22:00").tell(check(seen="21:58"))
    correction = night.at(told).tell(withdrawn(seen))
    if told.endswith("00.001"):
        night.expect.refused(correction, "check_too_old")


LONGEST = {
    "home_leave": "2026-03-16 22:00",
    "hospital": "2026-03-09 22:00",
    "school": "2026-03-03 10:00",
    "other": "2026-03-03 10:00",
    "missing": "2026-03-03 22:00",
}


@pytest.mark.parametrize(("reason", "until"), LONGEST.items())
def test_an_absence_lasts_so_long_without_an_approver(night: Night, reason: str, until: str) -> None:
    night.watch().at("22:00").tell(away("P1", reason, until))
    night.expect.raised("child_away", since="22:00", at="22:00")
    if reason == "missing":
        night.expect.raised("child_missing", since="22:00", at="22:00")


@pytest.mark.parametrize(("reason", "until"), LONGEST.items())
def test_an_absence_beyond_that_is_refused_without_an_approver(night: Night, reason: str, until: str) -> None:
    night.watch()
    beyond = night.at("22:00").tell(away("P1", reason, f"{until}:00.001"))
    night.expect.refused(beyond, "absence_too_long")
    night.at("22:10").tell(away("P1", reason, f"{until}:00.001", approver="RI1"))
    night.expect.raised("child_away", since="22:10", at="22:10")
    if reason == "missing":
        night.expect.raised("child_missing", since="22:10", at="22:10")


def test_an_absence_is_measured_from_the_start_with_all_that_extended_it(night: Night) -> None:
    """School from 22:00, extended at 02:00: the twelve hours end at 10:00, and not at 14:00."""
    night.watch().at("22:00").tell(away("P1", "school", "03:00"))
    off = night.expect.raised("child_away", since="22:00", at="22:00")
    beyond = night.at("02:00").tell(away("P1", "school", "10:00:00.001"))
    night.expect.refused(beyond, "absence_too_long")
    further = night.at("02:10").tell(away("P1", "school", "10:00"))
    off.resolved("superseded", by=further)
    night.expect.raised("child_away", since="02:10", at="02:10")
    third = night.at("02:20").tell(away("P1", "other", "10:00:00.001"))
    night.expect.refused(third, "absence_too_long")


def test_an_absence_for_later_is_measured_from_the_start_of_the_one_that_is_open(night: Night) -> None:
    night.watch().at("22:00").tell(away("P1", "school", "23:00"))
    night.expect.raised("child_away", since="22:00", at="22:00")
    beyond = night.at("22:10").tell(away("P1", "school", "10:00:00.001", time="02:00"))
    night.expect.refused(beyond, "absence_too_long")


def test_an_absence_after_a_return_is_measured_anew(night: Night) -> None:
    night.watch().at("22:00").tell(away("P1", "school", "03:00"))
    off = night.expect.raised("child_away", since="22:00", at="22:00")
    seen = night.at("01:00").tell(check())
    off.resolved("returned", by=seen)
    night.at("02:00").tell(away("P1", "school", "2026-03-03 14:00"))
    night.expect.raised("child_away", since="02:00", at="02:00")


def test_an_absence_that_is_told_late_is_measured_from_when_it_counts(night: Night) -> None:
    night.watch().at("22:00").tell(away("P1", "school", "2026-03-03 10:00", time="21:00"))
    night.expect.raised("child_away", since="22:00", at="22:00")


def test_an_absence_for_later_is_measured_from_when_it_begins(night: Night) -> None:
    night.watch().at("21:10").tell(away("P1", "school", "2026-03-03 12:00", time="2026-03-03 00:00"))
    night.until("00:00")
    night.expect.raised("child_away", since="00:00", at="00:00")


def test_a_fact_told_again_is_one_fact(night: Night) -> None:
    night.watch(every(15))
    for told in ("22:10", "22:20", "22:26"):
        night.at(told).tell(check(seen="22:10", id="the-same"))
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_of_two_facts_under_one_id_the_first_stands_and_the_second_is_refused(night: Night) -> None:
    night.watch(every(15)).at("22:10").tell(check(id="the-same"))
    night.at("22:20").tell(check(id="the-same"))
    night.expect.refused("the-same", "id_used")
    night.until("22:28")
    night.expect.raised("check_missed", since="22:10", deadline="22:25", at="22:27")


def test_one_id_in_two_homes_is_two_facts(night: Night) -> None:
    night.watch(every(15)).tell(registered(every(15), home="H2"), started("P2", home="H2"))
    night.at("22:10").tell(check("P1", id="the-same"), check("P2", home="H2", id="the-same"))
    night.until("22:26")
