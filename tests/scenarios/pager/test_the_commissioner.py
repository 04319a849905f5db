"""DOMAIN.md §6: what the commissioner is messaged of, beside the chain, once for each alert."""

import pytest

from tests.scenarios.pager.told import PagedNight

C1 = "commissioner:C1"


@pytest.mark.parametrize("kind", ["concern_raised", "one_to_one_gap"])
def test_of_every_concern_and_one_to_one_gap(night: PagedNight, kind: str) -> None:
    night.policy(["on_duty"]).until("22:17")
    alert = night.raised(kind)
    night.page(kind, to=("W1", C1), at="22:17").until("22:20").worsened(alert, 2).until("22:21").nobody()


@pytest.mark.parametrize(("kind", "about"), [("check_missed", None), ("cover_gap", {})])
def test_of_the_second_level_of_a_missed_check_and_of_a_cover_gap(
    night: PagedNight, kind: str, about: dict[str, str] | None
) -> None:
    night.policy(["on_duty"]).until("22:17")
    alert = night.raised(kind, about)
    night.page(kind, to="W1", at="22:17").until("22:19").nobody().worsened(alert, 2)
    night.page(kind, to=C1, at="22:19").until("22:20").worsened(alert, 3).until("22:21").nobody()


def test_of_a_gap_in_the_cover_every_authority_with_a_child_there(night: PagedNight) -> None:
    night.policy(["on_duty"]).child("P2", "C2").until("22:17")
    alert = night.raised("cover_gap", {})
    night.page("cover_gap", to="W1", at="22:17").until("22:19").worsened(alert, 2)
    night.page("cover_gap", to=(C1, "commissioner:C2"), at="22:19")


@pytest.mark.parametrize("kind", ["child_not_found", "child_missing", "absence_expired"])
def test_of_nothing_else_that_wakes_somebody(night: PagedNight, kind: str) -> None:
    night.policy(["on_duty"]).until("22:17")
    alert = night.raised(kind)
    night.page(kind, to="W1", at="22:17").until("22:19").worsened(alert, 2).until("22:20").nobody()


def test_of_an_overdue_review_of_a_ligature_plan_by_day(night: PagedNight) -> None:
    night.policy(["on_duty"], ["A"]).until("00:00").raised("ligature_plan_review_overdue")
    night.until("08:01").page("ligature_plan_review_overdue", to=("A", C1), at="08:00")


def test_what_is_closed_again_before_its_second_level_is_told_to_no_commissioner(night: PagedNight) -> None:
    night.policy(["on_duty"]).until("22:17")
    alert = night.missed()
    night.page("check_missed", to="W1", at="22:17").until("22:18").resolved(alert).until("22:40").nobody()


def test_who_was_messaged_while_it_belonged_to_a_silent_home_hears_that_it_is_over(night: PagedNight) -> None:
    night.policy(["on_duty"]).child("P2").until("22:22")
    first, second = night.missed("P1"), night.missed("P2")
    night.silent(first, second)
    night.until("22:23").page("home_silent", to="W1", at="22:22").worsened(first, 2)
    night.page("check_missed", to=C1, at="22:23").until("22:25").resolved(first)
    night.until("22:26").update(to=C1, at="22:25")
