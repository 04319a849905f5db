"""On-call over HTTP, over a real read model: who is on call now and next, and what each kind of reader is shown."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.pager import api
from shared import clock
from shared.log.sqlite import SqliteLog
from shared.security.access import Access
from shared.security.rights import Right, Scope
from shared.store.engine import make_engine
from shared.web import access as gate
from shared.web import problems
from tests.unit.pager.desk_story import WHOLE_DAY, DeskStory

Get = Callable[..., httpx.Response]


def told(story: DeskStory) -> DeskStory:
    """Two authorities' children in H1. By day A is on call, by night B; on one night C, for B."""
    story.home().home("H2").child("P1", "C1").child("P2", "C2")
    by_day = {"person_id": "A", "days": WHOLE_DAY, "from": "09:00", "to": "21:00"}
    by_night = {"person_id": "B", "days": WHOLE_DAY, "from": "21:00", "to": "08:00"}
    rota = {"rota": "manager", "weekly": [by_day, by_night]}
    story.fact("wakeful.plan-changes", "on_call.rota_set.v1", rota)
    story.policy(["on_duty", "home_phone"], ["rota:manager"], ["commissioner"])
    story.until("21:30").shift("W1").override("manager", "C", "22:00", "23:00")
    story.silence("S1", "22:00", "22:30")
    other = {"silence_id": "S2", "covers": {"placement_id": "P2"}, "reason": "x", "second_by": "S2"}
    times = {"from": story.text("22:30"), "until": story.text("22:40")}
    return story.fact("wakeful.plan-changes", "silence.set.v1", {**other, **times}).until("22:10")


@pytest.fixture
def get(tmp_path: Path) -> Iterator[Get]:
    """What a reader with that scope gets, at 22:10."""
    views = make_engine(tmp_path / "views.sqlite3")
    story = told(DeskStory(engine=views))
    log = SqliteLog(tmp_path / "log.sqlite3")
    access = Access.open(tmp_path / "access.sqlite3")
    app = FastAPI()
    problems.install(app)
    gate.install(app, access, clock.now)
    app.include_router(api.api_routes(views, log, lambda: story.clock), prefix="/api/v1")

    def ask(path: str, rights: frozenset[Right] = frozenset({Right.READ}), **scope: Any) -> httpx.Response:
        token = access.tokens.issue_person("reader", rights, Scope(**scope), clock.now())
        return asyncio.run(_get(app, f"/api/v1{path}", {"Authorization": f"Bearer {token.secret}"}))

    yield ask
    log.close()
    access.close()
    story.close()


async def _get(app: FastAPI, url: str, headers: dict[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(url, headers=headers)


def test_a_home_shows_who_is_behind_each_step_now_and_next_and_when_nobody_will_be(get: Get) -> None:
    shown = get("/on-call?home=H1", provider_id="PR1").json()
    assert (shown["home_id"], shown["watched"], shown["standing"]) == ("H1", True, "watched")
    steps = shown["policy"]["steps"]
    assert [step["now"] for step in steps] == [
        ["W1", "home:H1"],
        ["C"],
        ["commissioner:C1", "commissioner:C2"],
    ]
    assert [step.get("next") for step in steps] == [
        None,
        {"at": "2026-03-02T23:00:00.000Z", "people": ["B"]},
        None,
    ]
    assert (shown["policy"]["last_resort"], shown["policy"]["repeat_last_every"]) == ("L", "PT10M")
    assert shown["gaps"][0] == {
        "rota": "manager",
        "start": "2026-03-03T08:00:00.000Z",
        "end": "2026-03-03T09:00:00.000Z",
    }
    assert len(shown["gaps"]) == 14


def test_a_home_without_a_policy_does_not_count_as_watched(get: Get) -> None:
    shown = get("/on-call?home=H2", provider_id="PR1").json()
    assert (shown["watched"], shown["standing"], shown["gaps"]) == (False, "no_policy", [])
    assert "policy" not in shown


def test_a_rota_is_shown_in_stretches_without_holes(get: Get) -> None:
    shown = get(
        "/on-call/H1/rotas/manager?from=2026-03-02T22:10:00Z&to=2026-03-03T10:00:00Z", provider_id="PR1"
    )
    assert [(each["end"][11:16], each["people"]) for each in shown.json()["stretches"]] == [
        ("23:00", ["C"]),
        ("08:00", ["B"]),
        ("09:00", []),
        ("10:00", ["A"]),
    ]
    unknown = get("/on-call/H1/rotas/nobodys", provider_id="PR1").json()["stretches"]
    assert [each["people"] for each in unknown] == [[]]


@pytest.mark.parametrize(
    "times",
    ["from=tonight", "to=2026-03-01T00:00:00Z", "from=2026-03-01T00:00:00Z&to=2026-07-01T00:00:00Z"],
)
def test_times_that_make_no_sense_are_answered_with_what_would(get: Get, times: str) -> None:
    answer = get(f"/on-call/H1/rotas/manager?{times}", provider_id="PR1")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["remedy"]


def test_silences_say_whose_they_are_and_whether_they_hold_now(get: Get) -> None:
    shown = get("/silences?home=H1", provider_id="PR1").json()["silences"]
    assert [(each["silence_id"], each["holds"], each["author"], each["second_by"]) for each in shown] == [
        ("S1", True, "S1", "S2"),
        ("S2", False, "S1", "S2"),
    ]
    assert shown[1]["covers"] == {"placement_id": "P2"}


def test_an_authority_is_not_told_of_anothers_child(get: Get) -> None:
    told = get("/on-call?home=H1", commissioner_id="C1")
    assert told.json()["policy"]["steps"][2]["now"] == ["commissioner:C1"]
    assert "C2" not in told.text
    silences = get("/silences?home=H1", commissioner_id="C1")
    assert [each["silence_id"] for each in silences.json()["silences"]] == ["S1"]
    assert "P2" not in silences.text


@pytest.mark.parametrize("path", ["/on-call?home={}", "/on-call/{}/rotas/manager", "/silences?home={}"])
@pytest.mark.parametrize(
    ("home", "scope"),
    [
        ("H1", {"provider_id": "PR2"}),
        ("H1", {"commissioner_id": "C3"}),
        ("H2", {"commissioner_id": "C1"}),
        ("H3", {"provider_id": "PR1"}),
        ("H1", {"provider_id": "PR1", "homes": frozenset({"H2"})}),
    ],
)
def test_what_is_not_the_readers_is_not_there(get: Get, path: str, home: str, scope: dict[str, Any]) -> None:
    assert get(path.format(home), **scope).status_code == 404


def test_who_may_not_read_is_refused(get: Get) -> None:
    assert get("/on-call?home=H1", frozenset({Right.MANAGE}), provider_id="PR1").status_code == 403
