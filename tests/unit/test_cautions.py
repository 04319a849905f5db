"""What is taken, and answered with a caution: each names the field, the value and what to look at."""

from typing import Any

import pytest

from shared.cautions import AT_MOST, Caution, cautions, may_caution
from shared.cautions.dates import FAR_DAYS
from shared.events.registry import TYPES
from shared.facts import Fact
from shared.home import Homes
from shared.instants import DAY, MINUTE, show_instant
from shared.topics import NIGHT_COVER, PLAN_CHANGES
from tests.unit.home.told import at, away, every, plan, registered, started


def told(type_: str, data: dict[str, Any], when: str = "22:00", ago: int = 0, actor: str = "S1") -> Fact:
    """A fact appended at `when`; its own time is `ago` ms before that, and it was entered when it was appended."""
    topic = NIGHT_COVER if type_.startswith("cover.") else PLAN_CHANGES
    now = at(when)
    subject = data.get("placement_id", "H1")
    return Fact(topic, now, "H1", type_ + when, f"{type_}.v1", subject, "t", actor, now - ago, now, data)


def on_duty(staff_id: str, role: str = "waking", when: str = "21:00") -> Fact:
    child = {"placement_id": "P1"} if role == "one_to_one" else {}
    return told("cover.started", {"staff_id": staff_id, "role": role, **child}, when, actor=staff_id)


def on_break(
    staff_id: str, relief: str | None, when: str = "22:00", expected: str = "PT20M", ago: int = 0
) -> Fact:
    data = {"staff_id": staff_id, "relief_staff_id": relief, "expected": expected}
    return told("cover.break_started", data, when, ago, actor=staff_id)


def handover(giver: str, taker: str, headcount: int = 1, accepted: bool = True, ago: int = 0) -> Fact:
    data = {"from_staff_id": giver, "to_staff_id": taker, "accepted": accepted, "headcount": headcount}
    return told("cover.handed_over", data, ago=ago, actor=taker)


def assessed(**data: Any) -> Fact:
    return told("environment.assessed", {"room": "R1", "anchor_points": [], "assessor": "S2", **data})


def home(*facts: Fact) -> Homes:
    """H1 with P1 in it, and what else was told."""
    homes = Homes()
    for each in (registered(), started(), *facts):
        homes.apply(each)
    return homes


def said(fact: Fact, *before: Fact) -> list[tuple[str, Any]]:
    """Field and value of each caution; every one says what to look at."""
    found = cautions(fact, home(*before))
    assert all(each.remedy for each in found)
    return [(each.field, each.value) for each in found]


def only(fact: Fact, *before: Fact) -> Caution:
    (one,) = cautions(fact, home(*before))
    return one


WAKING = on_duty("S1")


# -- sessions


def test_a_first_session_that_the_worker_records_is_as_it_should_be() -> None:
    assert said(on_duty("S1")) == []


def test_a_start_on_top_of_a_session_ends_that() -> None:
    one = only(on_duty("S1", "sleep_in", "22:00"), WAKING)
    assert one.field == "data.staff_id"
    assert "waking since 2026-03-02T21:00:00.000Z" in one.remedy


@pytest.mark.parametrize("role", ["waking", "one_to_one"])
def test_a_start_that_somebody_else_records_proves_nothing(role: str) -> None:
    data = {"staff_id": "S1", "role": role, "placement_id": "P1"}
    assert said(told("cover.started", data, actor="M1")) == [("data.staff_id", "S1")]
    assert said(told("cover.started", {"staff_id": "S1", "role": "sleep_in"}, actor="M1")) == []


def test_a_proof_is_ones_own_and_never_retrospective() -> None:
    proof = {"staff_id": "S1", "how": "prompt"}
    assert said(told("cover.proved", proof), WAKING) == []
    assert said(told("cover.proved", proof, ago=5 * MINUTE), WAKING) == []
    assert said(told("cover.proved", proof, ago=5 * MINUTE + 1), WAKING) == [("data.staff_id", "S1")]
    assert said(told("cover.proved", proof, actor="S2"), WAKING) == [("data.staff_id", "S1")]


@pytest.mark.parametrize(
    "fact",
    [
        told("cover.proved", {"staff_id": "S1", "how": "round"}),
        on_break("S1", "S2"),
        told("cover.break_ended", {"staff_id": "S1"}),
        told("cover.ended", {"staff_id": "S1"}),
    ],
    ids=lambda fact: fact.type,
)
def test_whoever_has_no_session_is_named(fact: Fact) -> None:
    assert said(fact, on_duty("S2")) == [("data.staff_id", "S1")]
    assert "cover.started" in only(fact).remedy


# -- breaks


def test_a_break_with_a_relief_on_duty_here_is_as_it_should_be() -> None:
    assert said(on_break("S1", "S2"), WAKING, on_duty("S2", "sleep_in")) == []


def test_a_relief_who_is_not_there_counts_once_he_is() -> None:
    one = only(on_break("S1", "S2"), WAKING)
    assert (one.field, one.value) == ("data.relief_staff_id", "S2")
    assert "until this worker is on duty here" in one.remedy


@pytest.mark.parametrize("relief", [None, "S1"])
def test_a_break_without_another_worker_leaves_the_place_empty(relief: str | None) -> None:
    assert said(on_break("S1", relief), WAKING) == [("data.relief_staff_id", relief)]


def test_a_relief_counts_nowhere_on_a_break_of_his_own_and_once_at_the_most() -> None:
    three = (WAKING, on_duty("S2"), on_duty("S3"))
    resting = only(on_break("S1", "S2"), *three, on_break("S2", "S3", "21:30"))
    assert "break of their own" in resting.remedy
    taken = only(on_break("S1", "S3"), *three, on_break("S2", "S3", "21:30"))
    assert taken.remedy == "counts in the place of S2, whose break began first"


def test_a_break_on_a_break_names_another_relief() -> None:
    one = only(on_break("S1", "S2"), WAKING, on_duty("S2"), on_break("S1", "S2", "21:30"))
    assert (one.field, one.value) == ("data.staff_id", "S1")
    assert "2026-03-02T21:30:00.000Z" in one.remedy


def test_a_sleep_ins_break_changes_nothing() -> None:
    assert said(on_break("S1", None), on_duty("S1", "sleep_in")) == [("data.staff_id", "S1")]


def test_an_end_of_no_break_changes_nothing() -> None:
    back = told("cover.break_ended", {"staff_id": "S1"})
    assert said(back, WAKING) == [("data.staff_id", "S1")]
    assert said(back, WAKING, on_duty("S2"), on_break("S1", "S2", "21:30")) == []


def test_a_break_of_a_day_is_rather_a_slip() -> None:
    assert said(on_break("S1", "S2", expected="PT4H"), WAKING, on_duty("S2")) == []
    long = on_break("S1", "S2", expected="P1D")
    assert said(long, WAKING, on_duty("S2")) == [("data.expected", "P1D")]


def test_a_relief_who_leaves_leaves_the_place_empty() -> None:
    before = (WAKING, on_duty("S2"), on_break("S1", "S2", "21:30"))
    ends = only(told("cover.ended", {"staff_id": "S2"}, actor="S2"), *before)
    assert ends.remedy == "was the relief of S1: nobody counts in that place now"
    assert said(on_duty("S2", "sleep_in", "22:00"), *before) == [("data.staff_id", "S2")] * 2


# -- handovers


def test_an_accepted_handover_with_the_number_of_children_is_as_it_should_be() -> None:
    assert said(handover("S1", "S2"), WAKING) == []
    assert said(handover("S1", "S2"), WAKING, on_duty("S2")) == []


def test_a_handover_from_somebody_who_is_not_on_duty_passes_nothing_on() -> None:
    assert said(handover("S1", "S2")) == [("data.from_staff_id", "S1")]


def test_a_handover_ends_what_the_one_who_takes_over_did_before() -> None:
    assert said(handover("S1", "S2"), WAKING, on_duty("S2", "sleep_in")) == [("data.to_staff_id", "S2")]


def test_a_headcount_is_compared_with_the_children_present() -> None:
    one = only(handover("S1", "S2", headcount=2), WAKING)
    assert (one.field, one.value) == ("data.headcount", 2)
    assert "1 are present" in one.remedy
    gone = away("school", "23:00", "21:30")
    assert said(handover("S1", "S2", headcount=1), WAKING, gone) == [("data.headcount", 1)]
    assert said(handover("S1", "S2", headcount=2, ago=6 * MINUTE), WAKING) == [], "it was counted before"


def test_nothing_passes_on_before_it_is_accepted() -> None:
    assert said(handover("S1", "S2", accepted=False), WAKING) == [("data.accepted", False)]


# -- time


def test_what_lies_ahead_is_a_promise_of_which_nobody_knows_more() -> None:
    proof = {"staff_id": "S9", "how": "prompt"}
    ahead = told("cover.proved", proof, ago=-10 * MINUTE, actor="S9")
    assert said(ahead) == [("time", show_instant(ahead.observed_at))]
    nearly = told("cover.started", {"staff_id": "S1", "role": "waking"}, ago=-MINUTE)
    assert said(nearly) == []


@pytest.mark.parametrize("days", [FAR_DAYS + 1, -367])
def test_a_fact_of_another_year_is_named(days: int) -> None:
    fact = told("suitability.reviewed", {"decision": "suitable", "by": "M1"}, ago=-days * DAY)
    assert said(fact) == [("time", show_instant(fact.observed_at))]
    assert "check the year" in only(fact).remedy


# -- dates


REVIEWS = ["ligature_plan.reviewed", "suicide_plan.reviewed", "suitability.reviewed", "environment.assessed"]


@pytest.mark.parametrize(
    ("day", "remedy"),
    [
        ("2026-03-01", "over"),
        ("2026-03-02", None),
        ("2028-03-03", None),
        ("2056-03-02", "year"),
        ("2999-12-31", "year"),
    ],
)
@pytest.mark.parametrize("kind", REVIEWS)
def test_a_date_of_a_review_that_is_over_or_far_on_is_taken_with_a_caution(
    kind: str, day: str, remedy: str | None
) -> None:
    data = {"placement_id": "P1", "room": "R1", "anchor_points": [], "next_review": day}
    found = cautions(told(kind, data), home())
    assert [(each.field, each.value) for each in found] == ([("data.next_review", day)] if remedy else [])
    assert all(remedy in each.remedy for each in found if remedy)


def test_a_date_is_read_on_the_homes_own_calendar() -> None:
    homes = Homes()
    homes.apply(registered(zone="Pacific/Auckland"))  # where it is the third already
    found = cautions(assessed(next_review="2026-03-02"), homes)
    assert [each.field for each in found] == ["data.next_review"]


def test_the_dates_of_actions_of_open_points_are_looked_at() -> None:
    points = [
        {"point_id": "A1", "status": "open", "action_due": "2026-02-01"},
        {"point_id": "A2", "status": "removed", "action_due": "2026-02-01"},
        {"point_id": "A3", "status": "open", "action_due": "2056-02-01"},
        {"point_id": "A4", "status": "open"},
    ]
    fields = [field for field, _ in said(assessed(anchor_points=points))]
    assert fields == ["data.anchor_points.0.action_due", "data.anchor_points.2.action_due"]


def test_nobody_is_told_ten_thousand_things_at_once() -> None:
    point = {"point_id": "A1", "status": "open", "action_due": "2026-02-01"}
    assert len(said(assessed(anchor_points=[point] * 10_000))) == AT_MOST


def test_the_dates_of_a_plan_are_looked_at() -> None:
    parts: dict[str, Any] = {
        "suicide_prevention": {"review_by": "2026-02-01"},
        "ligature_plan": {"review_by": "2056-02-01"},
    }
    fields = [field for field, _ in said(plan(1, every(15), told="20:00", **parts))]
    assert fields == ["data.suicide_prevention.review_by", "data.ligature_plan.review_by"]
    far = plan(1, every(15), told="20:00")
    far.data["effective_from"] = "2056-01-01T00:00:00.000Z"
    assert said(far) == [("data.effective_from", "2056-01-01T00:00:00.000Z")]


def test_the_end_of_an_absence_is_looked_at() -> None:
    assert said(away("school", "23:00", "22:00")) == []
    assert said(away("school", "22:00", "22:00")) == [("data.expected_end", "2026-03-02T22:00:00.000Z")]
    far = away("school", "23:00", "22:00", approver="RI1")
    far.data["expected_end"] = "2056-01-01T00:00:00.000Z"
    assert said(far) == [("data.expected_end", "2056-01-01T00:00:00.000Z")]


@pytest.mark.parametrize(
    "fact", [assessed(room="attic"), told("review.triggered", {"room": "attic", "trigger": "works"})]
)
def test_a_room_that_the_home_does_not_have_is_named(fact: Fact) -> None:
    assert said(fact) == [("data.room", "attic")]


# -- everywhere


def test_of_checks_there_are_none_and_of_cover_there_are_for_every_type() -> None:
    assert not any(may_caution(name) for name in TYPES if name.startswith("check."))
    assert all(may_caution(name) for name, kind in TYPES.items() if kind.topic == NIGHT_COVER)


def test_of_a_home_that_nobody_knows_nothing_is_said() -> None:
    assert cautions(on_break("S1", None), Homes()) == []
