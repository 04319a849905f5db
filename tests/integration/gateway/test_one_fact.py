"""A fact comes in by its own path: what is answered, and what then stands in the log."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from shared.events.sealing import unseal
from shared.instants import HOUR, MINUTE, show_instant
from shared.security.rights import Right, Scope
from shared.topics import CHECK_INS
from tests.integration.gateway.alerts import shown
from tests.integration.gateway.facts import ALL_TYPES, BEFORE, family_of, of_type
from tests.integration.gateway.house import House, away, bearing, registration, started

ALONE = ("home.registered.v1", "placement.started.v1")


def test_a_new_fact_is_202_and_the_same_again_200_and_other_content_409(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    body = house.check()
    first = house.put("checks", body, device, worker, "c1")
    again = house.put("checks", body, device, worker, "c1")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["appended_at"] == again.json()["appended_at"] == show_instant(house.now)
    other = house.put("checks", house.check(state="awake_settled"), device, worker, "c1")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (409, "id")
    assert [e["data"]["state"] for e in house.events() if e["id"] == "c1"] == ["asleep"]


def test_the_same_fact_sent_by_many_at_once_is_one_fact(house: House) -> None:
    house.settle()
    device = house.device()
    worker, body = house.worker(device), house.check()
    with ThreadPoolExecutor(16) as many:
        sent = [many.submit(house.put, "checks", body, device, worker, "c1") for _ in range(32)]
        statuses = sorted(answer.result().status_code for answer in sent)
    assert statuses == [200] * 31 + [202]
    assert [record.id for record in house.records()].count("c1") == 1


def test_of_many_that_claim_one_id_with_different_content_one_stands(house: House) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device)
    bodies = [house.check(state=f"state-{n}") for n in range(16)]
    with ThreadPoolExecutor(16) as many:
        sent = [many.submit(house.put, "checks", body, device, worker, "c1") for body in bodies]
        statuses = sorted(answer.result().status_code for answer in sent)
    assert statuses == [202] + [409] * 15
    assert [record.id for record in house.records()].count("c1") == 1


def test_source_home_and_actor_come_from_the_tokens(house: House) -> None:
    house.settle()
    device = house.device(id_="7f3a")
    assert house.put("checks", house.check(), device, house.worker(device, "ann"), "c1").status_code == 202
    (event,) = [e for e in house.events() if e["id"] == "c1"]
    assert (event["source"], event["homeid"], event["actor"]) == ("device/7f3a", "larch", "ann")


@pytest.mark.parametrize("field", ["source", "homeid", "actor"])
def test_what_a_body_says_of_itself_must_be_what_the_token_says(house: House, field: str) -> None:
    house.settle()
    device = house.device()
    answer = house.put("checks", {**house.check(), field: "somebody-else"}, device, house.worker(device))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, field)


def test_a_system_names_one_of_the_homes_own_people_and_nobody_else(house: House) -> None:
    system = house.settle()
    house.person("stranger", "south")
    assert house.put("checks", house.of_system(house.check()), system).status_code == 202
    for actor in ("stranger", "nobody"):
        answer = house.put("checks", house.of_system(house.check(), actor=actor), system)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "actor")


def test_a_person_records_in_their_own_name(house: House) -> None:
    house.settle()
    scope = Scope(provider_id="north")
    person = house.access.tokens.issue_person("manager", frozenset({Right.RECORD}), scope, house.now)
    assert house.put("checks", {**house.check(), "homeid": "larch"}, person, id_="c1").status_code == 202
    (event,) = [e for e in house.events() if e["id"] == "c1"]
    assert (event["source"], event["actor"]) == ("person/manager", "manager")


@pytest.mark.parametrize("name", [name for name in ALL_TYPES if name not in ALONE])
def test_every_type_comes_in_by_its_familys_path_and_by_no_other(house: House, name: str) -> None:
    system = house.settle()
    body = of_type(name)
    actor = {"response.given.v1": "by", "cover.handed_over.v1": "to_staff_id"}.get(name)
    who = body["data"][actor] if actor else "manager"
    for person in ("person-40", "staff-1", "staff-2", who):
        house.person(person)
    if name == "check.corrected.v1":
        check = house.of_system(house.check(), actor="manager")
        assert house.put("checks", check, system, id_=body["data"]["check_id"]).status_code == 202
    if name in BEFORE:
        before = house.of_system(of_type(BEFORE[name]), actor="manager")
        assert house.put(family_of(BEFORE[name]), before, system).status_code == 202
    if name == "response.given.v1":
        shown(house, body["subject"])
        body["data"]["until"] = show_instant(house.now + 10 * MINUTE)
    if "expected_end" in body["data"]:
        body["data"]["expected_end"] = show_instant(house.now + HOUR)
    wrong = "checks" if family_of(name) != "checks" else "cover"
    answer = house.put(wrong, house.of_system(body, actor=who), system)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "type")
    assert house.put(family_of(name), house.of_system(body, actor=who), system).status_code == 202


def test_what_acceptance_refuses_is_answered_with_what_would_be_accepted(house: House) -> None:
    system = house.settle()
    again = house.put("placements", house.of_system(started("P1", "larch")), system)
    assert (again.status_code, again.json()["type"]) == (422, "urn:wakeful:placement-in-force")
    (error,) = again.json()["errors"]
    assert (error["field"], error["value"]) == ("data.placement_id", "P1")
    assert "placement.ended" in error["remedy"]
    zone = house.put("homes", house.of_system(registration("larch", zone="Europe/Paris")), system)
    assert zone.json()["errors"][0]["field"] == "data.time_zone"


def test_a_fact_of_an_unknown_placement_is_refused_and_its_check_is_taken(house: House) -> None:
    system = house.settle()
    gone = house.put("dispositions", house.of_system(away("P9", "school", house.now + HOUR)), system)
    assert (gone.status_code, gone.json()["errors"][0]["value"]) == (422, "P9")
    assert house.put("checks", house.of_system(house.check("P9")), system).status_code == 202


def test_a_home_is_told_its_default_plan_where_it_states_none(house: House) -> None:
    house.settle()
    (home,) = [event for event in house.events() if event["type"] == "home.registered.v1"]
    plan = home["data"]["default_plan"]
    assert plan["checks"] == [{"from": "22:00", "to": "07:00", "ceiling": "PT30M"}]
    assert plan["night_cover"]["waking_staff"] == 1


def test_a_correction_of_a_check_that_is_not_on_record_is_refused(house: House) -> None:
    system = house.settle()
    data = {"check_id": "c9", "reason": "Wrong child.", "withdrawn": True, "changes": {}}
    body = {"type": "check.corrected.v1", "subject": "P1", "data": data}
    answer = house.put("corrections", house.of_system(body), system)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "data.check_id")


def test_unknown_fields_are_refused_without_repeating_what_they_hold(house: House) -> None:
    system = house.settle()
    answer = house.put("checks", house.of_system(house.check(noet="She was crying.")), system)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "data.noet")
    assert "crying" not in answer.text


def test_free_text_is_nowhere_in_the_clear_in_the_logs_file(house: House) -> None:
    system = house.settle()
    story = "She asked for her grandmother"
    assert house.put("checks", house.of_system(house.check(note=story)), system, id_="c1").status_code == 202
    batch = [{**house.of_system(house.check(note=story)), "id": "c2"}]
    assert house.batch(batch, system).json()["results"][0]["status"] == 202
    files = [path for path in house.folder.iterdir() if path.is_file()]
    assert len(files) >= 3
    for path in files:
        assert story.encode() not in path.read_bytes(), path.name
    (sealed,) = [event for event in house.events() if event["id"] == "c1"]
    assert unseal(sealed, house.keys)["data"]["note"] == story


def test_nobody_hands_in_a_sealed_text_as_his_own(house: House) -> None:
    """Else whoever got hold of another child's sealed text could have it opened as a note of a child he may read."""
    system = house.settle()
    house.put("checks", house.of_system(house.check(note="She was crying.")), system, id_="c1")
    (taken,) = [event for event in house.events() if event["id"] == "c1"]
    stolen = house.of_system(house.check(note=taken["data"]["note"]))
    answer = house.put("checks", stolen, system, id_="c2")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "data.note")
    assert taken["data"]["note"]["sealed"] not in answer.text


def test_the_log_holds_canonical_bytes_and_a_hash_that_says_nothing(house: House) -> None:
    house.settle()
    device = house.device()
    house.put("checks", house.check(), device, house.worker(device), "c1")
    (record,) = [record for record in house.records() if record.topic == CHECK_INS]
    event = orjson.loads(record.body)
    assert record.body == orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
    assert event["contenthash"] == record.contenthash


def test_a_body_beyond_its_limit_is_413_also_where_its_length_was_not_announced(house: House) -> None:
    system = house.settle()
    large = orjson.dumps(house.of_system(house.check(note="x" * 70_000)))
    answer = house.client.put("/api/v1/checks/c1", large, bearing(system))
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")

    async def streamed() -> int:
        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(large), 1024):
                yield large[start : start + 1024]

        sent = await house.client.raw.put("/api/v1/checks/c1", content=pieces(), headers=bearing(system))
        return int(sent.status_code)

    assert house.client.run(streamed()) == 413
    person = house.client.put("/api/v1/people/ann", b" " * 70_000, bearing(system))
    assert person.status_code == 413


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 422), (b'"x"', 422), (b"\xff\xfe", 400)])
def test_what_is_no_object_of_json_is_a_problem_like_any_other(
    house: House, body: bytes, status: int
) -> None:
    answer = house.client.put("/api/v1/checks/c1", body, bearing(house.settle()))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail"} <= answer.json().keys()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/nothing", 404), ("POST", "/api/v1/homes", 405), ("PUT", "/api/v1/people/x", 422)],
)
def test_fastapis_own_refusals_are_problems_too(house: House, method: str, path: str, status: int) -> None:
    answer = house.client.request(method, path, b"{}", bearing(house.system()))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


def test_a_log_that_can_take_nothing_is_503_with_a_time_to_come_back(house: House) -> None:
    system = house.settle()
    house.log.close()
    answer = house.put("checks", house.of_system(house.check()), system)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert house.batch([{**house.of_system(house.check()), "id": "c1"}], system).status_code == 503
