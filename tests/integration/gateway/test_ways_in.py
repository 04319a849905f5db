"""Devices, workers and people: how they come in, and what ends it."""

from typing import Any

import orjson
import pytest

from shared.instants import HOUR, SECOND, show_instant
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from tests.integration.gateway.house import EVERYTHING, PIN, House, bearing


def post(house: House, path: str, body: Any, by: Issued | None = None) -> Any:
    headers = {} if by is None else bearing(by)
    return house.client.post(f"/api/v1{path}", orjson.dumps(body), headers)


def sign_in(house: House, device: Issued, staff_id: str = "ann", pin: str = PIN) -> Any:
    return post(house, "/sessions", {"staff_id": staff_id, "pin": pin}, device)


def test_a_code_enrols_one_device_once(house: House) -> None:
    house.settle()
    code = house.access.new_code("larch", house.now)
    first = post(house, "/devices:enrol", {"code": code.lower()})
    assert (first.status_code, first.json()["home_id"]) == (201, "larch")
    again = post(house, "/devices:enrol", {"code": code})
    assert (again.status_code, again.json()["type"]) == (401, "urn:wakeful:bad-code")


def test_a_code_is_good_for_an_hour(house: House) -> None:
    code = house.access.new_code("larch", house.now)
    house.later(3600)
    assert post(house, "/devices:enrol", {"code": code}).status_code == 401


def test_from_code_and_pin_to_a_check_in_the_log(house: House) -> None:
    house.settle()
    house.person("ann")
    device = post(house, "/devices:enrol", {"code": house.access.new_code("larch", house.now)}).json()
    bearer = {"Authorization": f"Bearer {device['token']}"}
    session = house.client.post("/api/v1/sessions", orjson.dumps({"staff_id": "ann", "pin": PIN}), bearer)
    assert session.status_code == 201
    assert session.json()["valid_until"] == show_instant(house.now + 14 * HOUR)
    headers = {**bearer, "Wakeful-Worker": session.json()["token"]}
    assert house.client.put("/api/v1/checks/c1", orjson.dumps(house.check()), headers).status_code == 202
    assert house.events()[-1]["actor"] == "ann"


@pytest.mark.parametrize(
    ("staff_id", "pin"), [("ann", "9999"), ("nobody", PIN), ("stranger", PIN), ("reader", PIN)]
)
def test_a_wrong_pin_and_a_stranger_get_the_same_answer(house: House, staff_id: str, pin: str) -> None:
    house.settle()
    house.person("ann")
    house.person("stranger", "south")
    house.person("reader", rights=frozenset({Right.READ}))
    answer = sign_in(house, house.device(), staff_id, pin)
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:wakeful:bad-pin")


def test_wrong_pins_close_the_way_for_growing_pauses_even_for_the_right_one(house: House) -> None:
    house.settle()
    house.person("ann")
    device = house.device()
    assert [sign_in(house, device, pin="1212").status_code for _ in range(5)] == [401] * 4 + [429]
    closed = sign_in(house, device)
    assert (closed.status_code, closed.headers["retry-after"]) == (429, "30")
    house.later(30)
    assert sign_in(house, device, pin="1212").status_code == 401
    assert sign_in(house, device).headers["retry-after"] == "60"
    house.later(60)
    assert sign_in(house, device).status_code == 201
    assert [sign_in(house, device, pin="1212").status_code for _ in range(3)] == [401] * 3, "it starts again"


def test_somebody_else_on_the_same_device_is_not_locked_out(house: House) -> None:
    house.settle()
    house.person("ann")
    house.person("ben")
    device = house.device()
    assert [sign_in(house, device, pin="1212").status_code for _ in range(5)][-1] == 429
    assert sign_in(house, device, "ben").status_code == 201


def test_one_pin_tried_on_everybody_closes_the_device(house: House) -> None:
    house.settle()
    device = house.device()
    tried = [sign_in(house, device, f"worker-{n}", "1212").status_code for n in range(12)]
    assert tried == [401] * 11 + [429]


def test_whoever_is_let_go_is_signed_out_and_what_they_entered_before_stays(house: House) -> None:
    system = house.settle()
    house.person("ann")
    device = house.device()
    session = sign_in(house, device).json()["token"]
    headers = {**bearing(device), "Wakeful-Worker": session}
    before = house.check()
    house.later(3600)
    gone = {"name": "Sample Ann", "provider_id": "north", "rights": ["record"], "active": False}
    assert house.put("people", gone, system, id_="ann").status_code == 200
    house.later(3600)
    put = house.client.put
    assert put("/api/v1/checks/c1", orjson.dumps(before), headers).status_code == 202
    assert put("/api/v1/checks/c2", orjson.dumps(house.check()), headers).status_code == 403
    assert sign_in(house, device).status_code == 401


def test_a_manager_keeps_their_own_people_and_never_reads_a_pin(house: House) -> None:
    system = house.settle()
    body = {
        "name": "Sample Ann",
        "provider_id": "north",
        "homes": ["larch"],
        "rights": ["record", "read"],
        "reach": [{"channel": "sms", "to": "+44 1632 960001"}],
        "pin": PIN,
    }
    made = house.put("people", body, system, id_="ann")
    assert (made.status_code, made.json()["has_pin"]) == (200, True)
    shown = house.get("/people/ann", system)
    assert shown.json() == made.json()
    assert shown.json()["reach"] == [
        {"channel": "sms", "to": "+44 1632 960001", "secret": None, "options": {}}
    ]
    assert PIN not in shown.text
    assert "pin_hash" not in shown.text


def test_nobody_hands_on_more_than_they_hold(house: House) -> None:
    house.settle()
    scope = Scope(provider_id="north", homes=frozenset({"larch"}))
    rights = frozenset({Right.MANAGE, Right.RECORD})
    manager = house.access.tokens.issue_person("mia", rights, scope, house.now)
    ann = {"name": "Sample Ann", "provider_id": "north", "homes": ["larch"], "rights": ["record"]}
    assert house.put("people", ann, manager, id_="ann").status_code == 200
    for change in (
        {"rights": ["record", "approve"]},
        {"rights": ["admin"]},
        {"homes": ["larch", "birch"]},
        {"homes": None},
        {"provider_id": "south"},
        {"provider_id": None, "homes": None},
        {"provider_id": None, "commissioner_id": "county"},
    ):
        answer = house.put("people", {**ann, **change}, manager, id_="ben")
        assert answer.status_code == 403, change
    house.person("sue", "south")
    assert house.put("people", ann, manager, id_="sue").status_code == 403
    assert house.get("/people/sue", manager).status_code == 404


def test_a_weak_pin_is_refused_and_not_repeated(house: House) -> None:
    system = house.settle()
    for pin in ("1111", "1234", "98765", "12ab", "123"):
        answer = house.put(
            "people", {"name": "Sample", "provider_id": "north", "pin": pin}, system, id_="ann"
        )
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "pin")
        assert pin not in answer.text


def test_secrets_are_nowhere_in_the_clear_in_any_file(house: House) -> None:
    house.settle()
    house.person("ann")
    device = house.device()
    code = house.access.new_code("larch", house.now)
    session = sign_in(house, device).json()["token"]
    for path in house.folder.iterdir():
        held = path.read_bytes()
        for secret in (device.secret, session, code, code.replace("-", "")):
            assert secret.encode() not in held, path.name
    assert b"Sample Ann" not in (house.folder / "log.sqlite3").read_bytes()


def test_an_approver_is_a_known_person_who_may_approve_here_and_not_the_actor(house: House) -> None:
    system = house.settle()
    house.person("adele")
    house.person("reader", rights=frozenset({Right.READ}))
    house.person("sue", "south")
    assert house.put("assessments", house.of_system(room_with_a_point()), system).status_code == 202
    for approver in ("nobody", "reader", "sue", "manager"):
        answer = house.put("assessments", house.of_system(anchor(approver)), system)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "data.approver"), approver
    assert house.put("assessments", house.of_system(anchor("adele")), system).status_code == 202


def test_an_absence_beyond_the_limits_needs_manage_even_with_an_approver(house: House) -> None:
    system = house.settle()
    house.person("adele")
    device = house.device()
    worker = house.worker(device)
    school = {"placement_id": "P1", "reason": "school", "approver": "adele"}

    def absence(hours: int) -> dict[str, Any]:
        data = {**school, "expected_end": show_instant(house.now + hours * HOUR)}
        return house.timed({"type": "disposition.started.v1", "subject": "P1", "data": data})

    long = house.put("dispositions", absence(13), device, worker)
    assert (long.status_code, long.json()["errors"][0]["field"]) == (403, "data.expected_end")
    assert house.put("dispositions", absence(12), device, worker).status_code == 202
    assert house.put("dispositions", house.of_system(absence(13)), system).status_code == 202


def test_an_answer_is_given_by_the_one_who_gives_it_and_a_handover_by_the_one_who_takes_over(
    house: House,
) -> None:
    house.settle()
    device = house.device()
    worker = house.worker(device, "ann")
    answer = {"alert_id": "a1", "by": "ben", "kind": "decline", "via": "app"}
    given = house.timed({"type": "response.given.v1", "subject": "a1", "data": answer})
    assert house.put("responses", given, device, worker).json()["errors"][0]["field"] == "data.by"
    over = {"from_staff_id": "ann", "to_staff_id": "ben", "accepted": True, "headcount": 3}
    handed = house.timed({"type": "cover.handed_over.v1", "subject": "larch", "data": over})
    assert house.put("cover", handed, device, worker).json()["errors"][0]["field"] == "data.to_staff_id"
    taken = house.put("cover", handed, device, house.worker(device, "ben"))
    assert taken.status_code == 202


def test_a_childs_start_elsewhere_needs_rights_over_both_homes_or_an_end(house: House) -> None:
    from tests.integration.gateway.house import started

    north = house.settle()
    south = house.settle("cedar", "south", None)
    theirs = house.of_system(started("P1", "cedar"), "cedar")
    house.person("manager", "south")
    answer = house.put("placements", theirs, south)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "data.placement_id")
    house.person("manager")
    end = {"type": "placement.ended.v1", "subject": "P1", "data": {"placement_id": "P1", "reason": "Moved."}}
    house.later(1)
    assert house.put("placements", house.of_system(end), north).status_code == 202
    house.person("manager", "south")
    assert house.put("placements", theirs, south).status_code == 202


def anchor(approver: str) -> dict[str, Any]:
    data = {"point_id": "A1", "status": "removed", "reason": "Taken down.", "approver": approver}
    return {"type": "anchor_point.changed.v1", "subject": "larch", "data": data}


def room_with_a_point() -> dict[str, Any]:
    point = {"point_id": "A1", "location": "Door", "rating": "high", "control": "None", "status": "open"}
    data = {"room": "1", "anchor_points": [point], "assessor": "manager"}
    return {"type": "environment.assessed.v1", "subject": "larch", "data": data}


__all__ = ["EVERYTHING", "SECOND"]
