"""A real server in a process of its own: what it acknowledged is in the log whatever becomes of it, and what it
writes to its own log says nothing that is anybody's."""

import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from shared.clock import now
from shared.instants import NEVER, show_instant
from shared.log.sqlite import SqliteLog
from shared.topics import INPUTS
from tests.integration.gateway.house import check, registration, started
from tests.servers.ports import free_port
from tests.waiting import LONG_S, until

STORY = "She asked for her grandmother"


class Served:
    """The process, and a client of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def __enter__(self) -> Self:
        self._said = (self.folder / "said").open("ab")
        command = [sys.executable, "-m", "tests.integration.gateway.served", str(self.folder), str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._said)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"up\n", (self.folder / "said").read_text()
        self.token = (self.folder / "token").read_text()
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/v1",
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            trust_env=False,
            timeout=LONG_S,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(LONG_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._said.close()

    def put(self, family: str, body: dict[str, Any], id_: str) -> int:
        return self.client.put(f"/{family}/{id_}", json=of_system(body)).status_code

    def settle(self) -> None:
        assert self.put("homes", registration("larch"), "h") == 202
        assert self.put("placements", started("P1", "larch"), "p") == 202


def of_system(body: dict[str, Any]) -> dict[str, Any]:
    at = show_instant(now())
    return {**body, "time": at, "enteredat": at, "homeid": "larch", "actor": "manager"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path) as up:
        up.settle()
        yield up


def test_every_fact_that_was_acknowledged_is_in_the_log_after_sigkill(served: Served) -> None:
    acknowledged: list[str] = []
    enough = threading.Event()

    def post() -> None:
        while True:
            many = [str(uuid.uuid4()) for _ in range(5)]
            try:
                for id_ in many:
                    status = served.put("checks", check("P1", note=STORY), id_)
                    acknowledged.extend([id_] if status == 202 else [])
                facts = [{**of_system(check("P1")), "id": f"b{id_}"} for id_ in many]
                results = served.client.post("/facts:batch", json={"facts": facts}).json()["results"]
                acknowledged.extend(result["id"] for result in results if result["status"] == 202)
            except httpx.HTTPError:
                return
            if len(acknowledged) > 200:
                enough.set()

    with ThreadPoolExecutor(4) as clients:
        posting = [clients.submit(post) for _ in range(4)]
        assert enough.wait(LONG_S)
        served.process.send_signal(signal.SIGKILL)
        for client in posting:
            client.result()
    log = SqliteLog(served.folder / "log.sqlite3", read_only=True)
    ids = [record.id for record in log.read(0, INPUTS, {}, NEVER, 1_000_000)[0]]
    log.close()
    assert set(acknowledged) <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_door_that_was_killed_takes_the_rest_of_the_queue_and_knows_what_it_has(served: Served) -> None:
    assert served.put("checks", check("P1"), "c1") == 202
    body = of_system(check("P1"))
    assert served.client.put("/checks/c2", json=body).status_code == 202
    served.process.send_signal(signal.SIGKILL)
    served.process.wait(LONG_S)
    with Served(served.folder) as again:
        assert again.client.put("/checks/c2", json=body).status_code == 200
        assert again.put("placements", started("P1", "larch"), "p2") == 422
        assert again.put("checks", check("P1"), "c3") == 202


def test_the_present_moves_while_the_probe_gets_in(served: Served) -> None:
    admin = {"Authorization": f"Bearer {served.token}"}
    first = served.client.get("/operations", headers=admin).json()["present"]

    def goes_on() -> bool:
        told = served.client.get("/operations", headers=admin).json()
        return bool(told["present"] > first and told["troubles"] == [])

    until(goes_on)


def test_the_process_says_nothing_that_is_anybodys(served: Served) -> None:
    code = (served.folder / "code").read_text()
    device = served.client.post("/devices:enrol", json={"code": code}).json()
    bearer = {"Authorization": f"Bearer {device['token']}"}
    wrong = served.client.post("/sessions", json={"staff_id": "manager", "pin": "9731"}, headers=bearer)
    session = served.client.post("/sessions", json={"staff_id": "manager", "pin": "4826"}, headers=bearer)
    assert (wrong.status_code, session.status_code) == (401, 201)
    assert served.put("checks", check("P1", note=STORY), "c1") == 202
    assert served.put("checks", check("P1", noet=STORY), "c2") == 422
    assert served.client.put("/checks/c3", content=STORY.encode()).status_code == 400
    assert served.client.get("/people/manager").json()["name"] == "Sample Manager"
    served.process.terminate()
    served.process.wait(LONG_S)
    said = (served.folder / "said").read_text()
    assert "PUT /api/v1/checks/c1" in said, "the server wrote its lines where we look"
    for secret in (served.token, device["token"], session.json()["token"], code, "9731", "4826"):
        assert secret not in said
    for text in (STORY, "Sample Manager"):
        assert text not in said
