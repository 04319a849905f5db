"""DOMAIN.md §5: the home's suitability, watched while a child in force lives in the home."""

import pytest

from tests.scenarios.facts import ended, registered
from tests.scenarios.night import Night
from tests.scenarios.review_facts import assessed, came, suitable, triggered, whole

pytestmark = pytest.mark.services("reviews")
KIND = "suitability_review_overdue"
SOON = "review_due_soon"
HOME: dict[str, str] = {}


def unreviewed(night: Night) -> Night:
    """P1 comes to a home whose suitability was never reviewed."""
    night.at("21:00").tell(registered(), came(), whole(), assessed())
    return night


def test_none_on_record_it_is_due_24_hours_after_the_first_child(night: Night) -> None:
    unreviewed(night).until("2026-03-03 21:00")
    night.expect.nothing()
    night.until("2026-03-03 21:30")
    overdue = night.expect.raised(
        KIND, about=HOME, since="2026-03-03 21:00", at="2026-03-03 21:00", because="date", last=None
    )
    done = night.at("2026-03-04 10:00").tell(suitable("2026-12-31"))
    overdue.resolved("reviewed", by=done)


def test_that_is_no_date_nothing_is_due_soon(night: Night) -> None:
    unreviewed(night).at("22:00").tell(suitable())
    night.until("2026-03-30 00:00")


def test_it_is_the_first_child_ever_that_counts(night: Night) -> None:
    unreviewed(night).at("22:00").tell(ended())
    night.at("2026-03-20 10:00").tell(came("P2"), whole(placement="P2"), assessed())
    night.until("2026-03-20 10:00")
    night.expect.raised(KIND, about=HOME, since="2026-03-03 21:00", at="2026-03-20 10:00")


def test_a_home_that_was_reviewed_before_its_first_child_has_a_date(night: Night) -> None:
    night.at("18:00").tell(registered(), suitable("2026-04-01", time="2026-02-01 10:00"))
    night.at("21:00").tell(came(), whole(), assessed())
    night.until("2026-04-01 23:30")
    soon = night.expect.raised(
        SOON,
        about=HOME,
        since="2026-03-26 00:00",
        at="2026-03-26 00:00",
        what="suitability_review",
        date="2026-04-01",
    )
    soon.resolved("superseded", at="2026-04-01 23:00")
    night.expect.raised(
        KIND, about=HOME, since="2026-04-01 23:00", at="2026-04-01 23:00", because="date", last="2026-02-01"
    )


def test_a_review_holds_for_twelve_months_at_the_most(night: Night) -> None:
    unreviewed(night).at("22:00").tell(suitable("2029-12-31"))
    night.at("2026-12-01 10:00").tell(assessed())
    night.until("2027-03-03 00:30")
    soon = night.expect.raised(SOON, about=HOME, since="2027-02-24 00:00", at="2027-02-24 00:00")
    soon.resolved("superseded", at="2027-03-03 00:00")
    night.expect.raised(KIND, about=HOME, since="2027-03-03 00:00", at="2027-03-03 00:00")


def test_the_latest_review_is_told_by_its_own_time(night: Night) -> None:
    unreviewed(night).at("22:00").tell(suitable("2026-12-31"))
    night.at("23:00").tell(suitable("2026-03-05", time="21:59"))
    night.until("2026-04-01 00:00")


def test_a_home_without_children_is_not_watched(night: Night) -> None:
    night.at("18:00").tell(registered(), suitable("2026-03-10"))
    night.until("2026-04-01 00:00")


def test_it_is_overdue_at_once_when_a_child_comes_too_late(night: Night) -> None:
    night.at("18:00").tell(registered(), suitable("2026-03-10"))
    night.at("2026-03-20 10:00").tell(came(), whole(), assessed())
    night.until("2026-03-20 10:30")
    night.expect.raised(KIND, about=HOME, since="2026-03-11 00:00", at="2026-03-20 10:00", last="2026-03-02")


def test_it_ends_with_the_last_child_of_the_home(night: Night) -> None:
    unreviewed(night).at("22:00").tell(came("P2", "R2"), whole(placement="P2"), assessed(room="R2"))
    night.until("2026-03-03 21:30")
    overdue = night.expect.raised(KIND, about=HOME, since="2026-03-03 21:00", at="2026-03-03 21:00")
    night.at("2026-03-04 10:00").tell(ended("P1"))
    gone = night.at("2026-03-04 11:00").tell(ended("P2"))
    overdue.resolved("ended", by=gone)


def test_due_soon_ends_with_the_last_child_of_the_home(night: Night) -> None:
    unreviewed(night).at("22:00").tell(suitable("2026-03-05"))
    night.until("22:30")
    soon = night.expect.raised(SOON, about=HOME, since="2026-02-27 00:00", at="22:00")
    gone = night.at("23:00").tell(ended("P1"))
    soon.resolved("ended", by=gone)


def test_nothing_that_happens_is_a_trigger_of_it(night: Night) -> None:
    unreviewed(night).at("22:00").tell(suitable())
    told = [triggered(trigger, room="R2") for trigger in ("works", "new_child", "ligature_incident")]
    night.at("23:00").tell(*told)
    night.until("2026-03-20 00:00")
