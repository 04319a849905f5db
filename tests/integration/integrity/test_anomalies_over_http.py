"""`GET /api/v1/anomalies`: what each reader may see, with entries, reason and decisions, over rows as they are stored.

Sample data.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from services.integrity.api import api_routes
from services.integrity.model import IntegrityMonitor
from services.integrity.running import SERVICE
from services.integrity.tables import METADATA
from shared import clock
from shared.facts import Fact
from shared.instants import HOUR, MINUTE, parse_instant
from shared.log.sqlite import SqliteLog
from shared.security.access import Access
from shared.security.rights import Right, Scope
from shared.store import rows
from shared.topics import CHECK_INS, NIGHT_COVER, PLAN_CHANGES, RESPONSES
from shared.web import access as gate
from shared.web import problems
from tests import fresh
from tests.integration.gateway.client import Client

EVENING = parse_instant("2026-03-02T20:00:00Z")


class House:
    """A read model that the monitor wrote, and the route over it."""

    def __init__(self, folder: Path) -> None:
        self.engine = fresh.views(folder)
        self.log = SqliteLog(folder / "log.sqlite3", always_open=True)
        self.access = Access.open(folder / "access.sqlite3")
        self.monitor = IntegrityMonitor()
        self._told = 0
        app = FastAPI()
        problems.install(app)
        gate.install(app, self.access, clock.now)
        app.include_router(api_routes(self.engine, self.log), prefix="/api/v1")
        self._client = Client(app)

    def tell(
        self, topic: str, type_: str, data: dict[str, Any], home: str, at: int = EVENING, late: int = 0
    ) -> list[dict[str, Any]]:
        self._told += 1
        subject = data.get("placement_id", home)
        fact = Fact(
            topic,
            at + late,
            home,
            f"f{self._told}",
            type_,
            subject,
            "device/1",
            "W1",
            at,
            at,
            data,
        )
        effects = [effect.event["data"] for effect in self.monitor.apply(fact)]
        with self.engine.begin() as connection:
            rows.put(connection, METADATA, self.monitor.changed())
        return effects

    def home(self, home: str, provider: str, *children: tuple[str, str]) -> None:
        data = {"home_id": home, "provider_id": provider, "time_zone": "Europe/London", "rooms": ["R1"]}
        purpose = {"waking_staff": 1, "sleep_in_staff": 0}
        self.tell(PLAN_CHANGES, "home.registered.v1", {**data, "statement_of_purpose": purpose}, home)
        for child, commissioner in children:
            stay = {"placement_id": child, "home_id": home, "commissioner_id": commissioner, "room": "R1"}
            stay |= {"emergency": False, "suicide_risk": False}  # type: ignore[dict-item]
            self.tell(PLAN_CHANGES, "placement.started.v1", stay, home)

    def returned(self, child: str, home: str) -> None:
        """Seen while away."""
        away = {"placement_id": child, "reason": "school", "expected_end": "2026-03-03T06:00:00Z"}
        self.tell(PLAN_CHANGES, "disposition.started.v1", away, home)
        data = {"placement_id": child, "outcome": "seen", "sign_of_life": "awake", "proof": "nfc"}
        self.tell(CHECK_INS, "check.recorded.v1", data, home, EVENING + MINUTE)

    def counted(self, headcount: int, home: str, at: int = EVENING + 2 * HOUR) -> list[dict[str, Any]]:
        data = {"from_staff_id": "W1", "to_staff_id": "W2", "accepted": True, "headcount": headcount}
        return self.tell(NIGHT_COVER, "cover.handed_over.v1", data, home, at)

    def decide(self, alert_id: str, home: str) -> None:
        data = {"alert_id": alert_id, "by": "RM1", "kind": "decide", "reason": "seen (sample)", "via": "app"}
        self.tell(RESPONSES, "response.given.v1", data, home, EVENING + 3 * HOUR)

    def ask(self, rights: frozenset[Right] = frozenset({Right.READ}), **wanted: Any) -> httpx.Response:
        scope = {name: wanted.pop(name) for name in ("provider_id", "commissioner_id") if name in wanted}
        secret = self.access.tokens.issue_person("reader", rights, Scope(**scope), clock.now()).secret
        head = {"Authorization": f"Bearer {secret}"}
        return self._client.get(f"/api/v1/anomalies?{urlencode(wanted)}", head)

    def seen(self, **wanted: Any) -> list[dict[str, Any]]:
        answer = self.ask(**wanted)
        assert answer.status_code == 200, answer.text
        anomalies: list[dict[str, Any]] = answer.json()["anomalies"]
        return anomalies

    def close(self) -> None:
        self._client.close()
        self.log.close()
        self.access.close()
        self.engine.dispose()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.home("H1", "PR1", ("P1", "C1"), ("P2", "C2"))
    house.home("H2", "PR2", ("P3", "C1"))
    house.returned("P1", "H1")
    house.returned("P3", "H2")
    house.counted(7, "H1")
    yield house
    house.close()


def patterns(anomalies: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each["home_id"], each["pattern"]) for each in anomalies]


def test_a_provider_sees_all_of_its_homes(house: House) -> None:
    assert patterns(house.seen(provider_id="PR1")) == [("H1", "headcount"), ("H1", "seen_while_away")]
    assert patterns(house.seen(provider_id="PR2")) == [("H2", "seen_while_away")]


def test_a_commissioner_sees_those_about_its_own_children_across_providers(house: House) -> None:
    theirs = house.seen(commissioner_id="C1")
    assert sorted(each["placement_id"] for each in theirs) == ["P1", "P3"]
    assert house.seen(commissioner_id="C2") == []


def test_an_anomaly_says_what_made_it_and_nothing_is_null(house: House) -> None:
    first, *_ = house.seen(provider_id="PR1", pattern="headcount")
    assert len(first.pop("alert_id")) == 36
    assert first == {
        "home_id": "H1",
        "pattern": "headcount",
        "since": "2026-03-02T22:00:00.000Z",
        "raised_at": "2026-03-02T22:00:00.000Z",
        "changed_at": "2026-03-02T22:00:00.000Z",
        "level": 1,
        "entries": ["f10"],
        "reason": "A handover counted 7 children; 2 children present by the record.",
        "open": True,
        "decisions": [],
    }


def test_it_stands_as_it_was_last_worsened(house: House) -> None:
    house.counted(8, "H1", EVENING + 3 * HOUR)
    first, *_ = house.seen(provider_id="PR1", pattern="headcount")
    assert (first["level"], first["entries"], first["changed_at"]) == (2, ["f11"], "2026-03-02T23:00:00.000Z")
    assert first["raised_at"] == "2026-03-02T22:00:00.000Z"


def test_a_decision_closes_it_here_with_who_and_when(house: House) -> None:
    alert = house.seen(provider_id="PR1", pattern="headcount")[0]["alert_id"]
    house.decide(alert, "H2")  # another home's
    assert patterns(house.seen(provider_id="PR1", open=True))[0] == ("H1", "headcount")
    house.decide(alert, "H1")
    assert patterns(house.seen(provider_id="PR1", open=True)) == [("H1", "seen_while_away")]
    (decided,) = house.seen(provider_id="PR1", open=False)
    assert decided["decisions"] == [{"response_id": "f12", "by": "RM1", "at": "2026-03-02T23:00:00.000Z"}]


def test_filters_by_home_and_placement(house: House) -> None:
    assert patterns(house.seen(commissioner_id="C1", home="H2")) == [("H2", "seen_while_away")]
    assert house.seen(commissioner_id="C1", home="H1", placement="P3") == []
    assert patterns(house.seen(provider_id="PR1", placement="P1")) == [("H1", "seen_while_away")]


def test_pages_follow_one_another(house: House) -> None:
    page = house.ask(provider_id="PR1", limit=1).json()
    assert patterns(page["anomalies"]) == [("H1", "headcount")]
    house.home("H3", "PR1")
    house.counted(1, "H3", EVENING + 5 * HOUR)  # new ones do not shift it
    rest = house.ask(provider_id="PR1", limit=1, cursor=page["next"]).json()
    assert patterns(rest["anomalies"]) == [("H1", "seen_while_away")]
    assert "next" not in rest


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsMl0=", "WyIxIiwgImEiXQ=="])
def test_a_cursor_of_somebodys_own_is_told_so(house: House, cursor: str) -> None:
    assert house.ask(provider_id="PR1", cursor=cursor).status_code == 422


def test_a_pattern_that_is_none_is_told_so(house: House) -> None:
    assert house.ask(provider_id="PR1", pattern="wrong").status_code == 422


def test_nobody_without_the_right_to_read_sees_anything(house: House) -> None:
    assert house.ask(frozenset({Right.RECORD}), provider_id="PR1").status_code == 403


def test_the_monitor_comes_back_from_what_is_stored(house: House) -> None:
    monitor = IntegrityMonitor()
    with house.engine.connect() as connection:
        monitor.restore(SERVICE.remembered(connection, monitor), EVENING + 2 * HOUR)
    house.monitor = monitor
    assert [data["level"] for data in house.counted(9, "H1", EVENING + 4 * HOUR)] == [2]
    assert house.counted(2, "H1", EVENING + 4 * HOUR) == []
