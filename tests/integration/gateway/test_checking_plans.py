"""A draft plan is checked before anybody agrees it: what is found is what would follow from it, and nothing is kept."""

from typing import Any

import orjson
import pytest

from shared.instants import show_instant
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from tests.integration.gateway.facts import of_type
from tests.integration.gateway.house import EVERYTHING, House, bearing, started

NIGHT = {"from": "22:00", "to": "07:00"}
WHO = [{"duty": duty, "who": "post:night-lead"} for duty in ("night_checks", "night_cover", "escalation")]
SIGNED = [
    {"who": who, "role": role, "at": "2026-03-27T12:00:00.000Z"}
    for who, role in (("manager", "registered_person"), ("officer", "placing_authority"))
]


def draft(version: int = 1, ceiling: str = "PT15M", **more: Any) -> dict[str, Any]:
    cover = {**NIGHT, "waking_staff": 1, "dedicated": False, "meaning": "Awake, and free to respond."}
    return {
        "placement_id": "P1",
        "version": version,
        "effective_from": "2026-03-27T20:00:00.000Z",
        "checks": [{**NIGHT, "ceiling": ceiling}, {"from": "07:00", "to": "22:00", "ceiling": "PT2H"}],
        "night_cover": cover,
        "roles": WHO,
        "signed": SIGNED,
        "suicide_risk": False,
        "suicide_prevention": {
            "emotional_risks": ["x"],
            "behavioural_risks": ["x"],
            "situational_risks": ["x"],
            "means_restriction": "x",
            "actions": [{"what": "x", "who": "ann"}],
            "review_by": "2026-04-20",
        },
        "ligature_plan": {"controls": ["x"], "review_by": "2026-04-20"},
        **more,
    }


def asked(house: House, by: Issued, data: dict[str, Any], home: str | None = "larch", **more: Any) -> Any:
    body = {"data": data, **({} if home is None else {"homeid": home})}
    return house.client.post("/api/v1/plans:check", orjson.dumps(body), bearing(by, **more))


def checked(house: House, by: Issued, data: dict[str, Any]) -> Any:
    answer = asked(house, by, data)
    assert answer.status_code == 200, answer.text
    return answer.json()


def agree(house: House, system: Issued, data: dict[str, Any]) -> int:
    body = {"type": "plan.agreed.v1", "subject": data["placement_id"], "data": data}
    return int(house.put("plans", house.of_system(body), system).status_code)


def test_a_whole_plan_lacks_nothing_and_nothing_of_it_is_recorded(house: House) -> None:
    system = house.settle()
    before = len(house.records())
    found = checked(house, system, draft())
    assert (found["missing"], found["lowers"], found["problems"], found["warnings"]) == ([], [], [], [])
    assert (found["compared_with"], found["approval"]["needed"], found["approval"]["good"]) == (
        None,
        False,
        True,
    )
    assert len(house.records()) == before
    assert agree(house, system, draft()) == 202


def test_what_is_missing_is_named_as_the_alert_would_name_it(house: House) -> None:
    """P1 is at risk of suicide by the placement; the home offers one waking worker."""
    system = house.settle()
    asks = {**draft()["night_cover"], "waking_staff": 2}
    lacking = draft(night_cover=asks, signed=SIGNED[:1], suicide_prevention=None)
    missing = checked(house, system, lacking)["missing"]
    assert missing[:2] == ["signed:placing_authority", "cover_offered"]
    assert "suicide_prevention.means_restriction" in missing


def test_the_night_is_counted_by_the_hour_and_so_are_those_of_the_clocks_changes(house: House) -> None:
    system = house.settle()
    coming, forward, *later = checked(house, system, draft())["nights"]
    assert (coming["what"], coming["date"], coming["start"]) == (
        "coming",
        "2026-03-27",
        "2026-03-27T22:00:00.000Z",
    )
    assert [(hour["local"], hour["checks"]) for hour in coming["hours"]][:2] == [("22:00", 4), ("23:00", 4)]
    assert coming["checks"] == 35
    assert (forward["what"], forward["date"], forward["checks"]) == ("clocks_forward", "2026-03-28", 31)
    assert ("clocks_back", "2026-10-24", 39) in [(n["what"], n["date"], n["checks"]) for n in later]


def test_the_staff_needed_are_those_of_the_whole_house_against_what_it_offers(house: House) -> None:
    system = house.settle()
    for number in ("P2", "P3"):
        start = house.of_system(started(number, "larch"))
        assert house.put("placements", start, system).status_code == 202
    other = draft(placement_id="P2", night_cover={**NIGHT, "waking_staff": 2, "dedicated": True})
    assert agree(house, system, other) == 202
    coming = checked(house, system, draft())["nights"][0]
    assert coming["by_this_plan"] == {"waking": 1, "one_to_one": 0, "together": 1}
    assert coming["staff_needed"] == {"waking": 2, "one_to_one": 1, "together": 3, "offered": 1, "short": 2}


def test_the_draft_stands_in_the_place_of_the_childs_own_plan(house: House) -> None:
    system = house.settle()
    assert agree(house, system, draft(night_cover={**NIGHT, "waking_staff": 3, "dedicated": True})) == 202
    coming = checked(house, system, draft(2))["nights"][0]
    assert coming["staff_needed"]["together"] == 1


def test_what_is_lowered_needs_an_approver_who_is_another(house: House) -> None:
    system = house.settle()
    for person in ("adele", "officer"):
        house.person(person)
    house.person("reader", rights=frozenset({Right.READ}))
    assert agree(house, system, draft()) == 202
    lower = draft(2, "PT30M", ligature_plan=None)
    found = checked(house, system, lower)
    assert (found["compared_with"], found["lowers"]) == (1, ["longer ceiling", "no ligature_plan"])
    approval = found["approval"]
    assert (approval["needed"], approval["good"], approval["right"]) == (True, False, "approve")
    assert approval["people"] == ["adele", "manager", "officer"]
    manager = house.access.tokens.issue_person("manager", EVERYTHING, Scope(provider_id="north"), house.now)
    mine = checked(house, manager, lower)["approval"]
    assert (mine["not_by"], mine["people"]) == ("manager", ["adele", "officer"])
    for approver, good in (("manager", False), ("reader", False), ("nobody", False), ("adele", True)):
        stated = {**lower, "lowers_protection": {"approver": approver, "reason": "Agreed with her."}}
        assert checked(house, manager, stated)["approval"]["good"] is good, approver
    silent = {**lower, "lowers_protection": {"approver": "adele", "reason": " "}}
    assert checked(house, manager, silent)["approval"]["good"] is False


def test_who_may_approve_is_for_those_to_know_who_manage(house: House) -> None:
    system = house.settle()
    house.person("adele")
    assert agree(house, system, draft()) == 202
    reader = house.system(rights=frozenset({Right.READ}))
    assert checked(house, reader, draft(2, "PT30M"))["approval"]["people"] is None


def test_what_is_wrong_with_the_draft_itself_is_told_with_all_the_rest(house: House) -> None:
    system = house.settle()
    assert agree(house, system, draft()) == 202
    night = draft()["checks"][0]
    found = checked(house, system, draft(1, checks=[night, {**night, "from": "06:00"}], signed=None))
    kinds = [(each["type"], each["errors"][0]["field"]) for each in found["problems"]]
    assert kinds == [
        ("urn:wakeful:windows-overlap", "data.checks.1"),
        ("urn:wakeful:version-used", "data.version"),
    ]
    assert found["nights"] == [], "nobody can say what is in force"
    assert "signed:registered_person" in found["missing"]


def test_a_date_that_is_over_is_warned_of(house: House) -> None:
    system = house.settle()
    found = checked(house, system, draft(ligature_plan={"controls": ["x"], "review_by": "2025-01-01"}))
    assert [each["field"] for each in found["warnings"]] == ["data.ligature_plan.review_by"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"night_cover": {**NIGHT, "waking_staff": -1}}, "data.night_cover.waking_staff"),
        ({"chekcs": []}, "data.chekcs"),
        ({"version": 0}, "data.version"),
        ({"placement_id": 7}, "data.placement_id"),
        ({"checks": [{"from": "25:00", "to": "07:00", "ceiling": "PT15M"}]}, "data.checks.0.from"),
    ],
)
def test_what_cannot_be_read_is_answered_as_the_door_would(house: House, change: Any, field: str) -> None:
    answer = asked(house, house.settle(), draft(**change))
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, [field])


def test_no_text_about_the_child_comes_back(house: House) -> None:
    story = "She asked for her grandmother"
    answer = asked(
        house, house.settle(), draft(ligature_plan={"controls": [story], "review_by": "2025-01-01"})
    )
    assert answer.status_code == 200
    assert story not in answer.text
    wrong = draft(ligature_plan={"controls": [story, 7], "review_by": "2026-04-01"})
    refused = asked(house, house.settle("birch"), wrong, "birch")
    assert (refused.status_code, story in refused.text) == (422, False)


def test_a_plan_may_be_checked_before_the_child_comes(house: House) -> None:
    system = house.settle(placement=None)
    found = checked(house, system, draft())
    assert (found["compared_with"], found["lowers"], found["missing"]) == (None, [], [])


def test_only_those_ask_who_may_see_the_child(house: House) -> None:
    system = house.settle()
    assert asked(house, house.system("south"), draft()).status_code == 404
    assert asked(house, house.commissioner("shire"), draft()).status_code == 404
    assert asked(house, house.commissioner("county"), draft()).status_code == 200
    assert asked(house, house.commissioner("county"), draft(placement_id="P9")).status_code == 404
    assert asked(house, system, draft(), "elm").status_code == 404
    assert asked(house, system, draft(), None).status_code == 422
    recorder = house.system(rights=frozenset({Right.RECORD}))
    assert asked(house, recorder, draft()).status_code == 403


def test_a_worker_on_a_device_asks_of_their_own_home(house: House) -> None:
    house.settle()
    device = house.device()
    answer = asked(house, device, draft(), None, worker=house.worker(device))
    assert (answer.status_code, answer.json()["home_id"]) == (200, "larch")


def test_the_golden_plan_is_checked_as_it_is_agreed(house: House) -> None:
    system = house.settle()
    house.access.put_person(Person("person-40", "Sample", Scope(provider_id="north"), EVERYTHING), house.now)
    data = of_type("plan.agreed.v1")["data"]
    found = checked(house, system, data)
    assert found["nights"][0]["start"] > show_instant(house.now)
    assert agree(house, system, data) == 202
