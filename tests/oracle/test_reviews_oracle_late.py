"""Months worked out on paper from DOMAIN.md §5 in which something is told late, early, or twice at one instant."""

from tests.oracle.reviews import clock
from tests.oracle.reviews.page import NIGHT, WHOLE, Page, point

LIGATURE = {"risks": ["Sample"], "controls": ["Sample"], "review_by": "2026-03-20"}
OVER, SOON = "ligature_plan_review_overdue of P", "review_due_soon of P"
CLOSE = {"decision": "close", "approver": "post:sample"}


def test_a_closing_review_dated_before_a_version_that_states_the_part_ends_nothing() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    page.plan(2, "2026-03-04 11:00", ligature_plan=LIGATURE)
    page.review("late", "2026-03-05 11:00", None, time="2026-03-04 10:59", **CLOSE)
    assert page.story("2026-04-10 00:00", OVER) == [  # 28 days after the 4th, a review like any other
        f"2026-04-01 23:00 raised {OVER} since 2026-04-01 23:00 because=date last=2026-03-04"
    ]
    page.review("now", "2026-04-05 11:00", None, **CLOSE)
    assert page.story("2026-06-10 00:00", OVER)[1:] == [f"2026-04-05 11:00 {OVER} reviewed by now"]


def test_of_two_reviews_the_later_by_own_time_holds_however_late_the_other_is_told() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    page.review("later", "2026-03-10 11:00", "2026-03-30")
    page.review("earlier", "2026-03-24 11:00", "2026-03-12", time="2026-03-09 11:00")
    assert page.story("2026-03-31 00:00", OVER, SOON) == [
        f"2026-03-24 00:00 raised {SOON} since 2026-03-24 00:00 what=ligature_plan_review date=2026-03-30",
        f"2026-03-30 23:00 raised {OVER} since 2026-03-30 23:00 because=date last=2026-03-10",
        f"2026-03-30 23:00 {SOON} superseded by the clock",
    ]


def test_a_date_in_the_past_is_overdue_at_once_and_is_not_said_to_be_due_soon() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan={**LIGATURE, "review_by": "2026-02-27"})
    assert page.story("2026-03-02 12:00", OVER, SOON) == [
        f"2026-03-02 11:00 raised {OVER} since 2026-02-28 00:00 because=date"
    ]
    page.review("past", "2026-03-02 12:00", "2026-03-01")
    page.review("near", "2026-03-02 13:00", "2026-03-02")
    assert page.story("2026-03-02 14:00", OVER, SOON)[1:] == [
        f"2026-03-02 13:00 {OVER} reviewed by near",
        f"2026-03-02 13:00 raised {SOON} since 2026-02-24 00:00 what=ligature_plan_review date=2026-03-02",
    ]


def test_of_two_versions_promised_for_one_instant_only_the_higher_comes_into_force() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-03 10:00", effective="2026-03-05 10:00", checks=[NIGHT])
    page.plan(2, "2026-03-03 10:00", effective="2026-03-05 10:00", checks=[NIGHT])
    assert page.story("2026-03-06 10:00", "plan_incomplete") == [
        "2026-03-05 10:00 raised plan_incomplete of P since 2026-03-05 10:00 plan_version=2 missing=['day_checks']"
    ]


def test_works_in_a_room_in_which_nobody_ever_lived_wait_for_the_first_child() -> None:
    page = Page("2026-03-02 10:00")
    page.fact("works", "review.triggered.v1", {"room": "S", "trigger": "works"}, "2026-03-03 10:00")
    page.fact("new", "review.triggered.v1", {"room": "S", "trigger": "new_child"}, "2026-03-03 09:00")
    page.fact("move", "placement.moved.v1", {"placement_id": "P", "room": "S"}, "2026-03-20 10:00")
    assert page.story("2026-03-20 11:00", "of S") == [
        "2026-03-20 10:00 raised room_ligature_review_overdue of S since 2026-03-04 10:00 because=works"
    ]


def test_what_is_told_of_a_home_before_it_is_registered_waits_for_its_zone() -> None:
    page = Page(None)
    home = page.lines.pop()
    page.assess("assessed", "2026-03-02 10:00", point("A"))
    page.lines.append({**home, "appended_at": "2026-03-12T10:00:00.000Z"})
    assert page.story("2026-03-12 10:00", "of A") == [
        "2026-03-12 10:00 raised ligature_action_overdue of A since 2026-03-10 00:00 action_due=2026-03-09"
    ]


def test_a_point_belongs_to_the_room_of_its_last_word_by_own_time() -> None:
    page = Page(None)
    page.assess("s", "2026-03-02 10:00", point("A", due="2026-03-04"), room="S")
    page.assess("r", "2026-03-08 10:00", point("B", "low"))
    page.assess("late", "2026-03-09 10:00", point("A", due="2026-06-01"), time="2026-03-07 10:00")
    page.fact(
        "open",
        "anchor_point.changed.v1",
        {"point_id": "A", "status": "open", "reason": "Sample", "approver": "post:sample"},
        "2026-03-10 10:00",
    )
    assert page.story("2026-07-01 10:00", "of A") == [
        "2026-03-05 00:00 raised ligature_action_overdue of A since 2026-03-05 00:00 action_due=2026-03-04",
        "2026-03-09 10:00 ligature_action_overdue of A reviewed by late",
    ]


def test_the_last_review_on_record_outlives_a_part_that_was_dropped_and_stated_again() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    page.review("first", "2026-03-05 11:00", "2026-03-20")
    page.plan(2, "2026-03-06 11:00")
    page.plan(3, "2026-03-09 11:00", ligature_plan={**LIGATURE, "review_by": "2026-03-08"})
    assert page.story("2026-03-09 12:00", "overdue of P") == [
        f"2026-03-09 11:00 raised {OVER} since 2026-03-09 00:00 because=date last=2026-03-05"
    ]
    assert clock.refused(page.lines) == []


def test_at_the_very_instant_at_which_a_trigger_makes_a_thing_overdue_it_is_not_said_to_be_due_soon() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    told = {"placement_id": "P", "trigger": "self_harm"}
    page.fact(
        "harm", "review.triggered.v1", told, "2026-03-13 00:00"
    )  # seven days before the 20th is 14 March, 00:00
    assert page.story("2026-03-16 00:00", OVER, SOON) == [
        f"2026-03-14 00:00 raised {OVER} since 2026-03-14 00:00 because=self_harm"
    ]


def test_what_is_promised_of_two_children_for_one_instant_is_of_each_alone() -> None:
    page = Page(None)
    page.start("A", "2026-03-02 09:00", room="S")
    page.start("P", "2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan={**LIGATURE, "review_by": "2026-03-01"})
    plan = {**WHOLE, "placement_id": "A", "version": 1, "effective_from": "2026-03-05T10:00:00.000Z"}
    page.fact(
        "end",
        "placement.ended.v1",
        {"placement_id": "P", "reason": "Sample"},
        "2026-03-03 10:00",
        "2026-03-05 10:00",
    )
    page.fact("plan-A", "plan.agreed.v1", plan, "2026-03-03 11:00")
    assert page.story("2026-03-06 10:00", OVER)[1:] == [f"2026-03-05 10:00 {OVER} ended by end"]
