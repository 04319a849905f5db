"""Who may see and say what, as a table: kinds of caller, routes, and whose home and child it is about.

Two providers (north: larch and birch; south: pine), two authorities (county: P1 in larch, P3 in pine; shire: P2 in
larch). Each caller holds every right that its kind can hold, so that what is refused is refused because it is not
theirs.
"""

import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson
import pytest

from services.alerts.tables import COMMISSIONERS
from shared.events.canonical import canonical
from shared.instants import HOUR, MINUTE, show_instant
from shared.log.base import Draft
from shared.runner.rejection import _event as rejection
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from shared.topics import REJECTED
from tests.integration.gateway.alerts import shown
from tests.integration.gateway.facts import ALL_TYPES, family_of, of_type
from tests.integration.gateway.house import EVERYTHING, House, away, bearing, registration, started

ALERT_OF_P1 = "a1"
ALERT_OF_LARCH = "a2"


class World(NamedTuple):
    house: House
    callers: dict[str, tuple[Issued, Issued | None]]


def tell(house: House, system: Issued, home: str, family: str, body: dict[str, Any]) -> None:
    answer = house.put(family, house.of_system(body, home), system)
    assert answer.status_code == 202, answer.text


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with House(tmp_path_factory.mktemp("world")) as house:
        north, south = house.settle(), house.settle("pine", "south", None)
        house.person("manager", "north")
        tell(house, north, "birch", "homes", registration("birch"))
        tell(house, north, "larch", "placements", started("P2", "larch", "shire"))
        house.person("southerner", "south")
        start = {**house.of_system(started("P3", "pine"), "pine", "southerner")}
        assert house.put("placements", start, south).status_code == 202
        alerts(house)
        device, everything = house.device(), Scope(everywhere=True)
        officer_scope = Scope(commissioner_id="county")
        issue = house.access.tokens.issue_system
        yield World(
            house,
            {
                "north's system": (north, None),
                "north's manager": (person(house, "manager", Scope(provider_id="north")), None),
                "a manager of birch": (
                    person(house, "birchs", Scope(provider_id="north", homes=frozenset({"birch"}))),
                    None,
                ),
                "a worker of larch": (device, house.worker(device, "manager")),
                "a device of larch": (device, None),
                "south's system": (south, None),
                "county's officer": (person(house, "officer", officer_scope), None),
                "county's system": (issue("panel", EVERYTHING, officer_scope, house.now), None),
                "shire's officer": (person(house, "other", Scope(commissioner_id="shire")), None),
                "whoever runs it": (issue("ops", frozenset(Right), everything, house.now), None),
            },
        )


def person(house: House, id_: str, scope: Scope) -> Issued:
    return house.access.tokens.issue_person(id_, EVERYTHING, scope, house.now)


def alerts(house: House) -> None:
    """An alert about P1 and one about larch as a whole, as the alerts service keeps them."""
    shown(house, ALERT_OF_P1, placement_id="P1", commissioner_id="county")
    shown(house, ALERT_OF_LARCH, kind="cover_gap")
    theirs = [{"home_id": "larch", "commissioner_id": each} for each in ("county", "shire")]
    with house.views.begin() as connection:
        connection.execute(COMMISSIONERS.insert(), theirs)


NORTH = {"north's system", "north's manager"}
OPS = {"whoever runs it"}
SEES: dict[str, set[str]] = {
    "/homes/larch": {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system", "shire's officer"},
    "/homes/birch": {*NORTH, *OPS, "a manager of birch"},
    "/homes/pine": {*OPS, "south's system", "county's officer", "county's system"},
    "/placements/P1": {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system"},
    "/placements/P2": {*NORTH, *OPS, "a worker of larch", "shire's officer"},
    "/placements/P3": {*OPS, "south's system", "county's officer", "county's system"},
    f"/alerts/{ALERT_OF_P1}": {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system"},
    f"/alerts/{ALERT_OF_LARCH}": {
        *NORTH, *OPS, "a worker of larch", "county's officer", "county's system", "shire's officer",
    },
    "/devices?home=larch": {*NORTH, *OPS},
    "/devices?home=pine": {*OPS, "south's system"},
    "/people/manager": {*NORTH, *OPS},
    "/operations": OPS,
}  # fmt: skip


@pytest.mark.parametrize("path", SEES)
def test_each_is_shown_what_is_theirs(world: World, path: str) -> None:
    shown = {
        who
        for who, (by, worker) in world.callers.items()
        if world.house.get(path, by, worker).status_code == 200
    }
    assert shown == SEES[path]


def test_nobody_reads_with_a_devices_token_alone(world: World) -> None:
    by, _ = world.callers["a device of larch"]
    assert {world.house.get(path, by).status_code for path in SEES} == {403}


def of_p1(house: House) -> tuple[str, str, dict[str, Any]]:
    return "larch", "checks", house.check("P1")


def of_p2(house: House) -> tuple[str, str, dict[str, Any]]:
    return "larch", "checks", house.check("P2")


def of_p3(house: House) -> tuple[str, str, dict[str, Any]]:
    return "pine", "checks", house.check("P3")


def a_concern(house: House) -> tuple[str, str, dict[str, Any]]:
    return "larch", "concerns", house.timed(of_type("concern.received.v1"))


def an_absence(house: House) -> tuple[str, str, dict[str, Any]]:
    return "larch", "dispositions", house.timed(away("P1", "school", house.now + HOUR))


def a_registration(house: House) -> tuple[str, str, dict[str, Any]]:
    return "larch", "homes", house.timed(registration("larch"))


def an_on_call(house: House) -> tuple[str, str, dict[str, Any]]:
    known = next(name for name in ALL_TYPES if family_of(name) == "on-call")
    return "larch", "on-call", house.timed(of_type(known))


def answer_to(alert: str) -> Callable[[House], tuple[str, str, dict[str, Any]]]:
    def answer(house: House) -> tuple[str, str, dict[str, Any]]:
        body = of_type("response.given.v1")
        data = {**body["data"], "alert_id": alert, "until": show_instant(house.now + 10 * MINUTE)}
        return "larch", "responses", house.timed({**body, "subject": alert, "data": data})

    return answer


SAYS: dict[str, tuple[Callable[[House], tuple[str, str, dict[str, Any]]], set[str]]] = {
    "a check of P1": (of_p1, {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system"}),
    "a check of P2": (of_p2, {*NORTH, *OPS, "a worker of larch", "shire's officer"}),
    "a check of P3": (of_p3, {*OPS, "south's system", "county's officer", "county's system"}),
    "a concern about P1": (
        a_concern,
        {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system"},
    ),
    "an absence of P1": (
        an_absence,
        {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system"},
    ),
    "larch itself": (a_registration, {*NORTH, *OPS}),
    "larch's on-call": (an_on_call, {*NORTH, *OPS}),
    "an answer about P1": (
        answer_to(ALERT_OF_P1),
        {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system"},
    ),
    "an answer about larch": (
        answer_to(ALERT_OF_LARCH),
        {*NORTH, *OPS, "a worker of larch", "county's officer", "county's system", "shire's officer"},
    ),
    "an answer to nothing": (answer_to("unknown"), set()),
}
ACTORS = {"south's system": "southerner", "county's system": "officer"}


@pytest.mark.parametrize("what", SAYS)
def test_each_says_what_is_theirs_to_say_and_nothing_else(world: World, what: str) -> None:
    house = world.house
    house.access.put_person(known("officer", Scope(commissioner_id="county")), house.now)
    say, theirs = SAYS[what]
    home, family, body = say(house)
    said = set()
    for who, (by, worker) in world.callers.items():
        answer = house.put(family, as_said(who, by, home, body), by, worker)
        assert answer.status_code in (202, 401, 403) or not theirs, (who, answer.text)
        if answer.status_code == 202:
            said.add(who)
    assert said == theirs


def known(id_: str, scope: Scope) -> Person:
    return Person(id_, f"Sample {id_.title()}", scope, EVERYTHING)


def as_said(who: str, by: Issued, home: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body as that caller sends it: a system names its home and who says it, a person the home."""
    is_system = by.token.kind == "system"
    its_people = "southerner" if home == "pine" else "manager"
    actor = ACTORS.get(who, its_people) if is_system else by.token.actor.id
    own: dict[str, Any] = {"homeid": home}
    if is_system:
        own["actor"] = actor
    data = body["data"]
    if "by" in data:
        data = {**data, "by": "manager" if who == "a worker of larch" else actor}
    return {**body, **own, "data": data}


CODES = {
    "larch": {*NORTH, *OPS},
    "birch": {*NORTH, *OPS, "a manager of birch"},
    "pine": {*OPS, "south's system"},
}


@pytest.mark.parametrize("home", CODES)
def test_whoever_manages_a_home_lets_devices_in_and_ends_them(world: World, home: str) -> None:
    house = world.house
    let = set()
    for who, (by, worker) in world.callers.items():
        answer = post(house, "devices:code", {"home_id": home}, by, worker)
        assert answer.status_code in (201, 401, 403, 404)
        if answer.status_code == 201:
            let.add(who)
            enrolled = house.client.post(
                "/api/v1/devices:enrol", orjson.dumps({"code": answer.json()["code"]})
            ).json()
            assert enrolled["home_id"] == home
            ended_by_others(world, enrolled["device_id"], CODES[home])
            assert delete(house, enrolled["device_id"], by) == 204
            listed = house.get(f"/devices?home={home}", by).json()["devices"]
            assert next(d for d in listed if d["device_id"] == enrolled["device_id"])["ended_at"] is not None
            assert enrolled["token"] not in str(listed)
    assert let == CODES[home]


def ended_by_others(world: World, device_id: str, managers: set[str]) -> None:
    for who, (by, worker) in world.callers.items():
        if who not in managers:
            assert delete(world.house, device_id, by, worker) in (401, 403, 404), who


def post(house: House, path: str, body: Any, by: Issued, worker: Issued | None = None) -> Any:

    return house.client.post(f"/api/v1/{path}", orjson.dumps(body), bearing(by, worker))


def delete(house: House, device_id: str, by: Issued, worker: Issued | None = None) -> int:

    return house.client.request(
        "DELETE", f"/api/v1/devices/{device_id}", None, bearing(by, worker)
    ).status_code


def test_a_lost_device_records_nothing_more_and_nor_does_who_signed_in_on_it(house: House) -> None:
    system = house.settle()
    device = house.device(id_="lost")
    worker = house.worker(device)
    assert house.put("checks", house.check(), device, worker).status_code == 202
    assert delete(house, "lost", system) == 204
    assert house.put("checks", house.check(), device, worker).status_code == 401
    assert delete(house, "lost", system) == 204
    assert delete(house, "never-was", system) == 404


def test_a_refused_fact_is_shown_to_the_home_and_to_whose_child_it_is_about(house: House) -> None:
    system = house.settle()
    tell(house, system, "larch", "placements", started("P2", "larch", "shire"))
    refuse(house, system, house.check("P1"), "about-p1", "unmatched")
    refuse(house, system, of_type("environment.assessed.v1"), "about-a-room", "unmatched")
    refuse(house, system, house.check("P1"), "used", "id_used")
    seen = {
        "north": system,
        "county": house.commissioner("county"),
        "shire": house.commissioner("shire"),
        "south": house.system("south"),
    }
    shown = {
        who: [each["event_id"] for each in house.get("/rejected", by).json()["rejected"]]
        for who, by in seen.items()
    }
    assert {who: set(ids) for who, ids in shown.items()} == {
        "north": {"about-p1", "about-a-room", "used"},
        "county": {"about-p1"},
        "shire": set(),
        "south": set(),
    }


def refuse(house: House, system: Issued, body: dict[str, Any], id_: str, reason: str) -> None:
    """A fact that the door took, and that the runner refused in the order of the log."""
    answer = house.put(family_of(body["type"]), house.of_system(body), system, id_=id_)
    assert answer.status_code == 202, answer.text
    record = next(record for record in house.records() if record.id == id_)
    effect = rejection(0, record, reason, {})
    house.log.append([Draft(REJECTED, "larch", effect.id, uuid.uuid4().hex, canonical(effect.event))])
