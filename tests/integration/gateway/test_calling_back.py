"""PagerDuty calls back: who acknowledges there has it here, once, and nobody closes by it what only a fact closes."""

import hmac
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from httpx import Response

from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.ways import Address, Ways
from tests.integration.gateway.alerts import has_it, over, shown
from tests.integration.gateway.house import House
from tests.integration.gateway.test_answering import answers

ALERT = str(uuid.UUID(int=1, version=5))
SECRET = "the subscription's secret"
USER = {"id": "PXPGF42", "type": "user_reference"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as house:
        house.settle()
        on_call(house)
        shown(house, ALERT, placement_id="P1", commissioner_id="county")
        yield house


def on_call(house: House, **changes: Any) -> None:
    way = Address("pagerduty", "default", "r" * 32, {"webhook_secret": SECRET})
    reach = Ways(house.keys.ways_key).kept("ann", [way])
    usual: dict[str, Any] = {"scope": Scope(provider_id="north"), "rights": frozenset(Right), "reach": reach}
    house.access.put_person(Person("ann", "Sample Ann", **usual | changes), house.now)


def event(kind: str = "incident.acknowledged", agent: Any = USER, id_: str = "01", key: str = ALERT) -> bytes:
    data = {"id": "PT4KHLK", "type": "incident", "incident_key": key}
    return orjson.dumps({"event": {"id": id_, "event_type": kind, "agent": agent, "data": data}})


def call(house: House, body: bytes, secret: str = SECRET, who: str = "ann") -> Response:
    signature = f"v1={'0' * 64},v1={hmac.digest(secret.encode(), body, 'sha256').hex()}"
    return house.client.post(f"/answers/pagerduty/{who}", body, {"X-PagerDuty-Signature": signature})


@pytest.mark.parametrize("kind", ["incident.acknowledged", "incident.resolved"])
def test_whoever_answers_there_has_it_here(house: House, kind: str) -> None:
    assert "You have it until 21:10" in call(house, event(kind)).json()["said"]
    (data,) = answers(house)
    assert (data["by"], data["kind"], data["via"]) == ("ann", "acknowledge", "phone")


def test_the_same_call_again_is_the_same_answer(house: House) -> None:
    first = call(house, event())
    house.now += 5_000
    again = call(house, event())
    assert (first.status_code, again.status_code, len(answers(house))) == (200, 200, 1)


@pytest.mark.parametrize("agent", [None, {"id": "PS", "type": "inbound_integration_reference"}])
def test_what_we_told_pagerduty_ourselves_is_nobodys_answer(house: House, agent: Any) -> None:
    assert call(house, event(agent=agent)).status_code == 200
    assert call(house, event("incident.triggered")).status_code == 200
    assert answers(house) == []


def test_what_is_not_signed_by_that_persons_secret_is_not_heard(house: House) -> None:
    body = event()
    assert call(house, body, "another secret").status_code == 401
    assert call(house, body, who="nobody").status_code == 401
    assert house.client.post("/answers/pagerduty/ann", body).status_code == 401
    altered = house.client.post(
        "/answers/pagerduty/ann",
        event(id_="02"),
        {"X-PagerDuty-Signature": f"v1={hmac.digest(SECRET.encode(), body, 'sha256').hex()}"},
    )
    assert altered.status_code == 401
    on_call(house, reach=({"channel": "pagerduty", "to": "default", "secret": "r" * 32},))
    assert call(house, body, "").status_code == 401
    assert answers(house) == []


def test_somebody_else_who_has_it_keeps_it_and_is_named(house: House) -> None:
    has_it(house, ALERT, "ben", placement_id="P1", commissioner_id="county")
    assert call(house, event()).json()["said"].startswith("ben was first")
    assert answers(house) == []


def test_what_is_closed_stays_closed(house: House) -> None:
    over(house, ALERT, placement_id="P1", commissioner_id="county")
    assert "closed" in call(house, event()).json()["said"]
    assert answers(house) == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"scope": Scope(provider_id="south")}, 404),
        ({"active": False}, 401),
    ],
)
def test_whoever_has_lost_the_right_answers_nothing(
    house: House, changes: dict[str, Any], status: int
) -> None:
    on_call(house, **changes)
    assert call(house, event()).status_code == status
    assert answers(house) == []


def test_what_cannot_be_read_and_what_nobody_knows_says_so(house: House) -> None:
    assert call(house, b"no event").status_code == 400
    assert call(house, b'{"event": []}').status_code == 400
    assert call(house, event(key="no alert of ours")).status_code == 404
