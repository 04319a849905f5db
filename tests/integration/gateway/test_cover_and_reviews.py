"""Who is on duty, what was assessed and reviewed: who may record it, what is refused, what is taken with a warning."""

from typing import Any

import orjson
import pytest

from shared.courtesy import MOST_POINTS
from shared.events.registry import TYPES
from shared.instants import MINUTE, SECOND, show_instant
from shared.security.rights import Right
from shared.security.tokens import Issued
from shared.topics import NIGHT_COVER
from tests.integration.gateway.facts import ALL_TYPES, BEFORE, family_of, of_type
from tests.integration.gateway.house import House, bearing

ALONE = frozenset({Right.RECORD})
OF_COVER = [name for name in ALL_TYPES if TYPES[name].topic == NIGHT_COVER]
MANAGED = [name for name in ALL_TYPES if family_of(name) in ("assessments", "reviews")]


class Larch:
    """The home, its provider's system, and a device on which its workers sign in."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.system = house.settle()
        self.device = house.device()
        for person in ("adele", "person-40"):  # who approved the golden plan
            house.person(person)
        self.signed_in: dict[str, Issued] = {}

    def tell(self, type_: str, by: str = "ann", /, **data: Any) -> Any:
        """A worker records it on the device, now."""
        if by not in self.signed_in:
            self.signed_in[by] = self.house.worker(self.device, by, ALONE)
        subject = data.get("placement_id", "larch")
        body = self.house.timed({"type": f"{type_}.v1", "subject": subject, "data": data})
        return self.house.put(family_of(f"{type_}.v1"), body, self.device, self.signed_in[by])

    def manage(self, type_: str, /, **data: Any) -> Any:
        """The provider's system records it."""
        subject = data.get("placement_id", "larch")
        body = self.house.of_system({"type": f"{type_}.v1", "subject": subject, "data": data})
        return self.house.put(family_of(f"{type_}.v1"), body, self.system)


@pytest.fixture
def larch(house: House) -> Larch:
    return Larch(house)


def warned(answer: Any, status: int = 202) -> list[str]:
    """The fields that a warning names; each says what to look at."""
    assert answer.status_code == status, answer.text
    found = answer.json().get("warnings", [])
    assert all(each.keys() == {"field", "value", "remedy"} and each["remedy"] for each in found)
    return [each["field"] for each in found]


def refused(answer: Any, status: int = 422) -> tuple[str, str]:
    """The reason, and the field that is named with its remedy."""
    assert answer.status_code == status, answer.text
    problem = answer.json()
    (error,) = problem["errors"]
    assert error.keys() == {"field", "value", "remedy"}
    assert error["remedy"]
    return problem["type"].removeprefix("urn:wakeful:"), error["field"]


def point(id_: str = "A1", **more: Any) -> dict[str, Any]:
    return {
        "point_id": id_,
        "location": "Door",
        "rating": "high",
        "control": "None",
        "status": "open",
        **more,
    }


# -- who may record it, and how it comes in


@pytest.mark.parametrize("name", [*OF_COVER, "review.triggered.v1"])
def test_a_worker_who_may_only_record_records_who_is_on_duty_and_what_happened(
    larch: Larch, name: str
) -> None:
    body = of_type(name)
    by = body["data"].get("to_staff_id", "ann")
    assert larch.tell(name.removesuffix(".v1"), by, **body["data"]).status_code == 202


@pytest.mark.parametrize("name", MANAGED)
def test_assessments_and_reviews_are_for_those_who_manage(larch: Larch, name: str) -> None:
    assert larch.tell(name.removesuffix(".v1"), **of_type(name)["data"]).status_code == 403


def test_all_of_it_comes_in_by_batches_too(larch: Larch) -> None:
    names = ["environment.assessed.v1", "plan.agreed.v1", *OF_COVER, "review.triggered.v1"]
    names += [name for name in BEFORE if family_of(name) != "on-call"]
    names += ["suitability.reviewed.v1"]
    house = larch.house
    facts = []
    for number, name in enumerate(names):
        body = of_type(name)
        who = body["data"].get("to_staff_id", "manager")
        for person in (who, "person-40", "staff-1"):
            house.person(person)
        house.later(1)
        facts.append({**house.of_system(body, actor=who), "id": f"b{number}"})
    results = house.batch(facts, larch.system).json()["results"]
    assert [each["status"] for each in results] == [202] * len(names), results


def test_relief_and_handover_with_headcount_are_one_request_each(larch: Larch) -> None:
    assert warned(larch.tell("cover.started", staff_id="ann", role="waking")) == []
    assert warned(larch.tell("cover.started", "ben", staff_id="ben", role="sleep_in")) == []
    rest = larch.tell("cover.break_started", staff_id="ann", relief_staff_id="ben", expected="PT20M")
    assert warned(rest) == []
    assert warned(larch.tell("cover.break_ended", staff_id="ann")) == []
    over = {"from_staff_id": "ann", "to_staff_id": "cat", "accepted": True, "headcount": 1}
    assert refused(larch.tell("cover.handed_over", "ann", **over)) == ("invalid", "data.to_staff_id")
    assert warned(larch.tell("cover.handed_over", "cat", **over)) == []
    assert warned(larch.tell("cover.ended", "cat", staff_id="cat")) == []


# -- taken, with a warning


def test_a_warning_comes_once_and_in_batches_beside_the_item(larch: Larch) -> None:
    house = larch.house
    body = house.of_system({"type": "cover.ended.v1", "subject": "larch", "data": {"staff_id": "ann"}})
    one = house.put("cover", body, larch.system, id_="e1")
    assert warned(one) == ["data.staff_id"]
    assert warned(house.put("cover", body, larch.system, id_="e1"), 200) == []
    start = {"type": "cover.started.v1", "data": {"staff_id": "ann", "role": "sleep_in"}, "subject": "larch"}
    facts = [{**house.of_system(start), "id": "s1"}, {**body, "id": "e2"}, {**body, "id": "e3"}]
    results = house.batch(facts, larch.system).json()["results"]
    assert [[w["field"] for w in each.get("warnings", [])] for each in results] == [[], [], ["data.staff_id"]]


def test_what_the_night_may_mean_is_taken(larch: Larch) -> None:
    larch.tell("cover.started", staff_id="ann", role="waking")
    alone = larch.tell("cover.break_started", staff_id="ann", relief_staff_id="ben", expected="PT20M")
    assert warned(alone) == ["data.relief_staff_id"]
    larch.tell("cover.started", "ben", staff_id="ben", role="waking")
    again = larch.tell("cover.break_started", staff_id="ann", relief_staff_id="ben", expected="PT20M")
    assert warned(again) == ["data.staff_id"]
    assert warned(larch.tell("cover.started", staff_id="ann", role="waking")) == ["data.staff_id"]
    assert warned(larch.tell("cover.break_ended", "cat", staff_id="cat")) == ["data.staff_id"]
    over = {"from_staff_id": "ann", "to_staff_id": "cat", "accepted": True, "headcount": 7}
    assert warned(larch.tell("cover.handed_over", "cat", **over)) == ["data.headcount"]


def test_dates_that_are_over_or_thirty_years_on_are_taken(larch: Larch) -> None:
    review = {"decision": "suitable", "by": "adele"}
    assert warned(larch.manage("suitability.reviewed", **review, next_review="2026-01-01")) == [
        "data.next_review"
    ]
    assert warned(larch.manage("suitability.reviewed", **review, next_review="2056-01-01")) == [
        "data.next_review"
    ]
    points = [point(action_due="2056-01-01")]
    room = larch.manage("environment.assessed", room="1", anchor_points=points, assessor="adele")
    assert warned(room) == ["data.anchor_points.0.action_due"]


def test_a_session_in_force_is_known_after_a_start_of_the_door_too(larch: Larch) -> None:
    from services.gateway.starting import caught_up

    larch.tell("cover.started", staff_id="ann", role="waking")
    ahead = show_instant(larch.house.now + 10 * MINUTE)
    body = {"type": "cover.ended.v1", "subject": "larch", "data": {"staff_id": "ann"}}
    promised = {**larch.house.of_system(body), "time": ahead}
    assert warned(larch.house.put("cover", promised, larch.system)) == ["time"]
    larch.house.now += SECOND
    fold, _ = caught_up(larch.house.log, None)
    with fold.reading() as homes:
        assert homes["larch"].sessions.keys() == {"ann"}
        assert [each.at - larch.house.now for each in homes["larch"].promises] == [10 * MINUTE - SECOND]


# -- refused


def test_a_session_in_a_home_that_nobody_knows(larch: Larch) -> None:
    house = larch.house
    start = {"type": "cover.started.v1", "data": {"staff_id": "ann", "role": "waking"}, "subject": "elm"}
    everywhere = house.access.tokens.issue_system(
        "ops", frozenset(Right), larch.system.token.actor.scope, house.now
    )
    answer = house.put("cover", house.of_system(start, "elm"), everywhere)
    assert refused(answer) == ("invalid", "homeid")


def test_a_one_to_one_session_for_a_child_who_is_not_placed_here(larch: Larch) -> None:
    one = larch.tell("cover.started", staff_id="ann", role="one_to_one", placement_id="P9")
    assert refused(one) == ("unknown-placement", "data.placement_id")
    assert larch.tell("cover.started", staff_id="ann", role="one_to_one").status_code == 422
    assert warned(larch.tell("cover.started", staff_id="ann", role="one_to_one", placement_id="P1")) == []


def test_a_handover_to_oneself(larch: Larch) -> None:
    larch.tell("cover.started", staff_id="ann", role="waking")
    over = {"from_staff_id": "ann", "to_staff_id": "ann", "accepted": True, "headcount": 1}
    assert refused(larch.tell("cover.handed_over", **over)) == ("handover-to-oneself", "data.to_staff_id")


def test_a_review_of_a_part_that_the_plan_does_not_have(larch: Larch) -> None:
    review = {"placement_id": "P1", "decision": "continue", "reason": "x", "next_review": "2026-04-20"}
    assert refused(larch.manage("ligature_plan.reviewed", **review)) == ("no-such-part", "type")
    assert refused(larch.manage("suicide_plan.reviewed", **review)) == ("no-such-part", "type")


@pytest.mark.parametrize("kind", ["ligature_plan.reviewed", "suicide_plan.reviewed"])
def test_a_close_without_an_approver_or_by_the_one_who_records_it(larch: Larch, kind: str) -> None:
    larch.manage("plan.agreed", **of_type("plan.agreed.v1")["data"])
    closing = {"placement_id": "P1", "decision": "close", "reason": "No longer needed."}
    assert refused(larch.manage(kind, **closing)) == ("close-without-approver", "data.approver")
    assert refused(larch.manage(kind, **closing, approver="manager")) == ("invalid", "data.approver")
    assert refused(larch.manage(kind, **closing, approver="nobody")) == ("invalid", "data.approver")
    assert larch.manage(kind, **closing, approver="adele").status_code == 202


def test_an_anchor_point_that_was_never_assessed_until_it_is(larch: Larch) -> None:
    change = {"point_id": "A1", "status": "removed", "reason": "Taken down.", "approver": "adele"}
    assert refused(larch.manage("anchor_point.changed", **change)) == ("unknown-point", "data.point_id")
    larch.manage("environment.assessed", room="1", anchor_points=[point()], assessor="adele")
    assert warned(larch.manage("anchor_point.changed", **change)) == []


def test_an_anchor_point_listed_twice(larch: Larch) -> None:
    twice = larch.manage("environment.assessed", room="1", anchor_points=[point(), point()], assessor="adele")
    assert refused(twice) == ("invalid", "data.anchor_points")


@pytest.mark.parametrize("count", [MOST_POINTS + 1, 10_000])
def test_more_anchor_points_than_a_person_can_look_at(larch: Larch, count: int) -> None:
    house = larch.house
    points = [point(f"A{number}") for number in range(count)]
    data = {"room": "1", "anchor_points": points, "assessor": "adele"}
    body = house.of_system({"type": "environment.assessed.v1", "subject": "larch", "data": data})
    assert house.put("assessments", body, larch.system).status_code == 413
    (result,) = house.batch([{**body, "id": "many"}], larch.system).json()["results"]
    assert (result["status"], result["problem"]["errors"][0]["field"]) == (422, "data.anchor_points")
    assert "many" not in [event["id"] for event in house.events()]


@pytest.mark.parametrize(("field", "value"), [("waking_staff", -1), ("waking_staff", 1.5)])
def test_staff_that_cannot_be_counted(larch: Larch, field: str, value: float) -> None:
    plan = of_type("plan.agreed.v1")["data"]
    cover = {**plan["night_cover"], field: value}
    answer = larch.manage("plan.agreed", **{**plan, "night_cover": cover})
    assert refused(answer) == ("invalid", f"data.night_cover.{field}")


def test_windows_that_overlap(larch: Larch) -> None:
    plan = of_type("plan.agreed.v1")["data"]
    night = {"from": "22:00", "to": "07:00", "ceiling": "PT15M"}
    answer = larch.manage("plan.agreed", **{**plan, "checks": [night, {**night, "from": "06:00"}]})
    assert refused(answer) == ("windows-overlap", "data.checks.1")


def test_no_warning_repeats_what_was_written_about_anybody(larch: Larch) -> None:
    story = "She asked for her grandmother"
    answer = larch.tell("cover.ended", staff_id="ann", reason=story)
    assert warned(answer) == ["data.staff_id"]
    assert story not in answer.text
    path, headers = "/api/v1/cover/x", bearing(larch.device, larch.signed_in["ann"])
    assert story not in larch.house.client.put(path, orjson.dumps({"reason": story}), headers).text
