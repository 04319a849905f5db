"""DOMAIN.md §5: after what a child's protective plans are reviewed within 24 hours, and what clears it."""

from typing import Any

import pytest

from tests.scenarios.facts import (
    Said,
    at_times,
    away,
    back,
    check,
    cover,
    ended,
    every,
    moved,
    plan,
    withdrawn,
)
from tests.scenarios.night import Heard, Night
from tests.scenarios.review_facts import (
    BY_DAY,
    BY_NIGHT,
    assessed,
    ligature,
    quiet,
    reviewed,
    suicide,
    triggered,
    whole,
)

pytestmark = pytest.mark.services("reviews")
BOTH: dict[str, Any] = {"ligature_plan": ligature(), "suicide_prevention": suicide()}
KINDS = ("ligature_plan_review_overdue", "suicide_plan_review_overdue")


def both(version: int = 1, *rules: dict[str, Any], **more: Any) -> Said:
    """A plan that states both parts."""
    return whole(version, *rules, **(BOTH | more))


def living(night: Night) -> Night:
    """P1 has a plan with both parts, since 21:00."""
    return quiet(night, both())


def both_overdue(night: Night, since: str, because: str, **facts: Any) -> list[Heard]:
    """One overdue alert for each part, of that instant."""
    return [night.expect.raised(kind, since=since, at=since, because=because, **facts) for kind in KINDS]


@pytest.mark.parametrize("trigger", ["self_harm", "room_change", "return", "level_change"])
def test_each_trigger_gives_both_plans_24_hours(night: Night, trigger: str) -> None:
    living(night).at("22:00").tell(triggered(trigger, placement="P1"))
    night.until("2026-03-03 22:00")
    night.expect.nothing()
    night.until("2026-03-03 22:00:00.001")
    both_overdue(night, "2026-03-03 22:00", trigger)


def test_an_incident_with_a_ligature_asks_for_the_room_too(night: Night) -> None:
    living(night).at("22:00").tell(triggered("ligature_incident", placement="P1"))
    night.until("2026-03-03 22:30")
    both_overdue(night, "2026-03-03 22:00", "ligature_incident")
    night.expect.raised(
        "room_ligature_review_overdue",
        about={"room": "R1"},
        since="2026-03-03 22:00",
        at="2026-03-03 22:00",
        because="ligature_incident",
    )


def test_an_incident_told_of_the_room_alone_is_no_childs(night: Night) -> None:
    living(night).at("22:00").tell(triggered("ligature_incident", room="R1"), assessed())
    night.until("2026-03-05 22:30")


@pytest.mark.parametrize("trigger", ["works", "new_child"])
def test_what_is_a_rooms_is_not_a_plans(night: Night, trigger: str) -> None:
    living(night).at("22:00").tell(triggered(trigger, placement="P1"), assessed())
    night.until("2026-03-05 22:30")


def test_an_incident_of_another_child_is_not_this_ones(night: Night) -> None:
    living(night).at("22:00").tell(triggered("self_harm", placement="P9"))
    night.until("2026-03-05 22:30")


def test_a_review_of_each_clears_its_own(night: Night) -> None:
    living(night).at("22:00").tell(triggered("self_harm", placement="P1"))
    night.at("23:00").tell(reviewed("ligature"))
    night.until("2026-03-03 22:30")
    late = night.expect.raised(KINDS[1], since="2026-03-03 22:00", at="2026-03-03 22:00")
    done = night.at("2026-03-03 23:00").tell(reviewed("suicide"))
    late.resolved("reviewed", by=done)


def test_a_review_dated_before_it_does_not(night: Night) -> None:
    living(night).at("22:00").tell(triggered("self_harm", placement="P1"))
    night.at("23:00").tell(*(reviewed(which, time="21:59") for which in ("ligature", "suicide")))
    night.until("2026-03-03 22:30")
    both_overdue(night, "2026-03-03 22:00", "self_harm", last="2026-03-02")


def test_a_review_dated_at_its_own_time_does_whenever_it_was_told(night: Night) -> None:
    living(night).at("23:00").tell(triggered("self_harm", placement="P1", time="22:00"))
    night.at("23:30").tell(*(reviewed(which, time="22:00") for which in ("ligature", "suicide")))
    night.until("2026-03-05 22:30")


def test_it_counts_from_when_it_took_effect(night: Night) -> None:
    living(night).at("2026-03-03 10:00").tell(triggered("self_harm", placement="P1", time="22:00"))
    night.until("2026-03-04 10:30")
    both_overdue(night, "2026-03-04 10:00", "self_harm")


def test_the_oldest_decides_and_the_next_one_after_it(night: Night) -> None:
    living(night).at("22:00").tell(triggered("self_harm", placement="P1"))
    night.at("23:00").tell(triggered("return", placement="P1"))
    night.at("2026-03-03 10:00").tell(*(reviewed(which, time="22:30") for which in ("ligature", "suicide")))
    night.until("2026-03-03 23:30")
    both_overdue(night, "2026-03-03 23:00", "return")


def test_the_date_is_the_reason_where_it_is_earlier_or_the_same(night: Night) -> None:
    part = ligature("2026-03-03")
    quiet(night, whole(ligature_plan=part)).until("22:00")
    soon = night.expect.raised("review_due_soon", since="2026-02-25 00:00", at="21:00")
    night.at("2026-03-03 00:00").tell(triggered("self_harm", placement="P1"))  # until the same midnight
    night.until("2026-03-04 00:30")
    soon.resolved("superseded", at="2026-03-04 00:00")
    night.expect.raised(KINDS[0], since="2026-03-04 00:00", at="2026-03-04 00:00", because="date")


def test_more_that_happens_while_it_is_overdue_says_nothing_more_but_has_to_be_reviewed(night: Night) -> None:
    quiet(night, whole(ligature_plan=ligature())).at("22:00").tell(triggered("self_harm", placement="P1"))
    night.until("2026-03-03 22:30")
    late = night.expect.raised(KINDS[0], since="2026-03-03 22:00", at="2026-03-03 22:00")
    night.at("2026-03-03 23:00").tell(triggered("self_harm", placement="P1"))
    first = night.at("2026-03-04 10:00").tell(reviewed("ligature", time="2026-03-03 22:45"))
    late.resolved("reviewed", by=first)  # the second one is not past yet
    night.until("2026-03-04 23:30")
    night.expect.raised(KINDS[0], since="2026-03-04 23:00", at="2026-03-04 23:00", because="self_harm")


def test_what_happened_before_a_part_was_first_stated_is_not_its_own(night: Night) -> None:
    quiet(night).at("22:00").tell(triggered("self_harm", placement="P1"))
    night.at("22:30").tell(both(2))
    night.at("23:00").tell(triggered("self_harm", placement="P1", time="22:29"))  # told after
    night.until("2026-03-05 22:30")


def test_a_plan_that_states_neither_part_has_no_triggers(night: Night) -> None:
    quiet(night).at("22:00").tell(
        triggered("self_harm", placement="P1"), moved("P1", "R2"), assessed(room="R2")
    )
    night.until("2026-03-05 22:30")


# -- from the facts themselves


def test_another_room_is_one(night: Night) -> None:
    living(night).at("22:00").tell(moved("P1", "R2"), assessed(room="R2"))
    night.until("2026-03-03 22:30")
    both_overdue(night, "2026-03-03 22:00", "room_change")


def test_the_same_room_is_none(night: Night) -> None:
    living(night).at("22:00").tell(moved("P1", "R1"))
    night.until("2026-03-05 22:30")


def approved(away_: Said) -> Said:
    away_.data["approver"] = "RI1"
    return away_


@pytest.mark.parametrize("reason", ["hospital", "home_leave", "missing"])
def test_the_end_of_an_absence_for_one_of_these_is(night: Night, reason: str) -> None:
    living(night).at("22:00").tell(approved(away("P1", reason, "2026-03-04 08:00")))
    night.at("2026-03-03 10:00").tell(back())
    night.until("2026-03-04 10:30")
    both_overdue(night, "2026-03-04 10:00", "return")


@pytest.mark.parametrize("reason", ["school", "other"])
def test_the_end_of_an_absence_for_another_is_not(night: Night, reason: str) -> None:
    living(night).at("2026-03-03 08:00").tell(away("P1", reason, "2026-03-03 16:00"))
    night.at("2026-03-03 16:00").tell(back())
    night.until("2026-03-06 10:30")


@pytest.mark.parametrize(
    ("first", "last", "is_one"), [("school", "hospital", True), ("hospital", "school", False)]
)
def test_of_a_chain_of_absences_the_last_reason_decides(
    night: Night, first: str, last: str, is_one: bool
) -> None:
    living(night).at("22:00").tell(approved(away("P1", first, "2026-03-03 08:00")))
    night.at("23:00").tell(approved(away("P1", last, "2026-03-03 12:00")))
    night.at("2026-03-03 10:00").tell(back())
    night.until("2026-03-04 10:30")
    if is_one:
        both_overdue(night, "2026-03-04 10:00", "return")


def test_a_return_by_a_check_is_one_from_when_the_check_came(night: Night) -> None:
    living(night).at("22:00").tell(away("P1", "hospital", "2026-03-04 08:00"))
    night.at("2026-03-03 10:00").tell(check(seen="2026-03-03 09:50"))
    night.until("2026-03-04 10:30")
    both_overdue(night, "2026-03-04 10:00", "return")


def test_a_review_between_the_check_and_its_arrival_has_cleared_it(night: Night) -> None:
    living(night).at("22:00").tell(away("P1", "hospital", "2026-03-04 08:00"))
    night.at("2026-03-03 09:55").tell(reviewed("ligature"), reviewed("suicide"))
    night.at("2026-03-03 10:00").tell(check(seen="2026-03-03 09:50"))
    night.until("2026-03-06 10:30")


@pytest.mark.parametrize(
    "seen",
    [
        check(seen="21:59"),  # before the absence began
        check(sign=None),
        check(outcome="not_seen"),
        check(seen="2026-03-03 09:50", entered="2026-03-03 09:56"),  # retrospective
        check("P9"),
    ],
)
def test_a_check_that_is_no_return_is_none(night: Night, seen: Said) -> None:
    living(night).at("22:00").tell(away("P1", "hospital", "2026-03-04 08:00"))
    night.at("2026-03-03 10:00").tell(seen)
    night.until("2026-03-06 10:30")


def test_a_return_by_a_check_that_is_withdrawn_was_told_all_the_same(night: Night) -> None:
    living(night).at("22:00").tell(away("P1", "hospital", "2026-03-04 08:00"))
    night.at("2026-03-03 10:00").tell(check(id="seen"))
    night.at("2026-03-03 10:10").tell(withdrawn("seen"))
    night.until("2026-03-04 10:30")
    both_overdue(night, "2026-03-04 10:00", "return")


def test_the_next_check_is_no_second_return(night: Night) -> None:
    living(night).at("22:00").tell(away("P1", "hospital", "2026-03-04 08:00"))
    night.at("2026-03-03 10:00").tell(check())
    night.at("2026-03-03 11:00").tell(reviewed("ligature"), reviewed("suicide"))
    night.at("2026-03-03 12:00").tell(check(), back())
    night.until("2026-03-06 10:30")


def test_the_end_of_the_placement_is_no_return(night: Night) -> None:
    living(night).at("22:00").tell(away("P1", "hospital", "2026-03-04 08:00"))
    night.at("23:00").tell(ended())
    night.until("2026-03-06 10:30")


# -- the level of the checks

MORE_OFTEN = every(10)


def test_check_rules_that_mean_something_else_are_one_when_they_come_into_force(night: Night) -> None:
    living(night).at("22:00").tell(both(2, MORE_OFTEN, BY_DAY, effective="23:00"))
    night.until("2026-03-03 23:30")
    both_overdue(night, "2026-03-03 23:00", "level_change")


SAME = {
    "in another order": (BY_DAY, BY_NIGHT),
    "in two parts": (every(15, "22:00", "02:00"), every(15, "02:00", "07:00"), BY_DAY),
    "with a name": (BY_NIGHT | {"name": "nights"}, BY_DAY),
    "every day by name": (
        every(15, days=["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
        BY_DAY,
    ),
    "the grace that is meant": (every(15, grace=2), BY_DAY),
}


@pytest.mark.parametrize("how", SAME)
def test_the_same_said_otherwise_is_none(night: Night, how: str) -> None:
    living(night).at("22:00").tell(both(2, *SAME[how]))
    night.until("2026-03-05 23:30")


OTHER = {
    "a longer grace": (every(15, grace=4), BY_DAY),
    "a time": (BY_NIGHT, BY_DAY, at_times("03:00")),
    "proof": (every(15, proof="required"), BY_DAY),
    "a longer window": (every(15, "21:30", "07:00"), every(60, "07:00", "21:30")),
}


@pytest.mark.parametrize("how", OTHER)
def test_anything_that_is_asked_otherwise_is_one(night: Night, how: str) -> None:
    living(night).at("22:00").tell(both(2, *OTHER[how], approved=True))
    night.until("2026-03-03 22:30")
    both_overdue(night, "2026-03-03 22:00", "level_change")


def test_other_parts_of_a_plan_are_none(night: Night) -> None:
    living(night).at("22:00").tell(both(2, night_cover=cover() | {"proof_every": "PT30M"}))
    night.until("2026-03-05 23:30")


def test_the_version_that_first_states_a_part_is_none_for_it(night: Night) -> None:
    quiet(night, whole(ligature_plan=ligature()))
    night.at("22:00").tell(both(2, MORE_OFTEN, BY_DAY))
    night.until("2026-03-03 22:30")
    night.expect.raised(KINDS[0], since="2026-03-03 22:00", at="2026-03-03 22:00", because="level_change")


def test_a_lower_number_that_comes_later_is_none(night: Night) -> None:
    quiet(night, both(2)).at("22:00").tell(both(1, MORE_OFTEN, BY_DAY))
    night.until("2026-03-05 23:30")


def test_it_is_compared_with_the_version_in_force_just_before(night: Night) -> None:
    living(night)
    night.at("22:00").tell(both(3, MORE_OFTEN, BY_DAY))
    night.at("22:30").tell(reviewed("ligature"), reviewed("suicide"))
    night.at("23:00").tell(both(4, MORE_OFTEN, BY_DAY))
    night.until("2026-03-05 23:30")


def test_a_plan_without_windows_is_compared_too(night: Night) -> None:
    quiet(night, plan(1, BY_NIGHT, **BOTH))
    first = night.expect.raised("plan_incomplete")
    none_left = night.at("22:00").tell(plan(2, approved=True, **BOTH))
    first.resolved("superseded", by=none_left)
    night.expect.raised("plan_incomplete")
    night.until("2026-03-03 22:30")
    both_overdue(night, "2026-03-03 22:00", "level_change")
