"""Months worked out on paper from DOMAIN.md §5: what the slow second reading of it must tell."""

import uuid
from typing import Any

import pytest

from tests.oracle.reviews import clock
from tests.oracle.reviews.page import COVER, DAY, NIGHT, Page, point
from tests.oracle.telling import namespace

LIGATURE = {"risks": ["Sample"], "controls": ["Sample"], "review_by": "2026-03-20"}


@pytest.mark.parametrize(
    ("start", "midnight"),
    [
        ("2026-03-02 10:00", "2026-03-10 00:00"),  # a Monday: Tuesday to Friday, and Monday the 9th
        (
            "2026-03-27 23:59",
            "2026-04-07 23:00",
        ),  # a Friday: 30 and 31, 1 and 2; Easter; 7 April, in summer time
        (
            "2026-12-23 00:00",
            "2027-01-05 00:00",
        ),  # 24, 29, 30, 31, 4 January: the 28th is a substitute for the 26th
        ("2026-07-03 22:59", "2026-07-10 23:00"),  # 23:59 local on a Friday
        ("2026-07-03 23:00", "2026-07-10 23:00"),  # already Saturday
    ],
)
def test_a_plan_is_missing_when_the_fifth_working_day_is_over(start: str, midnight: str) -> None:
    page = Page(start)
    assert page.story(midnight, "plan_") == []
    assert page.story(f"{midnight}:00.001", "plan_") == [
        f"{midnight} raised plan_missing of P since {midnight} "
    ]


def test_a_plan_in_force_by_that_midnight_is_in_time_and_a_later_one_restores() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-09 12:00", effective="2026-03-10 00:00")
    assert page.story("2026-03-11 00:00", "plan_") == []
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-09 12:00", effective="2026-03-10 00:00:00.001")
    assert page.story("2026-03-11 00:00", "plan_")[1:] == [
        "2026-03-10 00:00:00.001 plan_missing of P restored by plan-1"
    ]


def test_an_incomplete_version_says_what_it_lacks_in_the_order_of_the_page() -> None:
    page = Page("2026-03-02 10:00", suicide_risk=True)
    bare: dict[str, Any] = {
        "checks": [{**NIGHT, "to": "06:59"}],
        "night_cover": None,
        "roles": None,
        "signed": None,
    }
    page.plan(1, "2026-03-02 11:00", **bare)
    page.plan(
        2, "2026-03-03 11:00", checks=[NIGHT], night_cover={**COVER, "waking_staff": 2}, suicide_risk=False
    )
    raised = [one for one in clock.alerts(page.lines) if one["data"].get("kind") == "plan_incomplete"]
    suicide = [
        f"suicide_prevention.{part}"
        for part in (
            "emotional_risks",
            "behavioural_risks",
            "situational_risks",
            "means_restriction",
            "actions",
            "review_by",
        )
    ]
    risk = [*suicide, "ligature_plan.controls", "ligature_plan.review_by"]
    roles = ["role:night_checks", "role:night_cover", "role:escalation"]
    signed = ["signed:registered_person", "signed:placing_authority"]
    first = ["night_checks", "day_checks", "night_cover", "night_cover.meaning", *roles, *signed, *risk]
    assert [one["data"]["facts"] for one in raised] == [
        {"plan_version": 1, "missing": first},
        {"plan_version": 2, "missing": ["day_checks", "cover_offered", *risk]},
    ]
    assert page.story("2026-03-03 12:00", "superseded") == [
        "2026-03-03 11:00 plan_incomplete of P superseded by plan-2"
    ]


def test_an_incomplete_version_is_told_exactly() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(3, "2026-03-02 11:00", checks=[NIGHT])
    when = "2026-03-02T11:00:00.000Z"
    alert_id = uuid.uuid5(namespace(), f'["plan_incomplete","H","P","{when}","{when}","3"]')
    assert [one for one in clock.alerts(page.lines) if one["data"]["kind"] == "plan_incomplete"] == [
        {
            "specversion": "1.0",
            "id": str(uuid.uuid5(alert_id, f'["alert.raised.v1","{when}",null]')),
            "source": "wakeful/reviews",
            "type": "alert.raised.v1",
            "subject": str(alert_id),
            "time": when,
            "enteredat": when,
            "homeid": "H",
            "actor": "wakeful",
            "datacontenttype": "application/json",
            "data": {
                "alert_id": str(alert_id),
                "kind": "plan_incomplete",
                "severity": "notify",
                "home_id": "H",
                "placement_id": "P",
                "since": when,
                "raised_at": when,
                "facts": {"plan_version": 3, "missing": ["day_checks"]},
            },
        }
    ]


def test_a_ligature_plan_is_due_by_its_date_and_seven_days_before_it_is_said() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    page.review("review", "2026-03-21 09:00", "2026-04-01")
    soon, over = "review_due_soon of P", "ligature_plan_review_overdue of P"
    assert page.story("2026-04-20 00:00", "of P") == [
        f"2026-03-14 00:00 raised {soon} since 2026-03-14 00:00 what=ligature_plan_review date=2026-03-20",
        f"2026-03-21 00:00 raised {over} since 2026-03-21 00:00 because=date",
        f"2026-03-21 00:00 {soon} superseded by the clock",
        f"2026-03-21 09:00 {over} reviewed by review",
        f"2026-03-26 00:00 raised {soon} since 2026-03-26 00:00 what=ligature_plan_review date=2026-04-01",
        f"2026-04-01 23:00 raised {over} since 2026-04-01 23:00 because=date last=2026-03-21",
        f"2026-04-01 23:00 {soon} superseded by the clock",
    ]


def test_twenty_eight_days_are_the_longest_and_a_new_version_never_puts_a_date_back() -> None:
    far = {**LIGATURE, "review_by": "2026-12-01"}
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=far)
    page.plan(2, "2026-03-05 11:00", ligature_plan={**far, "review_by": "2026-03-12"})
    page.plan(3, "2026-03-06 11:00", ligature_plan={**far, "review_by": "2026-03-30"})
    page.review("review", "2026-03-12 11:00", "2026-12-01")
    page.plan(4, "2026-03-13 11:00", ligature_plan={**far, "review_by": "2026-03-30"})
    # said at once for the 12th; reviewed; then 28 days after 12 March is 9 April, seven days before is 2 April
    assert page.story("2026-04-20 00:00", "raised review_due_soon of P", "raised ligature_plan") == [
        "2026-03-06 00:00 raised review_due_soon of P since 2026-03-06 00:00 what=ligature_plan_review date=2026-03-12",
        "2026-04-02 23:00 raised review_due_soon of P since 2026-04-02 23:00 what=ligature_plan_review date=2026-04-09",
        "2026-04-09 23:00 raised ligature_plan_review_overdue of P since 2026-04-09 23:00 because=date last=2026-03-12",
    ]


def test_a_trigger_is_due_after_24_hours_and_a_review_of_a_later_own_time_clears_it() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    told = {"placement_id": "P", "trigger": "self_harm"}
    page.fact("harm", "review.triggered.v1", told, "2026-03-04 11:00", time="2026-03-04 09:00")
    over = "ligature_plan_review_overdue of P"
    page.review("before", "2026-03-05 12:00", "2026-03-30", time="2026-03-04 08:59")
    page.review("after", "2026-03-05 13:00", "2026-03-30", time="2026-03-04 09:00")
    assert page.story("2026-03-06 00:00", over) == [
        f"2026-03-05 11:00 raised {over} since 2026-03-05 11:00 because=self_harm",
        f"2026-03-05 13:00 {over} reviewed by after",
    ]


def test_a_return_from_hospital_is_a_trigger_by_a_check_too_and_the_last_reason_decides() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    for number, (reason, when) in enumerate(
        (("school", "2026-03-03 08:00"), ("hospital", "2026-03-03 11:00"))
    ):
        away = {"placement_id": "P", "reason": reason, "expected_end": "2026-03-03T15:00:00.000Z"}
        page.fact(f"away-{number}", "disposition.started.v1", away, when)
    check = {"placement_id": "P", "outcome": "seen", "sign_of_life": "spoke"}
    page.fact("seen", "check.recorded.v1", check, "2026-03-03 18:00", time="2026-03-03 16:00")
    assert page.story("2026-03-05 00:00", "overdue of P") == [
        "2026-03-04 18:00 raised ligature_plan_review_overdue of P since 2026-03-04 18:00 because=return"
    ]


def test_a_level_change_is_a_trigger_and_another_name_or_a_stated_default_is_none() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan=LIGATURE)
    same = [{**DAY, "grace": "PT5M"}, {**NIGHT, "name": "night", "proof": "none"}]
    page.plan(2, "2026-03-03 11:00", ligature_plan=LIGATURE, checks=same)
    page.plan(3, "2026-03-04 11:00", ligature_plan=LIGATURE, checks=[{**NIGHT, "grace": "PT4M"}, DAY])
    assert page.story("2026-03-06 00:00", "overdue of P") == [
        "2026-03-05 11:00 raised ligature_plan_review_overdue of P since 2026-03-05 11:00 because=level_change"
    ]


def test_a_closing_review_ends_the_watch_until_a_later_version_states_the_part_again() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", ligature_plan={**LIGATURE, "review_by": "2026-03-01"})
    page.review("alone", "2026-03-03 11:00", None, decision="close")
    assert clock.refused(page.lines) == ["alone"]
    page.review("closed", "2026-03-04 11:00", None, decision="close", approver="post:sample")
    page.plan(2, "2026-05-05 11:00", ligature_plan={**LIGATURE, "review_by": None})
    page.plan(3, "2026-05-06 11:00")
    over, soon = "ligature_plan_review_overdue of P", "review_due_soon of P"
    assert page.story("2026-07-01 00:00", over, soon) == [
        f"2026-03-02 11:00 raised {over} since 2026-03-02 00:00 because=date",
        f"2026-03-04 11:00 {over} reviewed by closed",
    ]


def test_a_room_is_reviewed_for_a_new_child_within_24_hours_and_each_year() -> None:
    page = Page("2024-02-28 10:00")
    page.assess("assessed", "2024-02-29 12:00")
    page.fact("moved", "placement.moved.v1", {"placement_id": "P", "room": "S"}, "2025-03-02 10:00")
    over = "room_ligature_review_overdue of R"
    assert page.story("2025-04-01 00:00", "of R") == [
        f"2024-02-29 10:00 raised {over} since 2024-02-29 10:00 because=new_child",
        f"2024-02-29 12:00 {over} reviewed by assessed",
        "2025-02-22 00:00 raised review_due_soon of R since 2025-02-22 00:00 what=room_ligature_review date=2025-02-28",
        f"2025-03-01 00:00 raised {over} since 2025-03-01 00:00 because=date last=2024-02-29",
        "2025-03-01 00:00 review_due_soon of R superseded by the clock",
        f"2025-03-02 10:00 {over} ended by moved",
    ]


def test_works_wait_in_an_empty_room_and_a_new_child_does_not() -> None:
    page = Page(None)
    page.assess("assessed", "2026-03-01 12:00")
    page.start("P", "2026-03-02 10:00")
    page.fact("works", "review.triggered.v1", {"room": "R", "trigger": "works"}, "2026-03-02 11:00")
    page.fact("moved", "placement.moved.v1", {"placement_id": "P", "room": "S"}, "2026-03-02 12:00")
    page.start("Q", "2026-03-20 10:00")
    over = "room_ligature_review_overdue of R"
    assert page.story("2026-04-01 00:00", over) == [
        f"2026-03-20 10:00 raised {over} since 2026-03-03 11:00 because=works last=2026-03-01"
    ]


def test_the_home_is_reviewed_24_hours_after_the_first_child_ever_and_then_by_its_dates() -> None:
    page = Page("2026-03-02 10:00")
    reviewed = {"decision": "suitable", "by": "post:sample", "next_review": "2026-03-25"}
    page.fact("suitable", "suitability.reviewed.v1", reviewed, "2026-03-20 10:00", time="2026-03-19 10:00")
    over, soon = "suitability_review_overdue of H", "review_due_soon of H"
    assert page.story("2026-03-25 23:00", "of H") == [
        f"2026-03-03 10:00 raised {over} since 2026-03-03 10:00 because=date",
        f"2026-03-20 10:00 raised {soon} since 2026-03-19 00:00 what=suitability_review date=2026-03-25",
        f"2026-03-20 10:00 {over} reviewed by suitable",
    ]


def test_an_action_is_overdue_by_its_date_or_after_seven_days_and_the_last_word_holds() -> None:
    page = Page(None)
    page.assess(
        "a1", "2026-03-02 10:00", point("seven"), point("stated", due="2026-03-04"), point("low", "low")
    )
    change = {"point_id": "stated", "reason": "Sample", "approver": "post:sample"}
    page.fact("safe", "anchor_point.changed.v1", {**change, "status": "mitigated"}, "2026-03-06 10:00")
    late = "2026-03-07 10:00", "2026-03-05 10:00"
    page.fact("late", "anchor_point.changed.v1", {**change, "status": "open"}, *late)
    page.fact("again", "anchor_point.changed.v1", {**change, "status": "open"}, "2026-03-08 10:00")
    page.assess("a2", "2026-03-11 10:00", point("stated", due="2026-03-11"))
    page.fact(
        "gone",
        "anchor_point.changed.v1",
        {**change, "point_id": "seven", "status": "open"},
        "2026-03-12 10:00",
    )
    over = "ligature_action_overdue of"
    assert page.story("2026-04-20 00:00", over) == [
        f"2026-03-05 00:00 raised {over} stated since 2026-03-05 00:00 action_due=2026-03-04",
        f"2026-03-06 10:00 {over} stated restored by safe",
        f"2026-03-08 10:00 raised {over} stated since 2026-03-05 00:00 action_due=2026-03-04",
        f"2026-03-10 00:00 raised {over} seven since 2026-03-10 00:00 action_due=2026-03-09",
        f"2026-03-11 10:00 {over} seven reviewed by a2",
        f"2026-03-11 10:00 {over} stated reviewed by a2",
        f"2026-03-12 00:00 raised {over} stated since 2026-03-12 00:00 action_due=2026-03-11",
    ]


def test_the_end_of_a_placement_ends_all_that_was_open_of_it() -> None:
    page = Page("2026-03-02 10:00")
    page.plan(1, "2026-03-02 11:00", checks=[NIGHT], ligature_plan={**LIGATURE, "review_by": "2026-03-01"})
    page.fact("end", "placement.ended.v1", {"placement_id": "P", "reason": "Sample"}, "2026-04-02 10:00")
    assert set(page.story("2026-04-03 00:00", "by end")) == {
        "2026-04-02 10:00 plan_incomplete of P ended by end",
        "2026-04-02 10:00 ligature_plan_review_overdue of P ended by end",
        "2026-04-02 10:00 room_ligature_review_overdue of R ended by end",
        "2026-04-02 10:00 suitability_review_overdue of H ended by end",
    }
