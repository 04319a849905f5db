"""DOMAIN.md §5, Anchor points: what is rated high and open, and not done by its date."""

import pytest

from tests.scenarios.facts import ended, registered
from tests.scenarios.night import Heard, Night
from tests.scenarios.review_facts import assessed, point, point_changed, quiet

pytestmark = pytest.mark.services("reviews")
KIND = "ligature_action_overdue"
AP1 = {"point_id": "AP1"}


def empty(night: Night) -> Night:
    """A home in which nobody lives."""
    night.at("18:00").tell(registered())
    return night


def overdue(night: Night, *points: dict[str, object]) -> Heard:
    """AP1's action was due on 5 March; the clock is at noon on the 6th."""
    empty(night).at("21:00").tell(assessed(*(points or (point(due="2026-03-05"),))))
    night.until("2026-03-06 12:00")
    return night.expect.raised(
        KIND, about=AP1, since="2026-03-06 00:00", at="2026-03-06 00:00", action_due="2026-03-05"
    )


def test_an_action_that_is_not_done_by_its_date_is_overdue_when_that_is_over(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(due="2026-03-05")))
    night.until("2026-03-06 00:00")
    night.expect.nothing()
    night.until("2026-03-06 00:00:00.001")
    night.expect.raised(
        KIND, about=AP1, since="2026-03-06 00:00", at="2026-03-06 00:00", action_due="2026-03-05"
    )


def test_none_stated_it_is_seven_days_after_the_assessment(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(), time="2026-02-25 10:00"))
    night.until("2026-03-05 00:30")
    night.expect.raised(
        KIND, about=AP1, since="2026-03-05 00:00", at="2026-03-05 00:00", action_due="2026-03-04"
    )


def test_a_date_that_is_over_already_is_told_at_once(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(due="2026-02-01")))
    night.until("21:00")
    night.expect.raised(KIND, about=AP1, since="2026-02-02 00:00", at="21:00")


@pytest.mark.parametrize("rating", ["low", "medium"])
def test_only_what_is_rated_high_counts(night: Night, rating: str) -> None:
    empty(night).at("21:00").tell(assessed(point(rating=rating, due="2026-03-05")))
    night.until("2026-03-20 00:00")


@pytest.mark.parametrize("status", ["mitigated", "removed"])
def test_only_what_is_open_counts(night: Night, status: str) -> None:
    empty(night).at("21:00").tell(assessed(point(status=status, due="2026-03-05")))
    night.until("2026-03-20 00:00")


def test_each_point_has_its_own(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point("AP2", due="2026-03-05"), point(due="2026-03-05")))
    night.until("2026-03-06 00:30")
    for id_ in ("AP1", "AP2"):
        night.expect.raised(KIND, about={"point_id": id_}, since="2026-03-06 00:00", at="2026-03-06 00:00")


def test_no_child_need_live_there_and_none_who_leaves_ends_it(night: Night) -> None:
    quiet(night).at("22:00").tell(assessed(point(due="2026-03-05")))
    night.until("2026-03-06 00:30")
    late = night.expect.raised(KIND, about=AP1, since="2026-03-06 00:00", at="2026-03-06 00:00")
    night.at("2026-03-07 10:00").tell(ended())
    done = night.at("2026-03-08 10:00").tell(point_changed("AP1", "removed"))
    late.resolved("restored", by=done)


# -- how it closes


@pytest.mark.parametrize("status", ["mitigated", "removed"])
def test_a_change_to_safe_restores_it(night: Night, status: str) -> None:
    late = overdue(night)
    done = night.at("2026-03-07 10:00").tell(point_changed("AP1", status))
    late.resolved("restored", by=done)
    night.until("2026-04-01 00:00")


def test_a_change_that_leaves_it_open_does_not(night: Night) -> None:
    overdue(night)
    night.at("2026-03-07 10:00").tell(point_changed("AP1", "open"))


BETTER = {
    "not listed": (),
    "safe": (point(status="mitigated"),),
    "lower": (point(rating="medium", due="2026-03-05"),),
    "a date to come": (point(due="2026-03-20"),),
    "no date: seven days from then": (point(),),
}


@pytest.mark.parametrize("how", BETTER)
def test_a_later_assessment_of_its_room_that_says_so_reviews_it(night: Night, how: str) -> None:
    late = overdue(night)
    done = night.at("2026-03-07 10:00").tell(assessed(*BETTER[how]))
    late.resolved("reviewed", by=done)
    night.until("2026-03-14 00:00")


def test_one_that_gives_it_a_date_that_is_over_leaves_it(night: Night) -> None:
    overdue(night)
    night.at("2026-03-07 10:00").tell(assessed(point(due="2026-03-06")))


def test_today_is_not_over_yet(night: Night) -> None:
    late = overdue(night)
    done = night.at("2026-03-07 10:00").tell(assessed(point(due="2026-03-07")))
    late.resolved("reviewed", by=done)
    night.until("2026-03-08 00:30")
    night.expect.raised(
        KIND, about=AP1, since="2026-03-08 00:00", at="2026-03-08 00:00", action_due="2026-03-07"
    )


def test_an_assessment_of_another_room_says_nothing_of_it(night: Night) -> None:
    overdue(night)
    night.at("2026-03-07 10:00").tell(assessed(room="R2"))


def test_an_assessment_dated_before_the_latest_says_nothing(night: Night) -> None:
    overdue(night)
    night.at("2026-03-07 10:00").tell(assessed(time="20:00"))


# -- the last word


def test_back_to_open_it_has_its_old_date(night: Night) -> None:
    late = overdue(night)
    safe = night.at("2026-03-07 10:00").tell(point_changed("AP1", "mitigated"))
    late.resolved("restored", by=safe)
    night.at("2026-03-09 10:00").tell(point_changed("AP1", "open"))
    night.until("2026-03-09 10:00")
    night.expect.raised(
        KIND, about=AP1, since="2026-03-06 00:00", at="2026-03-09 10:00", action_due="2026-03-05"
    )


def test_what_is_made_safe_in_time_and_opened_again_is_overdue_on_its_date(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(due="2026-03-05")))
    night.at("22:00").tell(point_changed("AP1", "mitigated"))
    night.at("23:00").tell(point_changed("AP1", "open"))
    night.until("2026-03-06 00:30")
    night.expect.raised(KIND, about=AP1, since="2026-03-06 00:00", at="2026-03-06 00:00")


def test_the_last_word_is_the_last_by_its_own_time(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(due="2026-03-05")))
    night.at("22:00").tell(point_changed("AP1", "mitigated"))
    night.at("23:00").tell(point_changed("AP1", "open", time="21:30"))  # of before it was made safe
    night.until("2026-03-20 00:30")


def test_an_assessment_told_late_does_not_take_back_what_was_done_since(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(due="2026-03-05")))
    night.at("23:00").tell(point_changed("AP1", "mitigated"))
    night.at("23:30").tell(assessed(point(due="2026-03-04"), time="22:00"))
    night.until("2026-03-20 00:30")


def test_but_it_gives_the_date_that_holds_when_it_is_open_again(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(due="2026-03-05")))
    night.at("23:00").tell(point_changed("AP1", "mitigated"))
    night.at("23:30").tell(assessed(point(due="2026-03-04"), time="22:00"))
    night.at("23:40").tell(point_changed("AP1", "open"))
    night.until("2026-03-05 00:30")
    night.expect.raised(
        KIND, about=AP1, since="2026-03-05 00:00", at="2026-03-05 00:00", action_due="2026-03-04"
    )


def test_an_assessment_after_the_change_has_the_last_word(night: Night) -> None:
    empty(night).at("21:00").tell(assessed(point(due="2026-03-05")))
    night.at("22:00").tell(point_changed("AP1", "mitigated"))
    night.at("23:00").tell(assessed(point(due="2026-03-05")))
    night.until("2026-03-06 00:30")
    night.expect.raised(KIND, about=AP1, since="2026-03-06 00:00", at="2026-03-06 00:00")


def test_a_point_that_a_later_assessment_does_not_list_is_closed_for_good(night: Night) -> None:
    late = overdue(night)
    gone = night.at("2026-03-07 10:00").tell(assessed())
    late.resolved("reviewed", by=gone)
    night.at("2026-03-08 10:00").tell(point_changed("AP1", "open"))
    night.until("2026-04-01 00:00")


def test_until_one_lists_it_again(night: Night) -> None:
    late = overdue(night)
    gone = night.at("2026-03-07 10:00").tell(assessed())
    late.resolved("reviewed", by=gone)
    night.at("2026-03-08 10:00").tell(assessed(point(due="2026-03-10")))
    night.until("2026-03-11 00:30")
    night.expect.raised(KIND, about=AP1, since="2026-03-11 00:00", at="2026-03-11 00:00")


def test_a_point_that_nobody_has_listed_is_none(night: Night) -> None:
    empty(night).at("21:00").tell(point_changed("AP9", "open"))
    night.at("22:00").tell(assessed(), point_changed("AP9", "open"))
    night.until("2026-04-01 00:00")
