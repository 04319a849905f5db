"""DOMAIN.md §5: a child's ligature plan and suicide prevention plan, watched while the plan in force states one and no
later review closed it. Whatever is told of the one, the other has its own."""

from typing import Any

import pytest

from tests.scenarios.facts import Said, ended
from tests.scenarios.night import Night
from tests.scenarios.review_facts import assessed, came, ligature, quiet, reviewed, suicide, whole

WHICH = ("ligature", "suicide")
pytestmark = [pytest.mark.services("reviews"), pytest.mark.parametrize("which", WHICH)]
SOON = "review_due_soon"


def overdue(which: str) -> str:
    return f"{which}_plan_review_overdue"


def stating(which: str, version: int = 1, review_by: str | None = None, **parts: Any) -> Said:
    """A version that states this part, and not the other."""
    part = {"ligature": ("ligature_plan", ligature), "suicide": ("suicide_prevention", suicide)}[which]
    return whole(version, **{part[0]: part[1](review_by)}, **parts)


# -- the date


def test_a_part_first_stated_is_reviewed_within_28_days(night: Night, which: str) -> None:
    quiet(night, stating(which))  # 2 + 28 is 30 March; summer time has begun
    night.until("2026-03-24 00:00")
    night.expect.nothing()
    night.until("2026-03-24 00:00:00.001")
    soon = night.expect.raised(
        SOON, since="2026-03-24 00:00", at="2026-03-24 00:00", what=f"{which}_plan_review", date="2026-03-30"
    )
    night.until("2026-03-30 23:30")
    soon.resolved("superseded", at="2026-03-30 23:00")
    night.expect.raised(
        overdue(which), since="2026-03-30 23:00", at="2026-03-30 23:00", because="date", last=None
    )


def test_a_review_by_that_is_earlier_decides(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-12"))
    night.until("2026-03-13 00:30")
    soon = night.expect.raised(SOON, since="2026-03-06 00:00", at="2026-03-06 00:00", date="2026-03-12")
    soon.resolved("superseded", at="2026-03-13 00:00")
    night.expect.raised(overdue(which), since="2026-03-13 00:00", at="2026-03-13 00:00")


def test_one_that_is_later_puts_nothing_back(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-12-31"))
    night.until("2026-03-24 00:30")
    night.expect.raised(SOON, since="2026-03-24 00:00", at="2026-03-24 00:00", date="2026-03-30")


def test_a_review_is_followed_by_another_within_28_days(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-10 10:00").tell(reviewed(which, next_review="2026-12-31"))
    night.until("2026-04-08 12:00")
    soon = night.expect.raised(SOON, since="2026-03-31 23:00", at="2026-03-31 23:00", date="2026-04-07")
    soon.resolved("superseded", at="2026-04-07 23:00")
    night.expect.raised(
        overdue(which), since="2026-04-07 23:00", at="2026-04-07 23:00", because="date", last="2026-03-10"
    )


def test_its_next_review_decides_where_that_is_earlier(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-10 10:00").tell(reviewed(which, next_review="2026-03-17"))
    night.until("2026-03-11 00:30")
    night.expect.raised(SOON, since="2026-03-11 00:00", at="2026-03-11 00:00", date="2026-03-17")


def test_a_review_is_dated_by_its_own_time(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-20 10:00").tell(reviewed(which, time="2026-03-10 10:00"))
    night.until("2026-04-01 12:00")
    night.expect.raised(SOON, since="2026-03-31 23:00", at="2026-03-31 23:00", date="2026-04-07")


def test_the_latest_review_is_told_by_its_own_time(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-10 10:00").tell(reviewed(which))
    night.at("2026-03-11 10:00").tell(reviewed(which, next_review="2026-03-12", time="2026-03-09 10:00"))
    night.until("2026-03-31 12:00")


def test_a_review_closes_what_is_overdue(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-02")).until("2026-03-04 12:00")
    soon = night.expect.raised(SOON, since="2026-02-24 00:00", at="21:00", date="2026-03-02")
    soon.resolved("superseded", at="2026-03-03 00:00")
    late = night.expect.raised(overdue(which), since="2026-03-03 00:00", at="2026-03-03 00:00")
    done = night.at("2026-03-05 10:00").tell(reviewed(which))
    late.resolved("reviewed", by=done)
    night.until("2026-03-27 00:30")
    night.expect.raised(SOON, since="2026-03-27 00:00", at="2026-03-27 00:00", date="2026-04-02")


def test_one_that_leaves_it_past_does_not(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-02")).until("2026-03-04 12:00")
    night.expect.raised(SOON, since="2026-02-24 00:00", at="21:00").resolved(
        "superseded", at="2026-03-03 00:00"
    )
    night.expect.raised(overdue(which), since="2026-03-03 00:00", at="2026-03-03 00:00")
    night.at("2026-03-05 10:00").tell(reviewed(which, next_review="2026-03-04"))


def test_the_other_part_is_not_reviewed_with_it(night: Night, which: str) -> None:
    other = WHICH[1 - WHICH.index(which)]
    both = whole(ligature_plan=ligature(), suicide_prevention=suicide())
    quiet(night, both).at("2026-03-10 10:00").tell(reviewed(which))
    night.until("2026-03-24 00:30")
    night.expect.raised(SOON, since="2026-03-24 00:00", at="2026-03-24 00:00", what=f"{other}_plan_review")


def test_both_parts_may_be_due_at_one_midnight_and_each_is_told(night: Night, which: str) -> None:
    quiet(night, whole(ligature_plan=ligature(), suicide_prevention=suicide()))
    night.until("2026-03-24 00:30")
    soon = {
        each: night.expect.raised(
            SOON, since="2026-03-24 00:00", at="2026-03-24 00:00", what=f"{each}_plan_review"
        )
        for each in WHICH
    }
    assert soon["ligature"].id != soon["suicide"].id
    done = night.at("2026-03-25 10:00").tell(reviewed(which))
    soon[which].resolved("reviewed", by=done)


# -- versions


def test_a_new_version_is_not_a_review(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-20 10:00").tell(stating(which, 2))
    night.until("2026-03-24 00:30")
    night.expect.raised(SOON, since="2026-03-24 00:00", at="2026-03-24 00:00", date="2026-03-30")


def test_a_review_by_that_differs_brings_the_date_forward(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-04 10:00").tell(stating(which, 2, "2026-03-12"))
    night.until("2026-03-06 00:30")
    night.expect.raised(SOON, since="2026-03-06 00:00", at="2026-03-06 00:00", date="2026-03-12")


def test_it_never_puts_it_back(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-12"))
    night.at("2026-03-04 10:00").tell(stating(which, 2, "2026-03-25"))
    night.until("2026-03-06 00:30")
    night.expect.raised(SOON, since="2026-03-06 00:00", at="2026-03-06 00:00", date="2026-03-12")


def test_one_that_is_the_same_as_before_brings_nothing_forward(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-12"))
    night.at("2026-03-04 10:00").tell(reviewed(which))
    night.at("2026-03-05 10:00").tell(stating(which, 2, "2026-03-12"))  # is past by the review
    night.until("2026-03-26 00:30")
    night.expect.raised(SOON, since="2026-03-26 00:00", at="2026-03-26 00:00", date="2026-04-01")


def test_a_review_takes_the_place_of_what_was_brought_forward(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-03 10:00").tell(stating(which, 2, "2026-03-31"))
    night.at("2026-03-03 11:00").tell(stating(which, 3, "2026-03-20"))
    night.at("2026-03-05 10:00").tell(reviewed(which))
    night.until("2026-03-27 00:30")
    night.expect.raised(SOON, since="2026-03-27 00:00", at="2026-03-27 00:00", date="2026-04-02")


def test_a_review_told_late_of_before_the_version_does_not(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-04 10:00").tell(stating(which, 2, "2026-03-20"))
    night.at("2026-03-05 10:00").tell(reviewed(which, time="2026-03-03 10:00"))
    night.until("2026-03-14 00:30")
    night.expect.raised(SOON, since="2026-03-14 00:00", at="2026-03-14 00:00", date="2026-03-20")


def test_a_version_without_the_part_ends_the_watch_of_it(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-05")).until("2026-03-06 00:30")
    soon = night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00")
    soon.resolved("superseded", at="2026-03-06 00:00")
    late = night.expect.raised(overdue(which), since="2026-03-06 00:00", at="2026-03-06 00:00")
    without = night.at("2026-03-07 10:00").tell(whole(2, approved=True))
    late.resolved("superseded", by=without)
    night.at("2026-03-08 10:00").tell(reviewed(which))  # of a part that the plan does not have
    night.until("2026-05-01 00:00")


def test_due_soon_is_superseded_by_it(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-05")).until("22:00")
    soon = night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00")
    without = night.at("23:00").tell(whole(2, approved=True))
    soon.resolved("superseded", by=without)


def test_a_part_that_a_later_version_states_first_counts_from_then(night: Night, which: str) -> None:
    quiet(night).at("2026-03-10 10:00").tell(stating(which, 2, effective="2026-03-12 06:00"))
    night.until("2026-04-03 12:00")
    night.expect.raised(SOON, since="2026-04-02 23:00", at="2026-04-02 23:00", date="2026-04-09")


def test_a_part_stated_again_counts_from_then(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-31"))
    night.at("2026-03-03 10:00").tell(whole(2, approved=True))
    night.at("2026-03-10 10:00").tell(stating(which, 3))
    night.until("2026-04-01 00:30")
    night.expect.raised(SOON, since="2026-03-31 23:00", at="2026-03-31 23:00", date="2026-04-07")


def test_a_plan_told_before_the_placement_is_stated_at_its_start(night: Night, which: str) -> None:
    night.at("19:00")
    quiet(night, whole(placement="P9"))  # of another child, who has not come
    night.at("22:00").tell(stating(which, placement="P2"))
    night.at("2026-03-04 10:00").tell(came("P2"), assessed())
    night.until("2026-03-10 00:30")
    night.expect.raised("plan_missing", since="2026-03-10 00:00", at="2026-03-10 00:00")
    night.until("2026-03-26 00:30")
    night.expect.raised(SOON, "P2", since="2026-03-26 00:00", at="2026-03-26 00:00", date="2026-04-01")


# -- closed


def test_a_review_that_closes_it_ends_the_watch(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-05")).until("2026-03-06 00:30")
    night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00").resolved(
        "superseded", at="2026-03-06 00:00"
    )
    late = night.expect.raised(overdue(which), since="2026-03-06 00:00", at="2026-03-06 00:00")
    closed = night.at("2026-03-07 10:00").tell(reviewed(which, "close", None))
    late.resolved("reviewed", by=closed)
    night.at("2026-03-08 10:00").tell(reviewed(which))  # of a part that is closed: it does not open it again
    night.until("2026-05-01 00:00")


def test_due_soon_is_closed_by_it_too(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-05")).until("22:00")
    soon = night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00")
    closed = night.at("23:00").tell(reviewed(which, "close", None))
    soon.resolved("reviewed", by=closed)


def test_a_later_version_that_states_it_begins_the_watch_again(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-05 10:00").tell(reviewed(which, "close", None))
    night.at("2026-03-10 10:00").tell(stating(which, 2))
    night.until("2026-04-01 00:30")
    night.expect.raised(SOON, since="2026-03-31 23:00", at="2026-03-31 23:00", date="2026-04-07")


def test_a_closing_review_that_is_older_than_the_latest_closes_nothing(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-05 10:00").tell(reviewed(which))
    night.at("2026-03-05 11:00").tell(reviewed(which, "close", None, time="2026-03-04 10:00"))
    night.until("2026-03-27 00:30")
    night.expect.raised(SOON, since="2026-03-27 00:00", at="2026-03-27 00:00", date="2026-04-02")


def test_one_of_before_the_version_that_states_it_closes_nothing(night: Night, which: str) -> None:
    quiet(night, stating(which)).at("2026-03-05 10:00").tell(stating(which, 2, "2026-03-25"))
    night.at("2026-03-05 11:00").tell(reviewed(which, "close", None, time="20:00"))
    night.until("2026-03-19 00:30")
    night.expect.raised(SOON, since="2026-03-19 00:00", at="2026-03-19 00:00", date="2026-03-25")


def test_close_without_an_approver_is_refused_and_the_watch_goes_on(night: Night, which: str) -> None:
    closing = reviewed(which, "close", None)
    del closing.data["approver"]
    id_ = quiet(night, stating(which)).at("2026-03-05 10:00").tell(closing)
    night.expect.refused(id_, "close_without_approver")
    night.until("2026-03-24 00:30")
    night.expect.raised(SOON, since="2026-03-24 00:00", at="2026-03-24 00:00")


# -- the end


def test_the_end_of_the_placement_ends_what_is_overdue(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-05")).until("2026-03-06 00:30")
    night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00").resolved(
        "superseded", at="2026-03-06 00:00"
    )
    late = night.expect.raised(overdue(which), since="2026-03-06 00:00", at="2026-03-06 00:00")
    gone = night.at("2026-03-07 10:00").tell(ended())
    late.resolved("ended", by=gone)


def test_a_stay_that_begins_anew_carries_nothing_over(night: Night, which: str) -> None:
    quiet(night, stating(which, review_by="2026-03-05")).until("22:00")
    soon = night.expect.raised(SOON, since="2026-02-27 00:00", at="21:00")
    gone = night.at("23:00").tell(ended())
    soon.resolved("ended", by=gone)
    night.at("2026-03-03 10:00").tell(came(), whole(), assessed())
    night.until("2026-05-01 00:00")
