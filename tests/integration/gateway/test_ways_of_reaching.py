"""How people are reached, at the door: looked at when it is written down, sealed, and never shown again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.security.ways import Address, Ways
from tests.integration.gateway.house import House

SECRET = "whsec_c2FtcGxlLXNlY3JldC1vZi0zMi1ieXRlcy1sb25nIQ=="
HOOK = {"channel": "webhook", "to": "https://receiver.example/hook/sample-token", "secret": SECRET}
SMS = {"channel": "sms", "to": "+44 1632 960001"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        yield made


def put(house: House, system: Any, *reach: dict[str, Any], **more: Any) -> Any:
    body = {"name": "Sample Ann", "provider_id": "north", "rights": ["read"], "reach": reach, **more}
    return house.put("people", body, system, id_="ann")


def opened(house: House) -> tuple[Address, ...]:
    person = house.access.people.get("ann")
    assert person is not None
    return Ways(house.keys.ways_key).opened("ann", person.reach)


def test_a_secret_goes_in_and_never_comes_out(house: House) -> None:
    system = house.settle()
    made = put(house, system, HOOK, SMS)
    assert made.status_code == 200
    hook, sms = house.get("/people/ann", system).json()["reach"]
    assert (hook["channel"], hook["secret"]) == ("webhook", "set")
    assert hook["to"].startswith("https://receiver.example/…")
    assert (sms["to"], sms["secret"]) == (SMS["to"], None)
    assert SECRET not in made.text
    assert "sample-token" not in made.text
    assert opened(house) == (Address("webhook", HOOK["to"], SECRET), Address("sms", SMS["to"]))
    for file in house.folder.iterdir():
        assert b"sample-token" not in file.read_bytes()
        assert SECRET.encode() not in file.read_bytes()


def test_what_was_read_may_be_written_back_with_another_name(house: House) -> None:
    system = house.settle()
    put(house, system, HOOK, SMS)
    read = house.get("/people/ann", system).json()["reach"]
    assert put(house, system, *reversed(read), name="Sample Anne").status_code == 200
    assert opened(house) == (Address("sms", SMS["to"]), Address("webhook", HOOK["to"], SECRET))


@pytest.mark.parametrize(
    ("way", "field", "remedy"),
    [
        ({"channel": "pigeon", "to": "loft"}, "reach.1", "take one of"),
        (
            {"channel": "webhook", "to": "http://receiver.example/sample", "secret": SECRET},
            "reach.1",
            "https://",
        ),
        ({"channel": "webhook", "to": "https://10.0.0.1/sample", "secret": SECRET}, "reach.1", "private"),
        ({"channel": "webhook", "to": "https://receiver.example/sample"}, "reach.1", "whsec_"),
        (
            {"channel": "webhook", "to": "https://receiver.example/…0f0f0f", "secret": "set"},
            "reach.1.to",
            "whole",
        ),
        ({"channel": "sms", "to": "sample"}, "reach.1", "+44"),
        ({"channel": "sms", "to": "+44 1632 960001", "secrets": "sample"}, "reach.1.secrets", ""),
    ],
)
def test_a_way_that_reaches_nobody_is_refused_with_a_remedy(
    house: House, way: dict[str, Any], field: str, remedy: str
) -> None:
    refused = put(house, house.settle(), SMS, way)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["field"] == field
    assert remedy in error["remedy"]
    assert "sample" not in refused.text
    assert SECRET not in refused.text
    assert house.access.people.get("ann") is None


def test_somebody_whose_way_is_good_no_more_can_still_be_changed(house: House) -> None:
    system = house.settle()
    put(house, system, HOOK)
    before = house.access.people.get("ann")
    assert before is not None
    old = Ways(house.keys.ways_key).kept("ann", [Address("sms", "07700 900123")])
    house.access.put_person(replace(before, reach=old), house.now)
    read = house.get("/people/ann", system).json()["reach"]
    assert put(house, system, *read, active=False).status_code == 200
