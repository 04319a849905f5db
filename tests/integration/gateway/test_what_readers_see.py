"""Homes and placements as the door shows them: each reader their own, as of the log's present."""

import orjson

from shared.events.canonical import canonical
from shared.instants import HOUR, show_instant
from shared.log.base import Draft
from shared.security.rights import Right, Scope
from shared.topics import PLAN_CHANGES
from tests.integration.gateway.house import House, away, started


def test_a_provider_sees_its_homes_and_a_commissioner_its_children(house: House) -> None:
    north = house.settle("larch", placement="P1")
    county_only = house.settle("birch", placement=None)
    for child, commissioner in (("P2", "shire"), ("P3", "county")):
        body = house.of_system(started(child, "birch", commissioner), "birch")
        assert house.put("placements", body, county_only).status_code == 202
    house.settle("cedar", "south", "P4")
    seen = {home["home_id"]: home["children"] for home in house.get("/homes", north).json()["homes"]}
    assert seen == {"larch": 1, "birch": 2}
    shire = house.commissioner("shire")
    assert [h["home_id"] for h in house.get("/homes", shire).json()["homes"]] == ["birch"]
    birch = house.get("/homes/birch", shire).json()
    assert [child["placement_id"] for child in birch["placements"]] == ["P2"]
    assert birch["children"] == 1, "another authority's child is not even counted"
    assert house.get("/placements/P3", shire).status_code == 404
    assert house.get("/placements/P2", shire).json()["home_id"] == "birch"


def test_a_worker_sees_the_home_of_the_device(house: House) -> None:
    house.settle("larch")
    house.settle("birch", placement="P2")
    device = house.device("birch")
    worker = house.worker(device)
    assert [h["home_id"] for h in house.get("/homes", device, worker).json()["homes"]] == ["birch"]
    assert house.get("/homes/larch", device, worker).status_code == 404


def test_a_placement_shows_its_plan_and_its_absence(house: House) -> None:
    system = house.settle()
    until = house.now + HOUR
    house.later(1)
    assert house.put("dispositions", house.of_system(away("P1", "school", until)), system).status_code == 202
    house.later(1)
    shown = house.get("/placements/P1", system).json()
    assert shown["plan"]["version"] == 0
    assert (shown["in_force"], shown["present"]) == (True, False)
    assert shown["away"] == {
        "reason": "school",
        "since": show_instant(house.now - 1000),
        "expected_end": show_instant(until),
    }


def test_a_valid_check_is_a_return_and_the_door_knows(house: House) -> None:
    system = house.settle()
    house.later(1)
    assert (
        house.put("dispositions", house.of_system(away("P1", "school", house.now + HOUR)), system).status_code
        == 202
    )
    house.later(1)
    assert house.put("checks", house.of_system(house.check(outcome="not_seen")), system).status_code == 202
    assert house.get("/placements/P1", system).json()["present"] is False
    assert house.put("checks", house.of_system(house.check()), system).status_code == 202
    assert house.get("/placements/P1", system).json()["present"] is True


def test_what_was_promised_for_later_holds_when_its_time_has_come(house: House) -> None:
    system = house.settle()
    later = away("P1", "school", house.now + 3 * HOUR)
    body = {**house.of_system(later), "time": show_instant(house.now + HOUR)}
    assert house.put("dispositions", body, system).status_code == 202
    assert house.get("/placements/P1", system).json()["present"] is True
    house.later(3600)
    assert house.get("/placements/P1", system).json()["present"] is False


def test_a_door_that_starts_again_knows_all_that_it_acknowledged(house: House) -> None:
    system = house.settle()
    house.later(1)
    assert (
        house.put("dispositions", house.of_system(away("P1", "school", house.now + HOUR)), system).status_code
        == 202
    )
    house.__exit__()
    house.__enter__()
    again = house.put("placements", house.of_system(started("P1", "larch")), system)
    assert again.status_code == 422
    assert house.get("/placements/P1", system).json()["present"] is False


def test_rejected_facts_are_shown_to_the_homes_provider_alone(house: House) -> None:
    system = house.settle()
    data = {
        "topic": PLAN_CHANGES,
        "event_id": "e1",
        "reason": "version_used",
        "field": "data.version",
        "remedy": "…",
    }
    event = {"id": "r1", "type": "fact.rejected.v1", "homeid": "larch", "data": data}
    house.log.append([Draft("wakeful.rejected", "larch", "r1", "0" * 64, canonical(event))])
    (shown,) = house.get("/rejected", system).json()["rejected"]
    assert (shown["event_id"], shown["reason"], shown["home_id"]) == ("e1", "version_used", "larch")
    assert house.get("/rejected?home=birch", system).json() == {"rejected": []}
    assert house.get("/rejected", house.commissioner()).json() == {"rejected": []}


def test_operations_are_for_whoever_runs_the_installation(house: House) -> None:
    system = house.settle()
    assert house.get("/operations", system).status_code == 403
    admin = house.access.tokens.issue_system(
        "runs", frozenset({Right.ADMIN}), Scope(everywhere=True), house.now
    )
    assert house.get("/operations", admin).json() == {"present": show_instant(house.now), "troubles": []}


def test_health_and_the_document_are_open(house: House) -> None:
    assert house.client.get("/healthz").json() == {"status": "ok"}
    assert house.client.get("/readyz").status_code == 200
    assert orjson.loads(house.client.get("/api/v1/openapi.json").content)["openapi"] == "3.1.0"
