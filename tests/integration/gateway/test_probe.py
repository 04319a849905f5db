"""The prober comes in by the public door; while it cannot, the log's present stands still."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from services.gateway.app import Deps, make_app
from services.gateway.probe import Prober, probe_token
from services.gateway.routes_running import health_routes
from services.gateway.troubles import Blindness
from shared import clock
from shared.log.sqlite import SqliteLog
from shared.security.access import Access
from shared.security.keys import KeyRing
from shared.web import problems
from tests.integration.gateway.client import Client
from tests.servers.ports import free_port
from tests.waiting import LONG_S

TICK = 500
"""Also how long a probe is waited for."""


class Told(SqliteLog):
    """The log itself, which also lets a test wait for what it is told."""

    def __init__(self, path: Path) -> None:
        self.opened = threading.Event()
        self.shut = threading.Event()
        super().__init__(path)

    def door_open(self, for_ms: int, asked: int | None = None) -> None:
        super().door_open(for_ms, asked)
        assert for_ms == 2 * TICK
        self.opened.set()

    def door_shut(self) -> None:
        super().door_shut()
        self.shut.set()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Told]:
    opened = Told(tmp_path / "log.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def access(tmp_path: Path) -> Iterator[Access]:
    opened = Access.open(tmp_path / "access.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def url(tmp_path: Path, log: Told, access: Access) -> Iterator[str]:
    keys = KeyRing(tmp_path / "keys.sqlite3", b"k" * 32)
    with serving(make_app(Deps(log, keys, access))) as address:
        yield address
    keys.close()


class serving:  # noqa: N801 - reads as what it does
    """A real server of an app on a free port, in a thread."""

    def __init__(self, app: Any) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def test_the_present_moves_once_the_probe_gets_in(log: Told, access: Access, url: str) -> None:
    before = log.present(0)
    prober = Prober(log, url, probe_token(access, clock.now()), TICK)
    prober.start()
    assert log.opened.wait(LONG_S)
    assert log.present(0) > before
    prober.stop()


@pytest.mark.parametrize("what", ["a token that is not the door's", "nobody there"])
def test_a_door_that_lets_nobody_in_stops_the_present(log: Told, access: Access, url: str, what: str) -> None:
    secret = probe_token(access, clock.now())
    if what == "nobody there":
        url = f"http://127.0.0.1:{free_port()}"
    else:
        probe_token(access, clock.now())  # a later process has taken over
    prober = Prober(log, url, secret, TICK)
    prober.start()
    assert log.shut.wait(LONG_S)
    assert not log.opened.is_set()
    present = log.present(0)
    prober.stop()
    assert log.present(0) == present


def test_a_prober_that_stops_leaves_the_present_standing(log: Told, access: Access, url: str) -> None:
    prober = Prober(log, url, probe_token(access, clock.now()), TICK)
    prober.start()
    assert log.opened.wait(LONG_S)
    prober.stop()
    assert log.shut.is_set()
    present = log.present(0)
    assert log.present(0) == present


def test_nobody_is_sent_to_a_door_behind_which_nobody_watches_yet(tmp_path: Path) -> None:
    begun: list[str] = []
    with closing(SqliteLog(tmp_path / "log.sqlite3", always_open=True)) as log:
        app = FastAPI()
        problems.install(app)
        app.include_router(health_routes(Blindness(log, clock.monotonic, 60_000), begun=lambda: bool(begun)))
        with closing(Client(app)) as client:
            early = client.get("/readyz")
            assert (early.status_code, early.json()["type"], early.headers["Retry-After"]) == (
                503,
                "urn:wakeful:starting",
                "1",
            )
            begun.append("checks")
            assert client.get("/readyz").status_code == 200
