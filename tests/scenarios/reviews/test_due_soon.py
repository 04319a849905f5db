"""DOMAIN.md §5: seven days before a date, at the local midnight that ends that day; at once where less remains."""

import pytest

from tests.scenarios.night import Night
from tests.scenarios.review_facts import assessed, ligature, quiet, reviewed, triggered, whole

pytestmark = pytest.mark.services("reviews")
KIND = "ligature_plan_review_overdue"
SOON = "review_due_soon"


def due_on(night: Night, day: str) -> Night:
    """P1's ligature plan is to be reviewed by that date; told at 21:00 on 2 March."""
    return quiet(night, whole(ligature_plan=ligature(day)))


def test_it_is_told_at_the_midnight_that_ends_the_day_seven_days_before(night: Night) -> None:
    due_on(night, "2026-03-12").until("2026-03-06 00:00")
    night.expect.nothing()
    night.until("2026-03-06 00:00:00.001")
    night.expect.raised(
        SOON, since="2026-03-06 00:00", at="2026-03-06 00:00", what="ligature_plan_review", date="2026-03-12"
    )


def test_at_once_where_less_remains_since_that_mark(night: Night) -> None:
    due_on(night, "2026-03-05").until("21:00")
    night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00", date="2026-03-05")


def test_midnights_are_local_before_and_after_the_clocks_change(night: Night) -> None:
    due_on(night, "2026-03-30").until("2026-03-30 22:59")
    soon = night.expect.raised(SOON, since="2026-03-24 00:00", at="2026-03-24 00:00")
    night.until("2026-03-30 23:30")
    soon.resolved("superseded", at="2026-03-30 23:00")
    night.expect.raised(KIND, since="2026-03-30 23:00", at="2026-03-30 23:00")


def test_a_review_closes_it_and_may_raise_the_next_at_once(night: Night) -> None:
    due_on(night, "2026-03-05").until("21:30")
    first = night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00", date="2026-03-05")
    done = night.at("22:00").tell(reviewed("ligature", next_review="2026-03-06"))
    first.resolved("reviewed", by=done)
    night.until("22:00")
    night.expect.raised(SOON, since="2026-02-28 00:00", at="22:00", date="2026-03-06")


def test_a_review_that_leaves_the_date_closes_it_and_raises_it_anew(night: Night) -> None:
    due_on(night, "2026-03-05").until("21:30")
    first = night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00")
    done = night.at("22:00").tell(reviewed("ligature", next_review="2026-03-05"))
    first.resolved("reviewed", by=done)
    night.until("22:00")
    again = night.expect.raised(SOON, since="2026-02-27 00:00", at="22:00")
    assert again.id != first.id


def test_a_review_that_is_not_the_latest_leaves_it_open(night: Night) -> None:
    due_on(night, "2026-03-05").until("21:30")
    soon = night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00")
    night.at("22:00").tell(reviewed("ligature", time="20:00"))  # of before the plan that states it
    done = night.at("23:00").tell(reviewed("ligature"))
    soon.resolved("reviewed", by=done)


def test_a_trigger_is_no_date_and_is_never_due_soon(night: Night) -> None:
    due_on(night, "2026-04-15").at("22:00").tell(triggered("self_harm", placement="P1"))
    night.until("2026-03-03 21:59")


def test_it_is_superseded_when_a_trigger_makes_the_same_thing_overdue(night: Night) -> None:
    due_on(night, "2026-03-07").until("21:30")
    soon = night.expect.raised(SOON, since="2026-03-01 00:00", at="21:00")
    night.at("22:00").tell(triggered("self_harm", placement="P1"))
    night.until("2026-03-03 22:30")
    soon.resolved("superseded", at="2026-03-03 22:00")
    night.expect.raised(KIND, since="2026-03-03 22:00", at="2026-03-03 22:00", because="self_harm")


def test_it_is_not_told_while_the_same_thing_is_overdue(night: Night) -> None:
    due_on(night, "2026-03-20").at("22:00").tell(triggered("self_harm", placement="P1"))
    night.until("2026-03-15 00:30")  # the mark is 14 March
    late = night.expect.raised(KIND, since="2026-03-03 22:00", at="2026-03-03 22:00")
    done = night.at("2026-03-15 10:00").tell(reviewed("ligature", next_review="2026-03-20"))
    late.resolved("reviewed", by=done)
    night.until("2026-03-15 10:00")
    night.expect.raised(SOON, since="2026-03-14 00:00", at="2026-03-15 10:00", date="2026-03-20")


def test_another_thing_that_is_overdue_keeps_nothing_quiet(night: Night) -> None:
    due_on(night, "2026-03-12").at("22:00").tell(triggered("works", room="R1"))
    night.until("2026-03-06 00:30")
    night.expect.raised(
        "room_ligature_review_overdue",
        about={"room": "R1"},
        since="2026-03-03 22:00",
        at="2026-03-03 22:00",
    )
    night.expect.raised(SOON, since="2026-03-06 00:00", at="2026-03-06 00:00")


def test_what_is_overdue_when_it_comes_to_light_is_never_due_soon_first(night: Night) -> None:
    due_on(night, "2026-02-20").until("21:00")
    night.expect.raised(KIND, since="2026-02-21 00:00", at="21:00", because="date")


def test_a_date_brought_forward_while_it_is_told_leaves_it_open(night: Night) -> None:
    due_on(night, "2026-03-08").until("2026-03-02 21:30")
    soon = night.expect.raised(SOON, since="2026-03-02 00:00", at="21:00", date="2026-03-08")
    night.at("22:00").tell(whole(2, ligature_plan=ligature("2026-03-04")))
    night.until("2026-03-05 00:30")
    soon.resolved("superseded", at="2026-03-05 00:00")
    night.expect.raised(KIND, since="2026-03-05 00:00", at="2026-03-05 00:00")


def test_an_assessment_closes_that_of_its_room(night: Night) -> None:
    quiet(night).at("22:00").tell(assessed(next_review="2026-03-05"))
    night.until("22:30")
    soon = night.expect.raised(SOON, about={"room": "R1"}, since="2026-02-27 00:00", at="22:00")
    done = night.at("23:00").tell(assessed())
    soon.resolved("reviewed", by=done)
