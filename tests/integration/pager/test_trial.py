"""A test of a home's on-call, over HTTP: real requests to people's receivers, told live, answered by the link."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from httpx import Response
from sqlalchemy import insert

from services.pager.answering.links import Links
from services.pager.channels.base import Address
from services.pager.desk import DeskHome
from services.pager.tables import HOMES
from services.pager.trial import api, page
from services.pager.trial.daily import Daily
from services.pager.trial.due import daily_id
from services.pager.trial.sending import Sender
from shared import clock
from shared.instants import SECOND, Instant, parse_instant
from shared.security.access import Access
from shared.security.rights import Right, Scope
from shared.store.engine import writing
from shared.web import access as web_access
from shared.web import problems
from shared.web.app import App
from shared.web.pages import Pages
from tests import fresh
from tests.integration.gateway.client import Client
from tests.integration.pager.posting import Carriers
from tests.integration.pager.receivers import Receiver, status
from tests.unit.pager.houses import house, override, policy
from tests.waiting import until

KEY = b"k" * 32
URL = "http://door.test"
MANAGE = frozenset({Right.MANAGE})


class Door:
    """The routes, over the real tables, with a receiver for each person."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.receiver = receiver
        self.unreachable = {"S8"}
        self.views = fresh.views(folder)
        self.access = Access.open(folder / "access.sqlite3")
        links = Links(URL, [KEY])
        self.link = page.link_of(links, URL)
        self.app = App(openapi_url=None)
        self.sender = Sender(self.views, Carriers, self.link)
        self.app.include_router(api.api_routes(self.views, self.sender, self.ways), prefix="/api/v1")
        self.app.include_router(page.page_routes(self.views, links, Pages([page.TEMPLATES])))
        web_access.install(self.app, self.access, clock.now)
        problems.install(self.app)
        self.client = Client(self.app)

    def ways(self, person: str) -> Sequence[Address]:
        return () if person in self.unreachable else (Address("post", f"{self.receiver.url}/{person}"),)

    def put(self, home: DeskHome) -> None:
        with writing(self.views) as connection:
            connection.execute(insert(HOMES).values(**asdict(home), state=b"", partition=0, changed=1))

    def ask(self, method: str, path: str, body: Any = None, provider: str = "PR1") -> Response:
        issued = self.access.tokens.issue_system("tests", MANAGE, Scope(provider_id=provider), clock.now())
        content = None if body is None else orjson.dumps(body)
        return self.client.request(
            method, f"/api/v1{path}", content, {"Authorization": f"Bearer {issued.secret}"}
        )

    def test(self, body: Any = None) -> list[dict[str, Any]]:
        answer = self.ask("POST", "/on-call/H1/test", body)
        assert answer.status_code == 200, answer.text
        return [orjson.loads(line) for line in answer.text.splitlines()]

    def tests(self) -> list[dict[str, Any]]:
        answer = self.ask("GET", "/on-call/H1/tests")
        assert answer.status_code == 200
        found: list[dict[str, Any]] = answer.json()["tests"]
        return found

    def close(self) -> None:
        self.client.close()
        self.access.close()
        self.views.dispose()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with Receiver() as receiver:
        door = Door(tmp_path, receiver)
        door.put(house(policy=policy(["S1", "S8"], ["rota:manager"], last_resort="S9")))
        yield door
        door.close()


def path_of(link: str) -> str:
    return urlsplit(link).path


def test_each_step_is_told_as_it_happens_and_the_book_has_it_afterwards(door: Door) -> None:
    told = door.test()
    said = [(each["what"], each.get("step"), each.get("to") or each.get("people")) for each in told]
    assert said[:2] == [("began", None, None), ("step", 1, ["S1", "S8"])]
    assert sorted(said[2:4]) == [("failed", 1, "S8"), ("sent", 1, "S1")]
    assert said[4:] == [("step", 2, []), ("step", 3, ["S9"]), ("sent", 3, "S9"), ("ended", None, None)]
    (test,) = door.tests()
    assert (test["kind"], test["by"], test["silent"]) == ("asked", "tests", ["S1", "S9"])
    assert [(each["to"], each["sent"]) for each in test["tries"] if each["step"] == 1] == [
        ("S1", True),
        ("S8", False),
    ]


def test_the_message_says_that_it_is_a_test(door: Door) -> None:
    door.test({"step": 1})
    (heard,) = door.receiver.wait(1)
    assert heard.path == "/S1"
    assert heard.json["title"].startswith("TEST, no alert")


def test_it_is_answered_by_the_link_and_opening_that_changes_nothing(door: Door) -> None:
    door.test({"step": 1})
    link = path_of(door.receiver.wait(1)[0].json["link"])
    for _ in range(2):
        shown = door.client.get(link)
        assert (shown.status_code, "This is a test, no alert" in shown.text) == (200, True)
    assert door.tests()[0]["answers"] == []
    assert "Thank you" in door.client.post(link, b"").text
    (answer,) = door.tests()[0]["answers"]
    door.client.post(link, b"")
    assert door.tests()[0]["answers"] == [answer]
    assert answer["by"] == "S1"
    assert answer["took"].startswith("PT")
    assert door.tests()[0]["silent"] == []


def test_a_link_that_is_over_or_of_something_else_opens_nothing(door: Door) -> None:
    door.test({"step": 1})
    test_id = door.tests()[0]["test_id"]
    day_before = clock.now() - 25 * 3600 * SECOND
    assert door.client.get(path_of(door.link(test_id, "S1", day_before))).status_code == 410
    assert (
        door.client.get(path_of(door.link(daily_id("H1", date(2026, 1, 1)), "S1", clock.now()))).status_code
        == 410
    )
    assert door.client.post(path_of(door.link(test_id, "S7", clock.now())), b"").status_code == 410
    assert door.client.get("/t/nonsense").status_code == 404


def test_a_receiver_that_fails_is_told_and_nothing_is_tried_twice(door: Door) -> None:
    door.receiver.behave(status(500))
    (failed,) = [each for each in door.test({"step": 3}) if each["what"] == "failed"]
    assert (failed["to"], failed["channel"], failed["error"]) == ("S9", "post", "status 500")
    assert len(door.receiver.heard) == 1


def test_only_whoever_manages_the_home_may_test_it_and_a_home_without_a_policy_has_none_to_test(
    door: Door,
) -> None:
    assert door.ask("POST", "/on-call/H1/test", provider="PR2").status_code == 404
    assert door.ask("GET", "/on-call/H1/tests", provider="PR2").status_code == 404
    door.put(house(home_id="H2", policy=None))
    assert door.ask("POST", "/on-call/H2/test").json()["type"] == "urn:wakeful:no-policy"
    assert door.ask("POST", "/on-call/H1/test", {"step": 9}).status_code == 422


def test_the_daily_test_goes_once_a_day_to_who_is_on_call_and_the_last_resort(door: Door) -> None:
    at: Instant = parse_instant("2026-03-02T14:00:00Z")
    whole = {**policy(["S1"], ["rota:manager"], last_resort="S9"), "test_at": "14:00"}
    on_call = override("manager", "S2", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")
    door.put(house(home_id="H3", policy=whole, overrides=[on_call]))
    first, another = (Daily(door.views, door.sender, door.ways, now=lambda: at, every=10) for _ in range(2))
    first.start()
    until(lambda: ended(door, "H3"))
    first.stop()
    another.turn()
    assert sorted(each.path for each in door.receiver.heard) == ["/S2", "/S9"]


def ended(door: Door, home_id: str) -> bool:
    tests = door.ask("GET", f"/on-call/{home_id}/tests").json()["tests"]
    return any("ended" in each for each in tests)
