"""Every route of the composed app declares who may call it, and holds to that: with no token, with every kind of
wrong one, and with somebody else's ids."""

import uuid
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from shared.instants import DAY
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from shared.web.access import Gate, gates
from tests.integration.gateway.facts import ALL_TYPES, family_of, of_type
from tests.integration.gateway.house import EVERYTHING, House, bearing

FILLED = {
    "event_id": str(uuid.UUID(int=7)),
    "home_id": "larch",
    "placement_id": "P1",
    "room": "1",
    "person_id": "manager",
    "alert_id": str(uuid.UUID(int=9)),
    "night_of": "2026-03-27",
    "rota": "manager",
    "device_id": "larchs-phone",
    "token": "somebodys-link",
    "entry_id": str(uuid.UUID(int=11)),
}
"""Somebody's own ids; the wrong callers ask for them."""

ASSETS = {"static"}
"""What is mounted for anybody: files that hold nothing of anybody's."""


class Called(NamedTuple):
    method: str
    path: str
    gates: list[Gate]


def calls(house: House) -> Iterator[Called]:
    for context in iter_route_contexts(house.app.routes):
        route = context.original_route
        if isinstance(route, Mount):
            assert route.name in ASSETS, f"{route.path} is mounted, and nobody says who may call it"
            continue
        assert isinstance(route, APIRoute), f"{context.path} is no APIRoute, so nobody says who may call it"
        path = (context.path or "").format(**FILLED)
        for method in sorted(context.methods or ()):
            yield Called(method, path, list(gates(context.dependant)))


def test_every_route_declares_who_may_call_it(house: House) -> None:
    undeclared = [f"{call.method} {call.path}" for call in calls(house) if not call.gates]
    assert undeclared == []


def test_what_is_open_to_all_says_why_and_is_known(house: House) -> None:
    open_to_all = {call.path for call in calls(house) if any(gate.open_because for gate in call.gates)}
    reasons = [
        gate.open_because for call in calls(house) for gate in call.gates if gate.open_because is not None
    ]
    assert all(len(reason) > 20 for reason in reasons)
    ours = {path for path in open_to_all if path.startswith(("/api", "/healthz", "/readyz"))}
    assert ours == {"/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/devices:enrol"}


def test_the_walk_comes_by_every_route_of_operations_too(house: House) -> None:
    paths = {call.path for call in closed(house)}
    assert {
        "/metrics",
        "/api/v1/operations",
        "/api/v1/probe",
        "/api/v1/rejected",
        "/api/v1/devices:code",
    } <= paths


def send(house: House, call: Called, headers: dict[str, str]) -> int:
    body = b"{}" if call.method in ("PUT", "POST") else None
    return house.client.request(call.method, call.path, body, headers).status_code


def closed(house: House) -> list[Called]:
    return [call for call in calls(house) if call.gates and not any(gate.open_because for gate in call.gates)]


def expired(house: House) -> Issued:
    return house.access.tokens.issue_system(
        "old", frozenset(Right), Scope(everywhere=True), house.now - 800 * DAY
    )


def revoked(house: House) -> Issued:
    issued = house.access.tokens.issue_system(
        "ended", frozenset(Right), Scope(everywhere=True), house.now - 1
    )
    house.access.tokens.revoke(issued.token.id, house.now)
    return issued


def not_yet(house: House) -> Issued:
    return house.access.tokens.issue_system(
        "early", frozenset(Right), Scope(everywhere=True), house.now + DAY
    )


NOBODY: dict[str, Callable[[House], dict[str, str]]] = {
    "no token": lambda house: {},
    "an unknown token": lambda house: {"Authorization": "Bearer wakeful_system_nobody"},
    "another scheme": lambda house: {"Authorization": f"Basic {house.system().secret}"},
    "an expired token": lambda house: bearing(expired(house)),
    "a revoked token": lambda house: bearing(revoked(house)),
    "a token not yet valid": lambda house: bearing(not_yet(house)),
}


@pytest.mark.parametrize("who", NOBODY)
def test_nobody_known_is_let_in_nowhere(house: House, who: str) -> None:
    headers = NOBODY[who](house)
    let_in = {f"{c.method} {c.path}": s for c in closed(house) if (s := send(house, c, headers)) != 401}
    assert let_in == {}


def without_any_right(house: House) -> dict[str, str]:
    scope = Scope(everywhere=True)
    return bearing(house.access.tokens.issue_system("powerless", frozenset(), scope, house.now))


def device_alone(house: House) -> dict[str, str]:
    return bearing(house.device())


def test_a_token_without_any_right_is_let_in_nowhere(house: House) -> None:
    headers = without_any_right(house)
    answers = {f"{c.method} {c.path}": send(house, c, headers) for c in closed(house)}
    assert {where: status for where, status in answers.items() if status != 403} == {}


def test_a_device_without_a_worker_can_only_let_one_sign_in(house: House) -> None:
    headers = device_alone(house)
    let_in = [c.path for c in closed(house) if send(house, c, headers) not in (401, 403)]
    assert let_in == ["/api/v1/sessions"]


def test_a_worker_on_a_device_never_manages_whatever_rights_they_have(house: House) -> None:
    device = house.device()
    worker = house.worker(device, "manager", frozenset(Right))
    managed = [
        c
        for c in closed(house)
        if any(g.rights == {Right.MANAGE} or g.rights == {Right.ADMIN} for g in c.gates)
    ]
    assert len(managed) > 5
    headers = bearing(device, worker)
    assert {send(house, call, headers) for call in managed} == {403}


@pytest.mark.parametrize("right", sorted(EVERYTHING))
def test_a_token_that_lacks_the_right_is_refused(house: House, right: Right) -> None:
    rest = house.access.tokens.issue_system(
        "rest", frozenset(Right) - {right}, Scope(everywhere=True), house.now
    )
    needing = [c for c in closed(house) if any(g.rights == {right} for g in c.gates)]
    assert {send(house, call, bearing(rest)) for call in needing} <= {403}
    assert needing or right is Right.APPROVE  # an approver is named by others


STRANGERS: dict[str, Callable[[House], Issued]] = {
    "another provider": lambda house: house.system("south"),
    "another commissioner": lambda house: house.commissioner("shire"),
    "the provider of another home by name": lambda house: house.access.tokens.issue_system(
        "one-home", EVERYTHING, Scope(provider_id="north", homes=frozenset({"birch"})), house.now
    ),
}


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_reads_nothing_with_somebody_elses_ids(house: House, who: str) -> None:
    house.settle()
    stranger = STRANGERS[who](house)
    own = [
        c
        for c in closed(house)
        if c.method == "GET" and any(part in c.path for part in ("larch", "P1", "manager"))
    ]
    assert len(own) >= 3
    assert {f"{c.path}": s for c in own if (s := send(house, c, bearing(stranger))) != 404} == {}
    for listing, name in (("/homes", "homes"), ("/rejected", "rejected"), ("/alerts", "alerts")):
        assert house.get(listing, stranger).json()[name] == []


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_writes_nothing_into_somebody_elses_home(house: House, who: str) -> None:
    house.settle()
    before = len(house.records())
    stranger = STRANGERS[who](house)
    house.person("manager")
    for name in ALL_TYPES:
        answer = house.put(family_of(name), house.of_system(of_type(name)), stranger)
        assert answer.status_code == 403, (name, answer.text)
    batch = [{**house.of_system(of_type(name)), "id": str(uuid.uuid4())} for name in ALL_TYPES]
    assert {result["status"] for result in house.batch(batch, stranger).json()["results"]} == {403}
    assert len(house.records()) == before


def test_a_device_of_another_home_cannot_speak_for_this_one(house: House) -> None:
    house.settle()
    house.settle("birch", placement="P2")
    device = house.device("birch")
    worker = house.worker(device)
    answer = house.put("checks", {**house.check(), "homeid": "larch"}, device, worker)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "homeid")


def test_the_probe_is_the_doors_own(house: House) -> None:
    assert house.put("probe", {}, house.system(), id_="").status_code in (403, 404)
    system = house.client.put("/api/v1/probe", b"", bearing(house.system()))
    assert system.status_code == 403
