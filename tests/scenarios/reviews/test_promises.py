"""DOMAIN.md §2 for what is told of reviews: a time in the future is a promise that starts then, before the facts of
that same instant."""

import pytest

from tests.scenarios.facts import away, back, ended, registered
from tests.scenarios.night import Night
from tests.scenarios.review_facts import (
    assessed,
    came,
    ligature,
    point,
    point_changed,
    quiet,
    reviewed,
    suitable,
    triggered,
    whole,
)

pytestmark = pytest.mark.services("reviews")
KIND = "ligature_plan_review_overdue"
ROOM = "room_ligature_review_overdue"
R1 = {"room": "R1"}


def test_a_trigger_in_the_future_counts_from_then(night: Night) -> None:
    quiet(night, whole(ligature_plan=ligature())).at("22:00").tell(
        triggered("self_harm", placement="P1", time="2026-03-03 10:00")
    )
    night.until("2026-03-04 10:30")
    night.expect.raised(KIND, since="2026-03-04 10:00", at="2026-03-04 10:00", because="self_harm")


def test_a_review_in_the_future_counts_from_then(night: Night) -> None:
    quiet(night).at("22:00").tell(triggered("works", room="R1"))
    done = night.at("23:00").tell(assessed(time="2026-03-04 10:00"))
    night.until("2026-03-04 11:00")
    overdue = night.expect.raised(ROOM, about=R1, since="2026-03-03 22:00", at="2026-03-03 22:00")
    overdue.resolved("reviewed", at="2026-03-04 10:00", by=done)


def test_it_is_kept_before_the_facts_of_that_same_instant(night: Night) -> None:
    quiet(night, whole(ligature_plan=ligature()))
    night.at("22:00").tell(reviewed("ligature", time="23:00"))
    night.at("23:00").tell(
        triggered("self_harm", placement="P1")
    )  # has the same own time: cleared all the same
    night.until("2026-03-05 00:00")


def test_what_it_makes_past_waits_for_the_facts_of_that_instant(night: Night) -> None:
    night.at("18:00").tell(registered(), suitable(), assessed(next_review="2026-02-10"))
    night.at("20:00").tell(came(time="21:00"), whole())
    night.at("21:00").tell(assessed())
    night.until("2026-03-05 00:00")


def test_and_is_told_at_that_instant_where_they_do_not_help(night: Night) -> None:
    night.at("18:00").tell(registered(), suitable(), assessed(next_review="2026-02-10"))
    night.at("20:00").tell(came(time="21:00"), whole())
    night.until("22:00")
    night.expect.raised(ROOM, about=R1, since="2026-02-11 00:00", at="21:00")


def test_promises_of_one_instant_are_kept_as_they_were_told(night: Night) -> None:
    quiet(night)
    night.at("22:00").tell(came("P2", "R2", time="23:00"))
    night.at("22:10").tell(whole(placement="P2"))
    night.at("22:20").tell(assessed(room="R2", time="23:00"))
    night.until("2026-03-05 00:00")


def test_a_review_promised_for_a_child_who_is_gone_by_then_is_none(night: Night) -> None:
    quiet(night, whole(ligature_plan=ligature()))
    night.at("22:00").tell(reviewed("ligature", next_review="2026-03-05", time="2026-03-04 10:00"))
    night.at("23:00").tell(ended())
    night.at("2026-03-03 10:00").tell(came(), whole(ligature_plan=ligature()), assessed())
    night.until("2026-03-20 00:00")


def test_points_may_be_promised_too(night: Night) -> None:
    night.at("18:00").tell(registered(), assessed(point(due="2026-03-05")))
    done = night.at("19:00").tell(point_changed("AP1", "removed", time="2026-03-07 10:00"))
    night.until("2026-03-07 11:00")
    overdue = night.expect.raised(
        "ligature_action_overdue",
        about={"point_id": "AP1"},
        since="2026-03-06 00:00",
        at="2026-03-06 00:00",
    )
    overdue.resolved("restored", at="2026-03-07 10:00", by=done)


def test_suitability_may_be_promised_too(night: Night) -> None:
    night.at("18:00").tell(registered(), suitable("2026-03-05"))
    night.at("21:00").tell(came(), whole(), assessed(), suitable("2026-12-31", time="2026-03-04 10:00"))
    night.until("2026-03-04 11:00")
    soon = night.expect.raised("review_due_soon", about={}, since="2026-02-27 00:00", at="21:00")
    soon.resolved("reviewed", at="2026-03-04 10:00")


def test_a_promise_told_before_the_home_waits_for_it(night: Night) -> None:
    night.at("18:00").tell(suitable("2026-12-31", time="22:00"))
    night.at("19:00").tell(registered())
    night.at("21:00").tell(came(), whole(), assessed())
    night.until("2026-03-05 00:00")


def test_so_does_one_about_a_child_and_a_plan_told_after_it(night: Night) -> None:
    night.at("18:00").tell(reviewed("ligature", time="2026-03-10 10:00"))
    night.at("18:30").tell(whole(ligature_plan=ligature("2026-03-12")))
    night.at("19:00").tell(registered(), suitable())
    night.at("21:00").tell(came(), assessed())
    night.until("2026-03-10 11:00")
    soon = night.expect.raised("review_due_soon", since="2026-03-06 00:00", at="2026-03-06 00:00")
    soon.resolved("reviewed", at="2026-03-10 10:00")


def test_what_is_told_of_a_home_before_it_is_registered_waits_for_its_zone(night: Night) -> None:
    night.at("18:00").tell(suitable("2026-12-31"), assessed(point(due="2026-03-05")))
    night.at("18:30").tell(triggered("works", room="R1"), point_changed("AP1", "mitigated", time="18:45"))
    night.until("2026-03-04 00:00")  # nobody knows yet when a date is over there
    night.at("2026-03-04 10:00").tell(registered())
    night.at("2026-03-04 11:00").tell(came(), whole())
    night.until("2026-03-04 11:00")
    night.expect.raised(
        ROOM, about=R1, since="2026-03-03 18:30", at="2026-03-04 11:00", because="works", last="2026-03-02"
    )
    night.until("2026-03-20 00:00")


def test_what_is_past_by_then_is_told_when_the_home_is_registered(night: Night) -> None:
    night.at("18:00").tell(assessed(point(due="2026-03-05")))
    night.at("2026-03-20 10:00").tell(registered())
    night.until("2026-03-20 10:00")
    night.expect.raised(
        "ligature_action_overdue",
        about={"point_id": "AP1"},
        since="2026-03-06 00:00",
        at="2026-03-20 10:00",
    )


def test_a_return_that_is_promised_is_one_from_then(night: Night) -> None:
    quiet(night, whole(ligature_plan=ligature()))
    night.at("22:00").tell(away("P1", "hospital", "2026-03-04 08:00"), back(time="2026-03-03 10:00"))
    night.until("2026-03-04 10:30")
    night.expect.raised(KIND, since="2026-03-04 10:00", at="2026-03-04 10:00", because="return")
