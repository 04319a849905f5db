"""What other producers may put on the log: ignored as the rules say, and the home goes on. Nothing is set aside."""

import pytest

from shared.events.errors import Invalid
from tests.scenarios.night import Night
from tests.scenarios.review_facts import (
    assessed,
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
R1 = {"room": "R1"}

IGNORED = {
    "a review of a part that the plan does not have": reviewed("suicide"),
    "a review of a child whom nobody knows": reviewed("ligature", placement="P9"),
    "a closing review of it": reviewed("suicide", "close", None),
    "a trigger of a child whom nobody knows": triggered("self_harm", placement="P9"),
    "a trigger of a room that nobody knows": triggered("works", room="nowhere"),
    "a change of a point that nobody knows": point_changed("AP9", "open"),
}


@pytest.mark.parametrize("what", IGNORED)
def test_it_is_ignored_and_the_home_goes_on(night: Night, what: str) -> None:
    quiet(night, whole(ligature_plan=ligature())).at("22:00").tell(IGNORED[what])
    night.at("23:00").tell(triggered("works", room="R1"))
    night.until("2026-03-03 23:30")
    night.expect.raised(
        "room_ligature_review_overdue", about=R1, since="2026-03-03 23:00", at="2026-03-03 23:00"
    )


def test_an_anchor_point_listed_twice_is_no_event(night: Night) -> None:
    with pytest.raises(Invalid, match="listed twice"):
        quiet(night).at("22:00").tell(assessed(point(), point()))


FAR = {
    "30 years on": "2056-03-02",
    "the last year": "2999-12-31",
}
PAST = {"30 years ago": "1996-03-02", "the first year": "1900-01-01"}


@pytest.mark.parametrize("when", FAR)
def test_dates_far_away_put_nothing_back(night: Night, when: str) -> None:
    quiet(night, whole(ligature_plan=ligature(FAR[when]))).at("22:00").tell(
        assessed(point(due=FAR[when]), next_review=FAR[when]),
        suitable(FAR[when]),
        reviewed("ligature", next_review=FAR[when]),
    )
    night.until("2026-03-23 00:00")


@pytest.mark.parametrize("when", PAST)
def test_dates_in_the_past_are_taken(night: Night, when: str) -> None:
    quiet(night, whole(ligature_plan=ligature())).at("22:00").tell(
        assessed(point(due=PAST[when]), next_review=PAST[when]),
        suitable(PAST[when]),
        reviewed("ligature", next_review=PAST[when]),
    )
    night.until("22:30")
    since = {"1996-03-02": "1996-03-03 00:00", "1900-01-01": "1900-01-02 00:00"}[PAST[when]]
    about: dict[str, dict[str, str]] = {
        "room_ligature_review_overdue": R1,
        "suitability_review_overdue": {},
        "ligature_plan_review_overdue": {"placement_id": "P1"},
        "ligature_action_overdue": {"point_id": "AP1"},
    }
    for kind, subject in about.items():
        night.expect.raised(kind, about=subject, since=since, at="22:00")


def test_a_review_dated_in_another_century_is_dated_so(night: Night) -> None:
    quiet(night).at("22:00").tell(suitable(time="1926-03-02 10:00"), assessed(time="1926-03-02 10:00"))
    night.until("2026-03-23 00:00")


def test_a_review_promised_for_another_century_is_kept(night: Night) -> None:
    quiet(night).at("22:00").tell(suitable(time="2926-03-02 10:00"), assessed(time="2926-03-02 10:00"))
    night.until("2026-03-23 00:00")


def test_more_than_10_000_anchor_points_are_no_event(night: Night) -> None:
    many = [point(f"AP{number}") for number in range(10_001)]
    with pytest.raises(Invalid):
        quiet(night).at("22:00").tell(assessed(*many))


def test_many_triggers_ask_for_one_review(night: Night) -> None:
    many = [triggered("self_harm", placement="P1") for _ in range(200)]
    quiet(night, whole(ligature_plan=ligature())).at("22:00").tell(*many)
    night.until("2026-03-03 22:30")
    overdue = night.expect.raised(
        "ligature_plan_review_overdue", since="2026-03-03 22:00", at="2026-03-03 22:00", because="self_harm"
    )
    done = night.at("2026-03-04 10:00").tell(reviewed("ligature"))
    overdue.resolved("reviewed", by=done)
