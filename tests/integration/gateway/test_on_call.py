"""On-call at the door: who may say it, whom it may name, and what is remembered over a restart."""

from pathlib import Path
from typing import Any

import pytest

from services.gateway.snapshot import Keeper
from shared.instants import HOUR, MINUTE, show_instant
from shared.security.people import Person
from shared.security.rights import Right, Scope
from tests.integration.gateway.house import House


def on_call(house: House, type_: str, actor: str = "manager", **data: Any) -> dict[str, Any]:
    return house.of_system({"type": f"{type_}.v1", "subject": "larch", "data": data}, actor=actor)


def policy(house: House, *who: str, **data: Any) -> dict[str, Any]:
    steps = [{"after": "PT0S", "who": list(who)}]
    return on_call(house, "on_call.policy_set", steps=steps, repeat_last_every="PT10M", **data)


def rota(house: House, person_id: str) -> dict[str, Any]:
    entry = {"person_id": person_id, "days": ["mon"], "from": "08:00", "to": "08:00"}
    return on_call(house, "on_call.rota_set", rota="managers", weekly=[entry])


def silence(house: House, second_by: str | None, minutes: int = 30, **covers: Any) -> dict[str, Any]:
    until = show_instant(house.now + minutes * MINUTE)
    data: dict[str, Any] = {
        "silence_id": "Q1",
        "covers": covers,
        "from": show_instant(house.now),
        "until": until,
        "reason": "A drill.",
    }
    return on_call(house, "silence.set", **data, **({} if second_by is None else {"second_by": second_by}))


def reachable(house: House, id_: str, *, active: bool = True) -> None:
    reach = ({"channel": "ntfy", "to": "https://push.example/sample"},)
    scope = Scope(provider_id="north")
    person = Person(id_, f"Sample {id_.title()}", scope, frozenset(), reach, active)
    house.access.put_person(person, house.now)


def fields(answer: Any, part: str = "errors") -> list[str]:
    return [each["field"] for each in answer.json().get(part, ())]


def test_whoever_is_on_call_is_known(house: House) -> None:
    system = house.settle()
    got = house.put("on-call", rota(house, "nobody"), system)
    assert (got.status_code, fields(got)) == (422, ["data.weekly.0.person_id"])
    reachable(house, "left", active=False)
    assert house.put("on-call", rota(house, "left"), system).status_code == 422
    house.person("ann")
    taken = house.put("on-call", rota(house, "ann"), system)
    assert (taken.status_code, fields(taken, "warnings")) == (202, ["data.weekly.0.person_id"])
    reachable(house, "ben")
    assert "warnings" not in house.put("on-call", rota(house, "ben"), system).json()
    swap = {"rota": "managers", "reason": "Swapped."}
    swap |= {"from": show_instant(house.now), "to": show_instant(house.now + HOUR)}
    over = house.put("on-call", on_call(house, "on_call.override_set", person_id="nobody", **swap), system)
    assert (over.status_code, fields(over)) == (422, ["data.person_id"])
    taken = house.put("on-call", on_call(house, "on_call.override_set", person_id="ben", **swap), system)
    assert (taken.status_code, "warnings" in taken.json()) == (202, False)


def test_a_policy_is_taken_with_what_is_still_to_be_done(house: House) -> None:
    system = house.settle()
    reachable(house, "ben")
    house.person("ann")
    body = policy(house, "on_duty", "home_phone", "rota:managers", "ben", "cleo", last_resort="ann")
    taken = house.put("on-call", body, system)
    assert taken.status_code == 202
    whom = "data.steps.0.who."
    assert fields(taken, "warnings") == [f"{whom}2", f"{whom}1", f"{whom}4", "data.last_resort"]
    bare = house.put("on-call", policy(house, "ben"), system)
    assert (bare.status_code, fields(bare, "warnings")) == (202, ["data.last_resort"])
    assert "watched" in bare.json()["warnings"][0]["remedy"]


@pytest.mark.parametrize("slip", ["on-duty", "homephone", "comissioner", "rota;"])
def test_a_slip_of_a_word_in_a_policy_is_refused(house: House, slip: str) -> None:
    system = house.settle()
    got = house.put("on-call", policy(house, "on_duty", slip), system)
    assert (got.status_code, fields(got)) == (422, ["data.steps.0.who.1"])
    reachable(house, slip)
    assert house.put("on-call", policy(house, "on_duty", slip), system).status_code == 202


def test_what_wakes_somebody_is_silenced_by_two_who_may(house: House) -> None:
    system = house.settle()
    house.person("reader", rights=frozenset({Right.READ}))
    house.person("stranger", "south")
    for second in (None, "manager", "nobody", "reader", "stranger"):
        got = house.put("on-call", silence(house, second), system)
        assert (got.status_code, fields(got)) == (422, ["data.second_by"]), second
    house.person("adele", rights=frozenset({Right.APPROVE}))
    house.person("milo", rights=frozenset({Right.MANAGE}))
    for second in ("adele", "milo"):
        assert house.put("on-call", silence(house, second), system).status_code == 202
    assert (
        house.put("on-call", silence(house, "adele", 31), system).json()["type"].endswith("silence-too-long")
    )
    alone = silence(house, None, 6000, kinds=["plan_missing"])
    assert house.put("on-call", alone, system).status_code == 202


def test_on_call_is_for_whoever_manages_the_home(house: House) -> None:
    house.settle()
    house.person("adele", rights=frozenset({Right.APPROVE}))
    weak = house.system(rights=frozenset(Right) - {Right.MANAGE, Right.ADMIN})
    for body in (policy(house, "on_duty"), rota(house, "adele"), silence(house, "adele")):
        assert house.put("on-call", body, weak).status_code == 403
        assert house.put("on-call", body, house.system("south")).status_code == 403
        assert house.put("on-call", body, house.commissioner()).status_code == 403


def test_the_door_remembers_rotas_and_silences_over_a_restart(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        system = house.settle()
        reachable(house, "ben")
        house.person("adele", rights=frozenset({Right.APPROVE}))
        assert house.put("on-call", rota(house, "ben"), system).status_code == 202
        assert house.put("on-call", silence(house, "adele"), system).status_code == 202
        house.later(1)
        keeper = Keeper(house.log, house.views)
        keeper.start()
        keeper.stop()
    with House(tmp_path) as house:
        system = house.system()
        body = policy(house, "rota:managers", last_resort="ben")
        assert "warnings" not in house.put("on-call", body, system).json()
        end = on_call(house, "silence.ended", silence_id="Q1")
        assert house.put("on-call", end, system).status_code == 202
        again = house.put("on-call", end, system)
        assert (again.status_code, fields(again)) == (422, ["data.silence_id"])
