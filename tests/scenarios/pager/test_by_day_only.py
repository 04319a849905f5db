"""DOMAIN.md §6: what wakes nobody is told between 08:00 and 20:00 on the home's own wall; info is told to nobody."""

import pytest

from tests.scenarios.pager.told import PagedNight

KINDS = (
    "observer_overrun", "plan_missing", "plan_incomplete", "ligature_action_overdue",
    "room_ligature_review_overdue", "suicide_plan_review_overdue", "suitability_review_overdue",
    "anomaly", "pattern_concern",
)  # fmt: skip


def named(night: PagedNight) -> PagedNight:
    """A is the manager; W1, who is on duty, is not named."""
    return night.rota("manager", "A").policy(["on_duty"], ["rota:manager"], ["B"])


@pytest.mark.parametrize("kind", KINDS)
def test_it_waits_for_eight_in_the_morning_and_is_told_once_to_whoever_is_named_first(
    night: PagedNight, kind: str
) -> None:
    named(night).until("23:00").raised(kind)
    night.until("09:00").page(kind, to="A", at="08:00")


@pytest.mark.parametrize(
    ("raised", "told"),
    [("19:59:59.999", "19:59:59.999"), ("20:00", "08:00"), ("07:59:59.999", "08:00"), ("08:00", "08:00")],
)
def test_the_first_instant_of_the_day_belongs_to_it_and_the_last_does_not(
    night: PagedNight, raised: str, told: str
) -> None:
    named(night).until(raised).raised("plan_missing")
    night.until("08:01").page("plan_missing", to="A", at=told)


def test_in_spring_the_morning_comes_an_hour_earlier(spring_night: PagedNight) -> None:
    named(spring_night).until("23:00").raised("plan_missing")
    spring_night.until("08:01").page("plan_missing", to="A", at="07:00")


def test_in_autumn_it_comes_an_hour_later(autumn_night: PagedNight) -> None:
    """At 18:59 it is 19:59 on the wall, and eight is at 08:00Z."""
    named(autumn_night).until("18:59").raised("plan_missing")
    autumn_night.page("plan_missing", to="A", at="18:59")
    autumn_night.until("19:00").raised("plan_incomplete")
    autumn_night.until("08:01").page("plan_incomplete", to="A", at="08:00")


def test_what_is_closed_or_had_by_then_is_told_to_nobody(night: PagedNight) -> None:
    named(night).until("23:00")
    closed, had = night.raised("plan_missing"), night.raised("plan_incomplete")
    night.until("06:00").resolved(closed).acknowledged(had, "A", "2026-03-04 06:00")
    night.until("09:00").nobody()


@pytest.mark.parametrize("kind", ["child_away", "review_due_soon"])
def test_of_what_only_informs_nobody_is_told(night: PagedNight, kind: str) -> None:
    named(night).until("18:30").raised(kind)
    night.until("09:00").nobody()
