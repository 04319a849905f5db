"""What the door asks beside the law. In the log such a fact stands, and changes nothing or little."""

from typing import Any

import pytest

from shared.acceptance import refusal
from shared.courtesy import MOST_POINTS, courtesy
from shared.facts import Fact
from shared.home import Homes
from tests.unit.home.told import away, concern, ended, every, fact, plan, registered, started
from tests.unit.test_acceptance import homes_with_p1, said


def not_taken(told: Fact, homes: Homes, points: Any = None) -> tuple[str, str, str]:
    """What the door says, and the law does not."""
    assert refusal(told, homes, None) is None
    return said(courtesy(told, homes, points))


def handover(giver: str, taker: str) -> Fact:
    data = {"from_staff_id": giver, "to_staff_id": taker, "accepted": True, "headcount": 1}
    return fact("cover.handed_over.v1", data, "22:00")


def session(role: str = "waking", **data: Any) -> Fact:
    return fact("cover.started.v1", {"staff_id": "S1", "role": role, **data}, "22:00")


def point(id_: str = "A1") -> Fact:
    data = {"point_id": id_, "status": "removed", "reason": "Taken down.", "approver": "RI1"}
    return fact("anchor_point.changed.v1", data, "22:00")


def assessed(count: int) -> Fact:
    points = [{"point_id": f"A{number}", "rating": "high", "status": "open"} for number in range(count)]
    return fact("environment.assessed.v1", {"room": "R1", "anchor_points": points, "assessor": "S2"}, "22:00")


def review(part: str, placement: str = "P1") -> Fact:
    data = {"placement_id": placement, "decision": "continue", "reason": "x", "next_review": "2026-03-30"}
    return fact(f"{part}_plan.reviewed.v1", data, "22:00")


EVERY_KIND_OF_COVER = [
    session(),
    handover("S1", "S2"),
    fact("cover.proved.v1", {"staff_id": "S1", "how": "prompt"}, "22:00"),
    fact("cover.break_started.v1", {"staff_id": "S1", "expected": "PT20M"}, "22:00"),
    fact("cover.break_ended.v1", {"staff_id": "S1"}, "22:00"),
    fact("cover.ended.v1", {"staff_id": "S1"}, "22:00"),
]


@pytest.mark.parametrize("told", EVERY_KIND_OF_COVER, ids=lambda told: told.type)
def test_nobody_is_on_duty_in_a_home_that_is_not_registered(told: Fact) -> None:
    assert not_taken(told, Homes()) == ("unknown_home", "homeid", "H1")
    assert courtesy(told, homes_with_p1()) is None


def test_a_one_to_one_session_is_for_a_child_who_is_placed_here() -> None:
    homes = homes_with_p1()
    assert not_taken(session("one_to_one", placement_id="P9"), homes) == (
        "unknown_placement",
        "data.placement_id",
        "P9",
    )
    assert courtesy(session("one_to_one", placement_id="P1"), homes) is None
    over = homes_with_p1(ended("19:30"))
    assert not_taken(session("one_to_one", placement_id="P1"), over)[0] == "unknown_placement"


def test_a_handover_is_to_another_worker() -> None:
    homes = homes_with_p1()
    assert not_taken(handover("S1", "S1"), homes) == ("handover_to_oneself", "data.to_staff_id", "S1")
    assert courtesy(handover("S1", "S2"), homes) is None


def test_an_anchor_point_that_changes_was_assessed() -> None:
    homes = homes_with_p1()
    assert not_taken(point(), homes, ("A2",)) == ("unknown_point", "data.point_id", "A1")
    assert courtesy(point(), homes, ("A1",)) is None
    assert courtesy(point(), homes) is None, "where nobody knows, it is taken"


def test_an_assessment_lists_what_a_person_can_look_at() -> None:
    homes = homes_with_p1()
    assert courtesy(assessed(MOST_POINTS), homes) is None
    told = assessed(MOST_POINTS + 1)
    assert not_taken(told, homes) == ("too_many_points", "data.anchor_points", f"{MOST_POINTS + 1} points")


PARTS: dict[str, dict[str, Any]] = {
    "ligature": {"ligature_plan": {"controls": ["x"]}},
    "suicide": {"suicide_prevention": {"means_restriction": "x"}},
}


@pytest.mark.parametrize("part", PARTS)
def test_a_review_is_of_a_part_that_some_version_of_the_plan_has(part: str) -> None:
    other = next(each for each in PARTS if each != part)
    kind = f"{part}_plan.reviewed.v1"
    assert not_taken(review(part), homes_with_p1()) == ("no_such_part", "type", kind)
    without = homes_with_p1(plan(1, every(15), told="20:00", **PARTS[other]))
    assert not_taken(review(part), without)[0] == "no_such_part"
    has = homes_with_p1(plan(1, every(15), told="20:00", **PARTS[part]))
    assert courtesy(review(part), has) is None
    to_come = homes_with_p1(plan(1, every(15), told="20:00", effective="23:00", **PARTS[part]))
    assert courtesy(review(part), to_come) is None
    approval = {"approver": "RI1", "reason": "agreed"}
    dropped = homes_with_p1(
        plan(1, every(15), told="20:00", **PARTS[part]),
        plan(2, every(15), told="20:10", lowers_protection=approval),
    )
    assert courtesy(review(part), dropped) is None, "it may be of the time when the plan had it"


def test_a_review_of_nobodys_plan_names_the_placement() -> None:
    assert not_taken(review("ligature", "P9"), homes_with_p1())[0] == "unknown_placement"


def test_the_door_tells_who_names_a_home_that_is_not_registered() -> None:
    refused = courtesy(plan(1, told="20:00"), Homes())
    assert said(refused) == ("unknown_home", "homeid", "H1")
    assert refusal(plan(1, told="20:00"), Homes(), None) is None


@pytest.mark.parametrize("told", [ended("20:00"), away("school", "23:00", "20:00"), concern("20:00")])
def test_the_door_tells_who_names_a_placement_that_is_not_in_force(told: Fact) -> None:
    homes = Homes()
    homes.apply(registered())
    assert said(courtesy(told, homes)) == ("unknown_placement", "data.placement_id", "P1")
    assert refusal(told, homes, None) is None
    over = homes_with_p1(ended("19:30"))
    assert said(courtesy(told, over))[0] == "unknown_placement"


def test_the_door_takes_facts_of_a_placement_that_is_promised() -> None:
    homes = Homes()
    homes.apply(registered())
    homes.apply(started("19:00", time="23:00"))
    assert courtesy(away("school", "23:40", "20:00", time="23:30"), homes) is None


def test_the_door_takes_a_plan_and_a_start_of_a_child_it_does_not_know() -> None:
    homes = Homes()
    homes.apply(registered())
    assert courtesy(plan(1, told="20:00"), homes) is None
    assert courtesy(started(), homes) is None
