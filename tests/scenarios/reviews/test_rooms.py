"""DOMAIN.md §5: a room's ligature assessment, watched while a child in force lives in the room."""

import pytest

from tests.scenarios.facts import Said, away, ended, moved, registered
from tests.scenarios.night import Night
from tests.scenarios.review_facts import assessed, came, quiet, suitable, triggered, whole

pytestmark = pytest.mark.services("reviews")
KIND = "room_ligature_review_overdue"
SOON = "review_due_soon"
R1, R2 = {"room": "R1"}, {"room": "R2"}


def home(night: Night, at: str = "18:00") -> Night:
    """A home whose suitability has just been reviewed."""
    night.at(at).tell(registered(), suitable())
    return night


# -- new children


def test_a_child_in_a_room_of_which_no_assessment_is_on_record_has_one_within_24_hours(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole())
    night.until("2026-03-03 21:00")
    night.expect.nothing()
    night.until("2026-03-03 21:00:00.001")
    overdue = night.expect.raised(
        KIND, about=R1, since="2026-03-03 21:00", at="2026-03-03 21:00", because="new_child", last=None
    )
    done = night.at("2026-03-04 10:00").tell(assessed())
    overdue.resolved("reviewed", by=done)


def test_every_new_child_asks_for_another_look_however_late_the_last_one_was(night: Night) -> None:
    quiet(night)
    night.at("22:00").tell(came("P2"), whole(placement="P2"))
    night.until("2026-03-03 22:30")
    night.expect.raised(
        KIND,
        about=R1,
        since="2026-03-03 22:00",
        at="2026-03-03 22:00",
        because="new_child",
        last="2026-03-02",
    )


def test_a_child_who_moves_into_a_room_is_new_there(night: Night) -> None:
    quiet(night)
    night.at("22:00").tell(moved("P1", "R2"))
    night.until("2026-03-03 22:30")
    night.expect.raised(KIND, about=R2, since="2026-03-03 22:00", at="2026-03-03 22:00", because="new_child")


def test_a_move_to_the_room_in_which_the_child_lives_is_none(night: Night) -> None:
    quiet(night).at("22:00").tell(moved("P1", "R1"))
    night.until("2026-03-04 22:30")


def test_a_room_is_one_that_a_child_lives_in_whether_the_home_has_named_it_or_not(night: Night) -> None:
    home(night).at("21:00").tell(came(room="the annexe"), whole())
    night.until("2026-03-03 21:30")
    night.expect.raised(KIND, about={"room": "the annexe"}, since="2026-03-03 21:00", at="2026-03-03 21:00")


def test_an_assessment_dated_before_the_child_came_does_not_clear_it(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole())
    night.at("22:00").tell(assessed(time="20:59:59.999"))
    night.until("2026-03-03 21:30")
    night.expect.raised(
        KIND,
        about=R1,
        since="2026-03-03 21:00",
        at="2026-03-03 21:00",
        because="new_child",
        last="2026-03-02",
    )


def test_an_assessment_dated_when_the_child_came_does(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole())
    night.at("22:00").tell(assessed(time="21:00"))
    night.until("2026-03-05 21:30")


def test_a_child_whose_start_is_told_late_was_there_when_the_room_was_assessed(night: Night) -> None:
    home(night).at("19:00").tell(assessed())
    night.at("21:00").tell(came(time="18:30"), whole())
    night.until("2026-03-05 21:30")


def test_it_counts_from_when_the_start_took_effect(night: Night) -> None:
    home(night).at("21:00").tell(came(time="18:30"), whole())
    night.until("2026-03-03 21:30")
    night.expect.raised(KIND, about=R1, since="2026-03-03 21:00", at="2026-03-03 21:00")


def test_an_absence_does_not_empty_the_room(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole(), away("P1", "school", "2026-03-03 08:00"))
    night.until("2026-03-03 21:30")
    night.expect.raised(KIND, about=R1, since="2026-03-03 21:00", at="2026-03-03 21:00")


# -- the date


def test_an_assessment_holds_for_twelve_months(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole(), assessed())
    night.at("2026-12-01 10:00").tell(suitable())
    night.until("2027-02-24 00:00")
    night.expect.nothing()
    night.until("2027-03-03 00:00")
    soon = night.expect.raised(
        SOON,
        about=R1,
        since="2027-02-24 00:00",
        at="2027-02-24 00:00",
        what="room_ligature_review",
        date="2027-03-02",
    )
    night.until("2027-03-03 00:00:00.001")
    soon.resolved("superseded", at="2027-03-03 00:00")
    night.expect.raised(
        KIND, about=R1, since="2027-03-03 00:00", at="2027-03-03 00:00", because="date", last="2026-03-02"
    )


def test_twelve_months_after_a_leap_day_is_the_last_of_february(night: Night) -> None:
    home(night, "2028-02-28 10:00").at("2028-02-29 10:00").tell(came(), whole(), assessed())
    night.at("2028-12-01 10:00").tell(suitable())
    night.until("2029-03-01 00:30")
    soon = night.expect.raised(
        SOON, about=R1, since="2029-02-22 00:00", at="2029-02-22 00:00", date="2029-02-28"
    )
    soon.resolved("superseded", at="2029-03-01 00:00")
    night.expect.raised(KIND, about=R1, since="2029-03-01 00:00", at="2029-03-01 00:00")


def test_a_next_review_that_is_earlier_decides(night: Night) -> None:
    quiet(night).at("22:00").tell(assessed(next_review="2026-04-15"))
    night.until("2026-04-16 12:00")
    soon = night.expect.raised(
        SOON, about=R1, since="2026-04-08 23:00", at="2026-04-08 23:00", date="2026-04-15"
    )
    soon.resolved("superseded", at="2026-04-15 23:00")
    night.expect.raised(KIND, about=R1, since="2026-04-15 23:00", at="2026-04-15 23:00", because="date")


def test_one_that_is_later_than_twelve_months_does_not_put_it_back(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole(), assessed(next_review="2027-06-30"))
    night.at("2026-12-01 10:00").tell(suitable())
    night.until("2027-02-24 00:30")
    night.expect.raised(SOON, about=R1, since="2027-02-24 00:00", at="2027-02-24 00:00", date="2027-03-02")


def test_the_latest_assessment_is_told_by_its_own_time(night: Night) -> None:
    quiet(night).at("22:00").tell(assessed(next_review="2026-05-31", time="21:30"))
    night.at("23:00").tell(assessed(next_review="2026-03-05", time="21:20"))  # of ten minutes before that one
    night.until("2026-05-20 12:00")


def test_a_review_that_leaves_it_past_closes_nothing(night: Night) -> None:
    quiet(night).at("22:00").tell(assessed(next_review="2026-03-05"))
    night.until("2026-03-06 12:00")
    soon = night.expect.raised(SOON, about=R1, since="2026-02-27 00:00", at="22:00")
    soon.resolved("superseded", at="2026-03-06 00:00")
    overdue = night.expect.raised(KIND, about=R1, since="2026-03-06 00:00", at="2026-03-06 00:00")
    night.at("2026-03-06 13:00").tell(assessed(next_review="2026-03-05"))
    night.expect.nothing()
    done = night.at("2026-03-06 14:00").tell(assessed())
    overdue.resolved("reviewed", by=done)


def test_a_date_that_ends_when_the_review_is_told_is_not_past(night: Night) -> None:
    quiet(night)
    night.at("22:00").tell(triggered("works", room="R1"))
    night.until("2026-03-03 23:00")
    overdue = night.expect.raised(KIND, about=R1, since="2026-03-03 22:00", at="2026-03-03 22:00")
    done = night.at("2026-03-06 00:00").tell(assessed(next_review="2026-03-05"))
    overdue.resolved("reviewed", by=done)
    night.until("2026-03-06 00:30")  # no instant later it is
    soon = night.expect.raised(SOON, about=R1, since="2026-02-27 00:00", at="2026-03-06 00:00")
    soon.resolved("superseded", at="2026-03-06 00:00")
    night.expect.raised(KIND, about=R1, since="2026-03-06 00:00", at="2026-03-06 00:00")


def test_an_assessment_of_another_room_is_not_this_ones(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole())
    night.at("22:00").tell(assessed(room="R2"))
    night.until("2026-03-03 21:30")
    night.expect.raised(KIND, about=R1, since="2026-03-03 21:00", at="2026-03-03 21:00")


# -- who lives there


def test_a_room_that_is_overdue_already_is_overdue_at_once_when_a_child_comes(night: Night) -> None:
    home(night).at("19:00").tell(assessed(next_review="2026-03-10"))
    night.until("2026-03-20 12:00")  # nobody lives there: nothing is said
    night.at("2026-03-20 13:00").tell(came(), whole())
    night.until("2026-03-20 13:00")
    night.expect.raised(
        KIND, about=R1, since="2026-03-11 00:00", at="2026-03-20 13:00", because="date", last="2026-03-02"
    )


def test_a_child_who_comes_with_the_assessment_of_the_same_step_finds_it_done(night: Night) -> None:
    home(night).at("19:00").tell(assessed(next_review="2026-03-10"))
    night.at("2026-03-20 13:00").tell(came(), whole(), assessed())
    night.until("2026-03-20 13:30")


@pytest.mark.parametrize("leaving", [ended("P1"), moved("P1", "R2")])
def test_it_ends_with_the_last_child_of_the_room(night: Night, leaving: Said) -> None:
    quiet(night)
    night.at("22:00").tell(triggered("works", room="R1"))
    night.until("2026-03-03 22:30")
    overdue = night.expect.raised(KIND, about=R1, since="2026-03-03 22:00", at="2026-03-03 22:00")
    night.at("2026-03-03 23:00").tell(leaving, assessed(room="R2"))
    overdue.resolved("ended")


def test_due_soon_ends_with_the_last_child_of_the_room(night: Night) -> None:
    quiet(night).at("22:00").tell(assessed(next_review="2026-03-05"))
    night.until("22:30")
    soon = night.expect.raised(SOON, about=R1, since="2026-02-27 00:00", at="22:00")
    gone = night.at("23:00").tell(ended("P1"))
    soon.resolved("ended", by=gone)


def test_it_goes_on_while_another_child_lives_there(night: Night) -> None:
    quiet(night).at("21:30").tell(came("P2"), whole(placement="P2"), assessed())
    night.at("22:00").tell(triggered("works", room="R1"))
    night.until("2026-03-03 22:30")
    overdue = night.expect.raised(KIND, about=R1, since="2026-03-03 22:00", at="2026-03-03 22:00")
    night.at("2026-03-03 23:00").tell(ended("P1"))
    gone = night.at("2026-03-03 23:30").tell(ended("P2"))
    overdue.resolved("ended", by=gone)


# -- triggers


def test_works_in_a_room_ask_for_another_look(night: Night) -> None:
    quiet(night).at("22:00").tell(triggered("works", room="R1"))
    night.until("2026-03-03 22:30")
    night.expect.raised(
        KIND, about=R1, since="2026-03-03 22:00", at="2026-03-03 22:00", because="works", last="2026-03-02"
    )


@pytest.mark.parametrize("trigger", ["works", "ligature_incident", "new_child"])
def test_a_trigger_told_of_a_child_is_of_the_room_in_which_the_child_lives(
    night: Night, trigger: str
) -> None:
    quiet(night).at("22:00").tell(triggered(trigger, placement="P1"))
    night.until("2026-03-03 22:30")
    night.expect.raised(KIND, about=R1, since="2026-03-03 22:00", at="2026-03-03 22:00", because=trigger)


def test_a_trigger_that_names_a_room_and_a_child_is_of_that_room(night: Night) -> None:
    quiet(night).at("21:30").tell(came("P2", "R2"), whole(placement="P2"), assessed(room="R2"))
    night.at("22:00").tell(triggered("ligature_incident", placement="P1", room="R2"))
    night.until("2026-03-03 22:30")
    night.expect.raised(KIND, about=R2, since="2026-03-03 22:00", at="2026-03-03 22:00")


@pytest.mark.parametrize("trigger", ["self_harm", "room_change", "return", "level_change"])
def test_what_happens_to_a_child_alone_touches_no_room(night: Night, trigger: str) -> None:
    quiet(night).at("22:00").tell(triggered(trigger, placement="P1"), triggered(trigger, room="R1"))
    night.until("2026-03-04 22:30")


def test_the_oldest_uncleared_trigger_decides(night: Night) -> None:
    quiet(night)
    night.at("22:00").tell(triggered("works", room="R1"))
    night.at("23:00").tell(triggered("ligature_incident", placement="P1"))
    night.at("23:30").tell(assessed(time="22:30"))  # clears the works, and not what came after it
    night.until("2026-03-03 23:30")
    night.expect.raised(
        KIND, about=R1, since="2026-03-03 23:00", at="2026-03-03 23:00", because="ligature_incident"
    )


def test_a_trigger_told_late_counts_from_when_it_was_told(night: Night) -> None:
    quiet(night).at("2026-03-03 10:00").tell(triggered("works", room="R1", time="22:00"))
    night.until("2026-03-04 10:30")
    night.expect.raised(KIND, about=R1, since="2026-03-04 10:00", at="2026-03-04 10:00")


def test_a_trigger_told_late_of_before_the_review_is_cleared_by_it(night: Night) -> None:
    quiet(night).at("2026-03-03 10:00").tell(triggered("works", room="R1", time="20:00"))
    night.until("2026-03-05 10:30")


def test_new_children_lapse_when_nobody_lives_there_any_more(night: Night) -> None:
    home(night).at("21:00").tell(came(), whole())
    night.at("22:00").tell(ended())
    night.at("2026-03-03 20:00").tell(came(), whole())
    night.until("2026-03-03 21:30")
    night.expect.nothing()
    night.until("2026-03-04 20:30")
    night.expect.raised(KIND, about=R1, since="2026-03-04 20:00", at="2026-03-04 20:00", because="new_child")


@pytest.mark.parametrize("trigger", ["works", "ligature_incident"])
def test_works_and_incidents_do_not(night: Night, trigger: str) -> None:
    quiet(night).at("22:00").tell(triggered(trigger, room="R1"))
    night.at("23:00").tell(ended())
    night.until("2026-03-05 10:00")
    night.at("2026-03-05 11:00").tell(came(), whole())
    night.until("2026-03-05 11:00")
    night.expect.raised(
        KIND, about=R1, since="2026-03-03 22:00", at="2026-03-05 11:00", because=trigger, last="2026-03-02"
    )


def test_works_in_an_empty_room_wait_for_the_next_child(night: Night) -> None:
    home(night).at("19:00").tell(assessed())
    night.at("20:00").tell(triggered("works", room="R1"))
    night.at("21:00").tell(came(), whole())
    night.until("2026-03-03 20:30")
    night.expect.raised(KIND, about=R1, since="2026-03-03 20:00", at="2026-03-03 20:00", because="works")


def test_an_assessment_of_an_empty_room_clears_them(night: Night) -> None:
    home(night).at("19:00").tell(assessed())
    night.at("20:00").tell(triggered("works", room="R1"))
    night.at("20:30").tell(assessed())
    night.at("21:00").tell(came(), whole(), assessed())
    night.until("2026-03-05 20:30")


def test_so_do_works_in_a_room_that_nobody_has_named_before(night: Night) -> None:
    quiet(night).at("22:00").tell(triggered("works", room="the annexe"))
    night.until("2026-03-03 22:30")  # nobody lives there
    night.at("2026-03-03 23:00").tell(moved("P1", "the annexe"))
    night.until("2026-03-03 23:00")
    night.expect.raised(
        KIND,
        about={"room": "the annexe"},
        since="2026-03-03 22:00",
        at="2026-03-03 23:00",
        because="works",
        last=None,
    )


def test_a_new_child_told_of_a_room_in_which_nobody_lives_is_nobodys(night: Night) -> None:
    quiet(night).at("22:00").tell(triggered("new_child", room="R2"))
    night.at("23:00").tell(moved("P1", "R2"))
    night.until("2026-03-03 22:30")
    night.expect.nothing()
    night.until("2026-03-03 23:30")
    night.expect.raised(KIND, about=R2, since="2026-03-03 23:00", at="2026-03-03 23:00")
