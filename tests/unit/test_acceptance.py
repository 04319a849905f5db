"""What may stand: the law, and what the door asks beside it. Each answer names the field, the value and the remedy."""

from typing import Any

import pytest

from shared.acceptance import LONGEST_ABSENCE, Refusal, refusal
from shared.facts import Fact
from shared.home import Homes
from shared.instants import DAY, HOUR
from shared.log.base import Named
from tests.unit.home.told import (
    at,
    away,
    back,
    concern,
    corrected,
    ended,
    every,
    fact,
    moved,
    plan,
    registered,
    started,
)


def homes_with_p1(*facts: Fact) -> Homes:
    """H1 with P1 in it, and what else was told."""
    homes = Homes()
    for each in (registered(), started(), *facts):
        assert refusal(each, homes, None) is None
        homes.apply(each)
    return homes


def said(refused: Refusal | None) -> tuple[str, str, str]:
    """The slug, the field and the value of a refusal, which is whole."""
    assert refused is not None
    assert refused.remedy
    assert refused.detail
    return refused.reason, refused.field, refused.value


def test_a_fact_that_may_stand_is_not_refused() -> None:
    homes = homes_with_p1()
    for each in (
        plan(1, every(15), told="20:00"),
        away("school", "23:00", "20:00"),
        back("20:00"),
        moved("R1", "20:00"),
        concern("20:00"),
        ended("20:00"),
        registered("20:00"),
    ):
        assert refusal(each, homes, None) is None


def test_a_check_is_never_refused_whatever_is_known_of_its_child() -> None:
    check = fact("check.recorded.v1", {"placement_id": "P9", "outcome": "seen"}, "22:00", home="H9")
    assert refusal(check, Homes(), None) is None


def test_another_zone_is_refused_and_the_remedy_names_the_zone_there_is() -> None:
    refused = refusal(registered("20:00", zone="Europe/Paris"), homes_with_p1(), None)
    assert said(refused) == ("zone_changed", "data.time_zone", "Europe/Paris")
    assert refused is not None
    assert "Europe/London" in refused.remedy


def test_a_zone_that_nobody_knows_is_refused() -> None:
    refused = refusal(registered(zone="Europe/Atlantis"), Homes(), None)
    assert said(refused) == ("unknown_zone", "data.time_zone", "Europe/Atlantis")


def test_a_start_that_names_another_home_inside_is_refused() -> None:
    refused = refusal(started("20:00", of="H2"), homes_with_p1(), None)
    assert said(refused) == ("another_home", "data.home_id", "H2")


def test_a_second_start_is_refused_and_one_that_is_promised_is_not_in_force() -> None:
    assert said(refusal(started("20:00"), homes_with_p1(), None)) == (
        "placement_in_force",
        "data.placement_id",
        "P1",
    )
    homes = Homes()
    homes.apply(registered())
    homes.apply(started("19:00", time="23:00"))
    assert refusal(started("20:00", time="22:00"), homes, None) is None


def test_overlapping_windows_are_named_by_their_place_in_the_plan() -> None:
    times = {"times": ["13:00"]}
    refused = refusal(
        plan(1, times, every(15), every(30, "06:00", "08:00"), told="20:00"), homes_with_p1(), None
    )
    assert said(refused) == ("windows_overlap", "data.checks.2", "06:00–08:00")


def test_overlapping_windows_of_a_default_plan_are_refused() -> None:
    checks = [every(15), every(30)]
    refused = refusal(registered(default_plan={"checks": checks}), Homes(), None)
    assert said(refused)[:2] == ("windows_overlap", "data.default_plan.checks.1")


def test_a_version_number_is_free_again_in_a_new_life() -> None:
    homes = homes_with_p1(plan(1, told="20:00"))
    again = plan(1, told="20:30")
    assert said(refusal(again, homes, None)) == ("version_used", "data.version", "1")
    homes.apply(ended("20:10"))
    assert refusal(again, homes, None) is None


def test_a_version_number_of_a_plan_that_waits_for_its_home_is_used() -> None:
    homes = Homes()
    homes.apply(plan(3, told="17:00"))
    assert said(refusal(plan(3, told="17:30"), homes, None))[0] == "version_used"
    assert refusal(plan(4, told="17:30"), homes, None) is None


@pytest.mark.parametrize("text", ["agreed", {"sealed": "bm90aGluZw==", "key": "k1"}])
def test_a_sealed_reason_is_a_reason(text: Any) -> None:
    homes = homes_with_p1(plan(1, every(15), told="20:00"))
    approved = {"approver": "RI1", "reason": text}
    assert refusal(plan(2, every(30), told="20:10", lowers_protection=approved), homes, None) is None


@pytest.mark.parametrize(
    "approval",
    [
        None,
        {"approver": "RI1", "reason": ""},
        {"approver": "RI1", "reason": "  "},
        {"approver": " ", "reason": "agreed"},
        {"reason": "agreed"},
    ],
)
def test_less_than_an_approver_and_a_reason_is_no_approval(approval: Any) -> None:
    homes = homes_with_p1(plan(1, every(15), told="20:00"))
    refused = refusal(plan(2, every(30), told="20:10", lowers_protection=approval), homes, None)
    assert said(refused) == ("lowers_protection", "data.lowers_protection", "longer ceiling")


@pytest.mark.parametrize("which", ["ligature_plan.reviewed.v1", "suicide_plan.reviewed.v1"])
def test_closing_a_protective_plan_needs_an_approver_and_a_reason(which: str) -> None:
    homes = homes_with_p1()
    closing = {"placement_id": "P1", "decision": "close", "reason": "done"}
    assert said(refusal(fact(which, closing, "20:00"), homes, None))[0] == "close_without_approver"
    assert refusal(fact(which, closing | {"approver": "RI1"}, "20:00"), homes, None) is None
    assert refusal(fact(which, closing | {"decision": "continue"}, "20:00"), homes, None) is None


def test_a_correction_names_a_check_that_the_log_holds() -> None:
    homes = homes_with_p1()
    correction = corrected("c1", "20:00")
    check = Named("c1", "check.recorded.v1", correction.subject, at("19:00"))
    other = Named("c1", "plan.agreed.v1", correction.subject, at("19:00"))
    assert refusal(correction, homes, check) is None
    assert said(refusal(correction, homes, None)) == ("unknown_check", "data.check_id", "c1")
    assert said(refusal(correction, homes, other)) == ("unknown_check", "data.check_id", "c1")


def test_a_correction_is_told_under_the_child_whose_check_it_corrects() -> None:
    """Else it would be taken and change nothing: the other child would go on counting as seen."""
    correction = corrected("c1", "20:00")
    another = Named("c1", "check.recorded.v1", "P2", at("19:00"))
    assert said(refusal(correction, Homes(), another)) == (
        "another_childs_check",
        "subject",
        correction.subject,
    )


def test_a_check_can_be_corrected_for_28_days_to_the_millisecond() -> None:
    correction = corrected("c1", "20:00")
    just = Named("c1", "check.recorded.v1", correction.subject, at("20:00") - 28 * DAY)
    assert refusal(correction, Homes(), just) is None
    gone = just._replace(appended_at=just.appended_at - 1)
    assert said(refusal(correction, Homes(), gone)) == ("check_too_old", "data.check_id", "c1")


def test_the_longest_absences_are_those_of_the_page() -> None:
    assert LONGEST_ABSENCE == {
        "home_leave": 14 * DAY,
        "hospital": 7 * DAY,
        "school": 12 * HOUR,
        "other": 12 * HOUR,
        "missing": 24 * HOUR,
    }


def test_an_absence_too_long_is_told_until_when_it_may_last() -> None:
    homes = homes_with_p1(away("school", "23:00", "22:00"))
    refused = refusal(away("school", "10:00:00.001", "22:30"), homes, None)
    assert said(refused)[:2] == ("absence_too_long", "data.expected_end")
    assert refused is not None
    assert "2026-03-03T10:00:00.000Z" in refused.remedy
