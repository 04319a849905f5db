"""How a worker stands, as its supervisor and Prometheus are told."""

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest

from shared import clock
from shared.instants import Duration, Instant, show_instant
from shared.web import problems
from shared.web.app import App
from shared.worker.health import Standing, health_routes

BLIND_AFTER: Duration = 60_000
AT: Instant = 1_790_000_000_000


@dataclass
class Crew:
    """How far each home-partition in its hands has come."""

    reached: dict[int, Instant | None] = field(default_factory=dict)

    @property
    def owned(self) -> frozenset[int]:
        return frozenset(self.reached)

    def clocks(self) -> dict[int, Instant | None]:
        return dict(self.reached)


@dataclass
class Ownership:
    failed: Exception | None = None


class Worker:
    """Two services, and the hand on the steady clock."""

    def __init__(self) -> None:
        self.now = 1_000_000
        self.checks, self.alerts, self.ownership = Crew(), Crew(), Ownership()
        crews = {"checks": self.checks, "alerts": self.alerts}
        self.standing = Standing(crews, [Ownership(), self.ownership], BLIND_AFTER)
        self._app = App(openapi_url=None, docs_url=None, redoc_url=None)
        self._app.include_router(health_routes(self.standing))
        problems.install(self._app)

    def asked(self, path: str) -> tuple[int, str]:
        """The status, and what is said."""
        answer = asyncio.run(self._get(path))
        said = answer.json()
        return answer.status_code, said.get("status", "") if answer.is_success else said["detail"]

    async def _get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
            return await client.get(path)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    worker = Worker()
    monkeypatch.setattr(clock, "monotonic", lambda: worker.now)
    return worker


def test_a_worker_that_owns_nothing_is_ready_to_take_over(worker: Worker) -> None:
    assert worker.asked("/readyz") == (200, "ready")
    assert worker.asked("/healthz") == (200, "ok")


def test_one_home_partition_that_stands_is_told_though_all_others_go_on(worker: Worker) -> None:
    worker.checks.reached = {0: AT, 1: AT}
    worker.alerts.reached = {1: AT}
    assert worker.asked("/readyz") == (200, "ready")
    worker.now += BLIND_AFTER
    worker.checks.reached = {0: AT + 1, 1: AT}
    worker.alerts.reached = {1: AT + 1}
    status, said = worker.asked("/readyz")
    assert (status, show_instant(AT) in said) == (503, True)
    assert worker.standing.blind_since() == AT
    worker.checks.reached[1] = AT + 2
    assert worker.asked("/readyz") == (200, "ready")


def test_of_several_that_stand_the_one_that_is_furthest_behind_is_told(worker: Worker) -> None:
    worker.checks.reached = {0: AT, 1: AT - 5}
    assert worker.standing.blind_since() is None
    worker.now += BLIND_AFTER
    assert worker.standing.blind_since() == AT - 5


def test_a_home_partition_that_does_not_begin_is_told(worker: Worker) -> None:
    worker.checks.reached = {0: None}
    assert worker.asked("/readyz") == (200, "ready"), "it has only just been given it"
    worker.now += BLIND_AFTER
    assert worker.asked("/readyz")[0] == 503
    assert worker.standing.blind_since() == 0
    assert "since the start" in worker.asked("/readyz")[1]


def test_what_is_owned_no_more_is_another_workers_to_tell_of(worker: Worker) -> None:
    worker.checks.reached = {0: AT}
    worker.standing.blind_since()
    worker.now += BLIND_AFTER
    assert worker.asked("/readyz")[0] == 503
    worker.checks.reached = {}
    assert worker.asked("/readyz") == (200, "ready")
    worker.checks.reached = {0: AT}
    assert worker.asked("/readyz") == (200, "ready"), "it was given back just now"


def test_a_worker_that_will_never_own_anything_says_why_and_is_not_well(worker: Worker) -> None:
    """Its supervisor starts it again; being ready is another question."""
    worker.ownership.failed = RuntimeError("the broker has no topic wakeful.ownership")
    assert worker.asked("/healthz") == (503, "the broker has no topic wakeful.ownership")
    assert worker.asked("/readyz") == (200, "ready")
