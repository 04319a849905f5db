"""Two providers, three homes, a commissioner, and the people and devices of the tests: sample data, all of it.

`House` is the real thing in a folder: `SqliteLog`, `KeyRing`, `Access`, the gateway's app. Its clock stands
still until a test moves it.
"""

import functools
import uuid
from pathlib import Path
from typing import Any, Self

import orjson
from httpx import Response

from services.gateway import operationspage
from services.gateway.app import Deps, make_app
from services.gateway.shares import Limits
from services.house.answered import answer_desk, mount
from services.house.app import TEMPLATES, standings
from services.house.reached import Reach
from services.pager.answering import api as answering
from services.pager.roster import web as roster
from shared import clock
from shared.instants import HOUR, NEVER, SECOND, Duration, Instant, parse_instant, show_instant
from shared.log.base import Record
from shared.log.sqlite import SqliteLog
from shared.security.access import Access
from shared.security.keys import KeyRing
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued, Kind
from shared.settings import Settings
from shared.topics import ALL
from shared.web import pages
from shared.web.pages import Pages
from tests.integration.gateway.client import Client
from tests.integration.gateway.composed import Others, views

EVENING = parse_instant("2026-03-27T21:00:00.000Z")
EVERYTHING = frozenset(Right) - {Right.ADMIN}
PIN = "4826"


class House:
    """Everything behind one door, and clients in front of it."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        """`limits`: others than the usual ones, by a clock (`elapsed`, in milliseconds) that the test moves."""
        self.folder = folder
        self.now: Instant = EVENING
        self.limits = limits or Limits()
        self.elapsed: Duration = 0
        self._moves = limits is not None

    def __enter__(self) -> Self:
        self.log = SqliteLog(self.folder / "log.sqlite3", always_open=True, clock=lambda: self.now)
        self.keys = KeyRing(self.folder / "keys.sqlite3", b"k" * 32)
        self.access = Access.open(self.folder / "access.sqlite3")
        self.views = views(self.folder)
        reach = Reach(Settings(), self.access.people, self.keys, self.views)
        others = Others(self.views, self.log, reach)
        deps = Deps(
            self.log,
            self.keys,
            self.access,
            views=self.views,
            snapshot=self.views,
            routers=others.routers,
            pages=others.pages,
            shows=others.feed.shows,
            standings=standings(others.feed, self.views),
            limits=self.limits,
            now=lambda: self.now,
            monotonic=(lambda: self.elapsed) if self._moves else clock.monotonic,
            unreachable=reach.wrong,
        )
        self.app = make_app(deps)
        desk = answer_desk(
            self.app, "http://door.test", self.keys, self.access, others.feed, self.views, lambda: self.now
        )
        mount(self.app, desk, Pages([answering.TEMPLATES]), reach.open_addresses)
        own_pages = Pages(TEMPLATES)
        now = functools.partial(getattr, self, "now")
        for router in (
            operationspage.operations_routes(self.app.state.troubles, own_pages, now),
            roster.roster_routes(self.views, lambda: None, own_pages, now),
        ):
            self.app.include_router(router)
        pages.install(self.app, "http://door.test")
        self.client = Client(self.app)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.log.close()
        self.keys.close()
        self.access.close()
        self.views.dispose()

    # -- who comes --------------------------------------------------------------------------------------------

    def system(self, provider: str = "north", rights: frozenset[Right] = EVERYTHING) -> Issued:
        return self.access.tokens.issue_system("rota-app", rights, Scope(provider_id=provider), self.now)

    def commissioner(self, id_: str = "county", rights: frozenset[Right] = EVERYTHING) -> Issued:
        return self.access.tokens.issue_person("officer", rights, Scope(commissioner_id=id_), self.now)

    def person(self, id_: str, provider: str = "north", rights: frozenset[Right] = EVERYTHING) -> Person:
        person = Person(id_, f"Sample {id_.title()}", Scope(provider_id=provider), rights)
        self.access.put_person(person, self.now, pin=PIN)
        return person

    def device(self, home: str = "larch", id_: str | None = None) -> Issued:
        code = self.access.new_code(home, self.now)
        issued = self.access.enrol(code, id_ or uuid.uuid4().hex[:6], self.now)
        assert issued is not None
        return issued

    def worker(self, device: Issued, staff_id: str = "ann", rights: frozenset[Right] = EVERYTHING) -> Issued:
        return self.access.tokens.issue_worker(staff_id, rights, device.token, self.now)

    # -- what they do -----------------------------------------------------------------------------------------

    def put(
        self, path: str, body: Any, by: Issued, worker: Issued | None = None, id_: str | None = None
    ) -> Response:
        return self.client.put(
            f"/api/v1/{path}/{id_ or uuid.uuid4()}", content=orjson.dumps(body), headers=bearing(by, worker)
        )

    def batch(self, facts: list[Any], by: Issued, worker: Issued | None = None) -> Response:
        return self.client.post(
            "/api/v1/facts:batch", content=orjson.dumps({"facts": facts}), headers=bearing(by, worker)
        )

    def get(self, path: str, by: Issued, worker: Issued | None = None) -> Response:
        return self.client.get(f"/api/v1{path}", headers=bearing(by, worker))

    def settle(self, home: str = "larch", provider: str = "north", placement: str | None = "P1") -> Issued:
        """Register a home and start a placement in it; the provider's system that did so."""
        system = self.system(provider)
        self.person("manager", provider)
        assert (
            self.put("homes", self.of_system(registration(home, provider), home), system).status_code == 202
        )
        if placement is not None:
            start = self.of_system(started(placement, home), home)
            assert self.put("placements", start, system).status_code == 202
        return system

    def of_system(self, body: dict[str, Any], home: str = "larch", actor: str = "manager") -> dict[str, Any]:
        return {**self.timed(body), "homeid": home, "actor": actor}

    def timed(self, body: dict[str, Any], ago: int = 0) -> dict[str, Any]:
        at = show_instant(self.now - ago * SECOND)
        return {"time": at, "enteredat": at, **body}

    def check(self, placement: str = "P1", ago: int = 0, **data: Any) -> dict[str, Any]:
        return self.timed(check(placement, **data), ago)

    def later(self, seconds: int) -> None:
        self.now += seconds * SECOND

    def records(self) -> list[Record]:
        return self.log.read(0, ALL, {}, NEVER, 100_000)[0]

    def events(self) -> list[dict[str, Any]]:
        return [orjson.loads(record.body) for record in self.records()]


def bearing(by: Issued, worker: Issued | None = None) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {by.secret}"}
    return headers if worker is None else {**headers, "Wakeful-Worker": worker.secret}


def check(placement: str = "P1", **data: Any) -> dict[str, Any]:
    seen = {
        "outcome": "seen",
        "sign_of_life": "breathing",
        "state": "asleep",
        "view": "doorway",
        "proof": "nfc",
    }
    body = {"placement_id": placement, **seen, **data}
    return {"type": "check.recorded.v1", "subject": placement, "data": body}


def registration(home: str, provider: str = "north", zone: str = "Europe/London") -> dict[str, Any]:
    data = {
        "home_id": home,
        "provider_id": provider,
        "time_zone": zone,
        "rooms": ["1", "2"],
        "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 1},
    }
    return {"type": "home.registered.v1", "subject": home, "data": data}


def started(placement: str, home: str, commissioner: str = "county") -> dict[str, Any]:
    data = {
        "placement_id": placement,
        "home_id": home,
        "commissioner_id": commissioner,
        "room": "1",
        "emergency": False,
        "suicide_risk": True,
    }
    return {"type": "placement.started.v1", "subject": placement, "data": data}


def away(placement: str, reason: str, until: Instant, **data: Any) -> dict[str, Any]:
    body = {"placement_id": placement, "reason": reason, "expected_end": show_instant(until), **data}
    return {"type": "disposition.started.v1", "subject": placement, "data": body}


__all__ = ["EVENING", "EVERYTHING", "HOUR", "PIN", "House", "Kind", "away", "bearing", "check", "started"]
