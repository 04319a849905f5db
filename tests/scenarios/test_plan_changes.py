"""DOMAIN.md §3, Plan changes: what lowers protection needs an approver and a reason."""

from typing import Any

import pytest

from tests.scenarios.facts import at_times, cover, every, plan, registered, reviewed, started
from tests.scenarios.night import Night

LIGATURE = {"risks": ["cords (sample)"], "controls": ["removed (sample)"], "review_by": "2026-06-01"}
SUICIDE = {"warning_signs": ["quiet (sample)"], "review_by": "2026-06-01"}
BEFORE: dict[str, Any] = {
    "checks": [every(15), every(60, "09:00", "12:00"), at_times("13:00", "14:00")],
    "night_cover": cover(2, dedicated=True),
    "ligature_plan": LIGATURE,
    "suicide_prevention": SUICIDE,
}


def after(*rules: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """The plan before, but for this."""
    return BEFORE | ({"checks": list(rules)} if rules else {}) | parts


NIGHT, MORNING, NOON = BEFORE["checks"]
LOWER = {
    "longer ceiling": after(every(16), MORNING, NOON),
    "shorter window": after(every(15, "22:00", "06:59"), MORNING, NOON),
    "a window that begins later": after(every(15, "22:01", "07:00"), MORNING, NOON),
    "fewer windows": after(NIGHT, NOON),
    "fewer days": after(every(15, days=["mon", "tue", "wed", "thu", "fri", "sat"]), MORNING, NOON),
    "fewer times": after(NIGHT, MORNING, at_times("13:00")),
    "no times": after(NIGHT, MORNING),
    "fewer waking staff": after(night_cover=cover(1, dedicated=True)),
    "no one-to-one": after(night_cover=cover(2, dedicated=False)),
    "no night cover": after(night_cover=None),
    "no ligature plan": after(ligature_plan=None),
    "no suicide prevention plan": after(suicide_prevention=None),
}
SAME_OR_BETTER = {
    "the same": after(),
    "a shorter ceiling": after(every(10), MORNING, NOON),
    "a longer window": after(every(15, "21:00", "08:00"), MORNING, NOON),
    "one window told as two": after(every(15, "22:00", "02:00"), every(15, "02:00", "07:00"), MORNING, NOON),
    "another time more": after(NIGHT, MORNING, at_times("13:00", "14:00", "15:00")),
    "more staff": after(night_cover=cover(3, dedicated=True)),
    "another grace": after(every(15, grace=10), MORNING, NOON),
    "another tolerance": after(NIGHT, MORNING, at_times("13:00", "14:00", tolerance=30)),
}


def said(version: int, terms: dict[str, Any], **more: Any) -> Any:
    """A plan version of these terms."""
    parts = {name: value for name, value in terms.items() if name != "checks"}
    return plan(version, *terms["checks"], **parts, **more)


@pytest.mark.parametrize("terms", LOWER.values(), ids=LOWER.keys())
def test_a_plan_that_lowers_protection_without_an_approver_and_a_reason_is_refused(
    night: Night, terms: dict[str, Any]
) -> None:
    night.watch().at("21:10").tell(said(1, BEFORE))
    lower = night.at("21:20").tell(said(2, terms))
    night.expect.refused(lower, "lowers_protection")


@pytest.mark.parametrize("terms", LOWER.values(), ids=LOWER.keys())
def test_a_plan_that_lowers_protection_with_both_is_accepted(night: Night, terms: dict[str, Any]) -> None:
    night.watch().at("21:10").tell(said(1, BEFORE))
    night.at("21:20").tell(said(2, terms, approved=True))


@pytest.mark.parametrize("terms", SAME_OR_BETTER.values(), ids=SAME_OR_BETTER.keys())
def test_a_plan_that_protects_as_much_needs_nobodys_approval(night: Night, terms: dict[str, Any]) -> None:
    night.watch().at("21:10").tell(said(1, BEFORE))
    night.at("21:20").tell(said(2, terms))


def test_an_approval_without_words_is_none(night: Night) -> None:
    night.watch().at("21:10").tell(plan(1, every(15)))
    blank = {"approver": "RI1", "reason": " "}
    lower = night.at("21:20").tell(plan(2, every(30), lowers_protection=blank))
    night.expect.refused(lower, "lowers_protection")


def test_a_refused_plan_changes_nothing_and_its_number_is_free(night: Night) -> None:
    night.watch().at("21:10").tell(plan(1, every(15)))
    lower = night.at("21:20").tell(plan(2, every(30)))
    night.expect.refused(lower, "lowers_protection")
    night.at("21:30").tell(plan(2, every(10)))
    night.until("22:13")
    night.expect.raised("check_missed", since="21:00", deadline="22:10", at="22:12", plan_version=2)


def test_the_first_agreed_plan_is_compared_with_nothing(night: Night) -> None:
    """Not even with the home's default plan."""
    night.watch(every(15)).at("21:10").tell(plan(1, every(60)))
    night.until("23:06")
    night.expect.raised("check_missed", since="21:00", deadline="23:00", at="23:05")


def test_a_plan_is_compared_with_the_version_in_force_when_it_is_told(night: Night) -> None:
    """Version 2, which asks for more, has not come yet: version 3 lowers nothing that is in force."""
    night.watch().at("21:10").tell(plan(1, every(30)))
    night.at("21:20").tell(plan(2, every(10), effective="2026-03-04 21:00"))
    night.at("21:30").tell(plan(3, every(20), effective="2026-03-05 21:00"))


def test_a_plan_of_a_placement_that_has_not_started_is_compared_with_nothing(night: Night) -> None:
    night.at("18:00").tell(registered())
    night.at("19:00").tell(plan(1, every(15)))
    night.at("19:10").tell(plan(2, every(60)))
    night.at("21:00").tell(started())
    night.until("23:05:00.001")
    night.expect.raised("check_missed", since="21:00", deadline="23:00", at="23:05", plan_version=2)


@pytest.mark.parametrize("which", ["ligature", "suicide"])
def test_closing_a_protective_plan_without_an_approver_is_refused(night: Night, which: str) -> None:
    night.watch().at("21:10").tell(said(1, BEFORE))
    closing = night.at("21:20").tell(reviewed(which, "close"))
    night.expect.refused(closing, "close_without_approver")
    night.at("21:30").tell(reviewed(which, "close", approver="RI1"))


@pytest.mark.parametrize("which", ["ligature", "suicide"])
@pytest.mark.parametrize("decision", ["continue", "change"])
def test_a_protective_plan_that_goes_on_needs_nobodys_approval(
    night: Night, which: str, decision: str
) -> None:
    night.watch().at("21:10").tell(said(1, BEFORE))
    night.at("21:20").tell(reviewed(which, decision))
