"""The cover of a night over HTTP, over a real log and a real read model: what each kind of reader is shown."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.cover import api
from services.cover.running import SERVICE
from shared import clock
from shared.events.canonical import canonical
from shared.instants import Instant
from shared.log.base import Draft
from shared.log.importing import Past, importing
from shared.log.sqlite import SqliteLog
from shared.runner import Runner
from shared.security.access import Access
from shared.security.rights import Right, Scope
from shared.store import outbox
from shared.store.engine import make_engine
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of
from shared.web import access as gate
from shared.web import problems
from tests.scenarios.cover_facts import asks, house, on_duty, rest, with_child
from tests.scenarios.facts import registered, started
from tests.scenarios.night import Night

Get = Callable[..., httpx.Response]


def told() -> Night:
    """Two authorities' children in H1; both need somebody for themselves, and P2's worker takes a break."""
    night = house(Night(), asks(1, dedicated=True), ())
    other = started("P2")
    other.data["commissioner_id"] = "C2"
    night.at("20:00").tell(started("P1"), other)
    night.at("20:30").tell(registered(home="H2"))
    night.at("21:55").tell(on_duty("W1"), with_child("W2", "P1"), with_child("W3", "P2"))
    night.at("22:10").tell(rest("W3"))
    return night


def draft(topic: str, event: dict[str, Any]) -> Draft:
    return outbox.draft(topic, event["homeid"], event["id"], canonical(event))


@pytest.fixture
def get(tmp_path: Path) -> Iterator[Get]:
    """What a reader with that scope gets, at 22:20."""
    night = told()
    with importing(tmp_path / "log.sqlite3") as importer:
        importer.add([Past(at, draft(topic, event)) for topic, at, event in night.moves if topic])
    now: Instant = night.instant("22:20")
    log = SqliteLog(tmp_path / "log.sqlite3", always_open=True, clock=lambda: now)
    views = make_engine(tmp_path / "views.sqlite3")
    access = Access.open(tmp_path / "access.sqlite3")
    upgrade(views, STORE_MIGRATIONS, version_table_of("store"))
    SERVICE.migrate(views)
    runner = Runner(log, views, SERVICE)
    runner.start()
    while runner.turn():
        pass
    app = FastAPI()
    problems.install(app)
    gate.install(app, access, clock.now)
    app.include_router(api.api_routes(views, log), prefix="/api/v1")

    def ask(path: str, as_of: str = "2026-03-02T22:20:00Z", **scope: Any) -> httpx.Response:
        token = access.tokens.issue_person("reader", frozenset({Right.READ}), Scope(**scope), clock.now())
        headers = {"Authorization": f"Bearer {token.secret}"}
        return asyncio.run(_get(app, f"/api/v1{path}?as_of={as_of}", headers))

    yield ask
    log.close()
    views.dispose()
    access.close()


async def _get(app: FastAPI, url: str, headers: dict[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(url, headers=headers)


def test_a_provider_sees_the_whole_of_its_home(get: Get) -> None:
    shown = get("/homes/H1/cover", provider_id="PR1").json()
    assert (shown["home_id"], shown["night"], shown["as_of"]) == (
        "H1",
        "2026-03-02",
        "2026-03-02T22:20:00.000Z",
    )
    assert shown["house"]["short_for"] == "PT0S"
    assert shown["house"]["required_for"] == "PT20M"
    last = shown["house"]["bands"][-1]
    assert (last["start"], last["end"]) == ("2026-03-02T22:10:00.000Z", "2026-03-02T22:20:00.000Z")
    assert (last["required"], last["evidenced"], last["short"]) == (1, 1, False)
    assert [(each["staff_id"], each["role"], each["state"]) for each in last["staff"]] == [
        ("W1", "waking", "awake"),
        ("W2", "one_to_one", "awake"),
        ("W3", "one_to_one", "on_break"),
    ]
    assert [(each["placement_id"], each["short_for"]) for each in shown["one_to_one"]] == [
        ("P1", "PT0S"),
        ("P2", "PT10M"),
    ]
    assert shown["on_duty"][2] == {
        "staff_id": "W3",
        "role": "one_to_one",
        "placement_id": "P2",
        "since": "2026-03-02T21:55:00.000Z",
        "proved_at": "2026-03-02T21:55:00.000Z",
        "on_break": {"since": "2026-03-02T22:10:00.000Z", "expected": "PT20M"},
    }
    assert {event["data"]["kind"] for event in shown["alerts"] if "kind" in event["data"]} == {
        "one_to_one_gap"
    }


def test_a_commissioner_is_not_told_which_other_children_have_somebody_for_themselves(get: Get) -> None:
    answer = get("/homes/H1/cover", commissioner_id="C1")
    assert "P2" not in answer.text
    shown = answer.json()
    assert [each["placement_id"] for each in shown["one_to_one"]] == ["P1"]
    assert shown["alerts"] == []
    assert [each["staff_id"] for each in shown["house"]["bands"][-1]["staff"]] == ["W1", "W2", "W3"]
    other = get("/homes/H1/cover", commissioner_id="C2").json()
    assert [event["data"].get("placement_id") for event in other["alerts"]] == ["P2", None]


@pytest.mark.parametrize(
    ("home", "scope"),
    [
        ("H1", {"provider_id": "PR2"}),
        ("H1", {"commissioner_id": "C3"}),
        ("H2", {"commissioner_id": "C1"}),
        ("H3", {"provider_id": "PR1"}),
    ],
)
def test_a_home_of_which_the_reader_may_see_nothing_is_not_there(
    get: Get, home: str, scope: dict[str, str]
) -> None:
    assert get(f"/homes/{home}/cover", **scope).status_code == 404
    assert get(f"/homes/{home}/cover/2026-03-02", **scope).status_code == 404


def test_a_night_is_named_by_its_evenings_date(get: Get) -> None:
    shown = get("/homes/H1/cover/2026-03-01", provider_id="PR1").json()
    assert (shown["start"], shown["end"]) == ("2026-03-01T12:00:00.000Z", "2026-03-02T12:00:00.000Z")
    assert shown["house"]["short_for"] == "PT0S"
    assert get("/homes/H1/cover/2026-02-30", provider_id="PR1").status_code == 422


def test_as_it_was_known_at_an_instant(get: Get) -> None:
    shown = get("/homes/H1/cover/2026-03-02", "2026-03-02T22:05:00Z", provider_id="PR1").json()
    assert shown["house"]["bands"][-1]["end"] == "2026-03-02T22:05:00.000Z"
    assert all("on_break" not in each for each in shown["on_duty"])


def test_an_instant_that_is_none_is_said_so(get: Get) -> None:
    answer = get("/homes/H1/cover", "tonight", provider_id="PR1")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "as_of"
