"""Metrics: the field's units, no ids, and a view of what stands in the read models."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import OperationalError
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from services.alerts.tables import ALERTS
from shared import clock
from shared.instants import SECOND, Instant
from shared.log.base import Unavailable
from shared.log.sqlite import SqliteLog
from shared.metrics import Metrics
from shared.security.access import Access
from shared.security.rights import Right
from shared.security.rights import Scope as Reach
from shared.store import asides
from shared.store.engine import writing
from shared.web import access as web_access
from shared.web import problems
from shared.web.access import open_to_all
from shared.web.app import App
from tests import fresh


class House:
    def __init__(self, folder: Path) -> None:
        self.log = SqliteLog(folder / "log.sqlite3", always_open=True)
        self.views: Engine = fresh.views(folder)
        self.access = Access.open(folder / "access.sqlite3")
        self.blind: Instant | None = None
        self.metrics = Metrics(self.log, self.views, lambda: self.blind)
        self.app = App()
        web_access.install(self.app, self.access, clock.now)
        problems.install(self.app)
        self.app.include_router(self.metrics.routes())

        @self.app.get("/children/{child_id}", dependencies=[open_to_all("for this test")])
        def child(child_id: str) -> str:
            return child_id

        @self.app.get("/faulty", dependencies=[open_to_all("for this test")])
        def faulty() -> None:
            raise RuntimeError("broken")

        self.metrics.install(self.app)

    def get(
        self, path: str, host: str = "127.0.0.1", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(host, 5000), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://door.test") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())

    def shown(self) -> dict[tuple[str, tuple[str, ...]], float]:
        answer = self.get("/metrics")
        assert answer.status_code == 200
        families = text_string_to_metric_families(answer.text)
        return {
            (sample.name, tuple(sorted(sample.labels.values()))): sample.value
            for family in families
            for sample in family.samples
        }

    def close(self) -> None:
        self.log.close()
        self.views.dispose()
        self.access.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.close()


def test_what_runners_tell_is_counted_in_seconds_by_service(house: House) -> None:
    told = house.metrics
    told.applied("checks", 3)
    told.applied("checks", 4)
    told.reached("checks", 0, 1500)
    told.detected("checks", "check_missed", 40)
    told.outbox("checks", 2, 2 * SECOND)
    told.rejected("checks", "version_used")
    shown = house.shown()
    assert shown["wakeful_facts_total", ("checks",)] == 7
    assert shown["wakeful_present_lag_seconds", ("checks",)] == 1.5
    assert shown["wakeful_detection_lag_seconds_sum", ("check_missed", "checks")] == 0.04
    assert shown["wakeful_outbox_waiting", ("checks",)] == 2
    assert shown["wakeful_outbox_age_seconds", ("checks",)] == 2
    assert shown["wakeful_rejected_total", ("checks", "version_used")] == 1


def test_blindness_homes_set_aside_and_open_alerts_are_looked_up_at_each_scrape(house: House) -> None:
    quiet = house.shown()
    assert quiet["wakeful_blind_seconds", ()] == 0
    assert quiet["wakeful_append_time_steps_back_total", ()] == 0
    assert ("wakeful_homes_set_aside", ("checks",)) not in quiet
    house.blind = clock.now() - 90 * SECOND
    with writing(house.views) as connection:
        asides.put(connection, asides.Aside("checks", 0, "H1", 1, "KeyError: x", None))
        for number, state in enumerate(("raised", "resolved", "raised")):
            row = {"alert_id": str(number), "home_id": "H1", "kind": "check_missed", "severity": "page"}
            times = {"since": 1, "raised_at": 1, "changed_at": 1, "level": 1, "position": number, "facts": {}}
            connection.execute(insert(ALERTS).values(**row, **times, state=state))
    shown = house.shown()
    assert shown["wakeful_blind_seconds", ()] >= 90
    assert shown["wakeful_homes_set_aside", ("checks",)] == 1
    assert shown["wakeful_alerts_open", ("check_missed",)] == 2


def test_a_service_that_is_to_run_is_counted_from_nought_so_that_the_first_time_is_a_rise(
    house: House,
) -> None:
    house.metrics.begins("checks")
    shown = house.shown()
    counted = (
        "facts_total",
        "effects_differed_total",
        "log_unavailable_total",
        "homes_set_aside",
        "outbox_waiting",
    )
    assert [shown[f"wakeful_{name}", ("checks",)] for name in counted] == [0] * len(counted)


def test_answers_are_timed_by_route_and_no_id_is_ever_a_label(house: House) -> None:
    for path in ("/children/P-0001", "/children/P-0002", "/nowhere/P-0003"):
        house.get(path)
    shown = house.shown()
    assert shown["wakeful_door_seconds_count", ("/children/{child_id}", "2xx")] == 2
    assert shown["wakeful_door_seconds_count", ("4xx", "other")] == 1
    assert not any("P-000" in label for _, labels in shown for label in labels)


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": "127.0.0.1"}])
def test_from_elsewhere_the_metrics_ask_for_a_token(house: House, headers: dict[str, str]) -> None:
    assert house.get("/metrics", "192.0.2.7", headers).status_code == 401
    assert house.get("/metrics", "127.0.0.1", headers).status_code == (401 if headers else 200)


@pytest.mark.parametrize(("rights", "status"), [({Right.ADMIN}, 200), ({Right.READ, Right.MANAGE}, 403)])
def test_from_elsewhere_only_an_administrators_token_will_do(
    house: House, rights: set[Right], status: int
) -> None:
    issued = house.access.tokens.issue_system(
        "prober", frozenset(rights), Reach(everywhere=True), clock.now()
    )
    answer = house.get("/metrics", "192.0.2.7", {"Authorization": f"Bearer {issued.secret}"})
    assert answer.status_code == status


def test_a_fault_is_timed_as_one(house: House) -> None:
    assert house.get("/faulty").status_code == 500
    assert house.shown()["wakeful_door_seconds_count", ("/faulty", "5xx")] == 1


def test_whoever_goes_away_before_the_answer_is_no_fault_of_ours(house: House) -> None:
    async def unanswered(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def nobody(message: Message) -> None:
        raise AssertionError(f"nobody is there to be told {message}")

    app = App()
    app.router.default = unanswered
    house.metrics.install(app)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(app(scope, gone, nobody))
    shown = house.shown()
    assert shown["wakeful_door_seconds_count", ("gone", "other")] == 1
    assert ("wakeful_door_seconds_count", ("5xx", "other")) not in shown


def test_homes_set_aside_and_blindness_are_shown_by_the_next_process_too(house: House) -> None:
    with writing(house.views) as connection:
        asides.put(connection, asides.Aside("checks", 0, "H1", 1, "KeyError: x", None))
    after = Metrics(house.log, house.views, lambda: None).registry
    assert after.get_sample_value("wakeful_homes_set_aside", {"service": "checks"}) == 1


def test_blindness_is_shown_when_the_read_models_cannot_be_read(house: House) -> None:
    house.blind = clock.now() - 90 * SECOND
    with writing(house.views) as connection:
        connection.execute(text("DROP TABLE alerts_alerts"))
    with capture_logs() as said:
        assert house.shown()["wakeful_blind_seconds", ()] >= 90
    assert [line["log_level"] for line in said] == ["error"]


def test_what_matters_is_a_line_with_ids_and_without_what_somebody_wrote(house: House) -> None:
    with capture_logs() as said:
        house.metrics.rejected("checks", "version_used")
        house.metrics.set_aside("checks", "H1", "KeyError: 'hush'")
        house.metrics.differed("checks", "E1")
        house.metrics.unavailable("checks", Unavailable("disk full"))
        with pytest.raises(OperationalError) as failed, house.views.connect() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:body)"), {"body": "hush"})
        house.metrics.unavailable("checks", failed.value)
    assert [line["log_level"] for line in said] == ["warning", "error", "error", "error", "error"]
    assert said[1]["home_id"] == "H1"
    assert said[1]["fault"] == "KeyError"
    assert said[2]["event_id"] == "E1"
    assert "disk full" in said[3]["error"]
    assert "no such table" in said[4]["error"]
    assert "hush" not in repr(said)
    assert house.shown()["wakeful_log_unavailable_total", ("checks",)] == 2
