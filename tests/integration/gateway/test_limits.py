"""What one token may have of the door: enough for any backlog, and never all of it."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from httpx import Response

from services.gateway.shares import Account, Limits, Share, refused
from shared.instants import SECOND
from shared.security.tokens import Issued
from tests.integration.gateway.house import House, bearing

BACKLOG = 5_000
FEW = Limits(at_once=4, batches=2, facts=600, facts_per_s=400, reads=5, reads_per_s=1)


@pytest.fixture
def tight(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, FEW) as house:
        yield house


class Phone:
    """Sends its queue as a phone does: what is answered finally is done with, all else it keeps and sends again."""

    FINAL = frozenset({200, 202, 400, 404, 409, 413, 422})

    def __init__(self, house: House, device: Issued, worker: Issued) -> None:
        self.house = house
        self.headers = bearing(device, worker)
        self.waits = 0
        self._clock = threading.Lock()

    def send(self, method: str, path: str, content: Any) -> Response:
        while True:
            answer = self.house.client.request(method, f"/api/v1{path}", orjson.dumps(content), self.headers)
            if answer.status_code in self.FINAL:
                return answer
            assert answer.status_code == 429
            assert answer.json()["type"] == "urn:wakeful:too-many-requests"
            with self._clock:
                self.waits += 1
                self.house.elapsed += int(answer.headers["Retry-After"]) * SECOND


def test_a_phone_with_a_backlog_gets_all_of_it_in_whatever_it_is_told_to_wait(tight: House) -> None:
    tight.settle()
    device = tight.device()
    phone = Phone(tight, device, tight.worker(device))
    queue = [{"id": str(uuid.uuid4()), **tight.check(ago=number % 60)} for number in range(BACKLOG)]
    alone, batches = queue[:200], [queue[at : at + 400] for at in range(200, BACKLOG, 400)]

    def put(fact: dict[str, Any]) -> int:
        body = {name: value for name, value in fact.items() if name != "id"}
        return phone.send("PUT", f"/checks/{fact['id']}", body).status_code

    def batch(facts: list[dict[str, Any]]) -> list[int]:
        answer = phone.send("POST", "/facts:batch", {"facts": facts})
        return [result["status"] for result in answer.json()["results"]]

    with ThreadPoolExecutor(8) as pool:
        told = [*pool.map(put, alone), *(status for each in pool.map(batch, batches) for status in each)]
    assert (len(told), set(told)) == (BACKLOG, {202})
    assert phone.waits > 0
    held = [record.id for record in tight.records() if record.topic == "wakeful.check-ins"]
    assert sorted(held) == sorted(fact["id"] for fact in queue)


def test_a_whole_batch_is_let_in_as_long_as_anything_is_on_account(tight: House) -> None:
    system = tight.settle()
    facts = [{"id": str(uuid.uuid4()), **tight.of_system(tight.check())} for _ in range(1_000)]
    assert tight.batch(facts, system).status_code == 200
    again = tight.batch(facts, system)
    assert (again.status_code, again.headers["Retry-After"]) == (429, "2")
    tight.elapsed += 2 * SECOND
    assert {result["status"] for result in tight.batch(facts, system).json()["results"]} == {200}


def test_whoever_asks_too_often_waits_and_nobody_else_does(tight: House) -> None:
    system, other = tight.settle(), tight.system()
    answers = [tight.get("/homes", system).status_code for _ in range(8)]
    assert answers == [200] * 5 + [429] * 3
    assert tight.get("/homes", other).status_code == 200
    tight.elapsed += 2 * SECOND
    assert tight.get("/homes", system).status_code == 200


def test_reading_too_often_holds_up_no_fact(tight: House) -> None:
    system = tight.settle()
    assert 429 in [tight.get("/homes", system).status_code for _ in range(8)]
    assert tight.put("checks", tight.of_system(tight.check()), system).status_code == 202


def test_whoever_watches_over_the_door_is_always_answered(tight: House) -> None:
    headers = bearing(tight.system())
    assert {tight.client.get("/healthz", headers).status_code for _ in range(20)} == {200}


def test_requests_at_once_are_counted_by_kind() -> None:
    share = Share(FEW, 0)
    assert refused("fact", share, FEW, 0) is None
    share.in_progress["batch"] = 2
    assert refused("fact", share, FEW, 0) is None
    assert refused("batch", share, FEW, 0) is not None
    share.in_progress["fact"] = 2
    assert refused("fact", share, FEW, 0) is not None
    assert refused("stream", share, FEW, 0) is None
    share.in_progress["stream"] = FEW.streams
    assert refused("stream", share, FEW, 0) is not None


def test_what_was_used_up_comes_back_with_time_and_no_further_than_full() -> None:
    account = Account(10, 2, 0)
    account.take(12)
    assert account.left(0) == -2
    assert account.wait() == 1_500
    assert account.left(1_500) == 1
    assert account.left(1_000_000) == 10


def test_the_usual_limits_hold_a_phones_and_a_regions_backlog() -> None:
    usual = Limits()
    assert usual.facts >= 5_000
    assert usual.facts_per_s >= 1_000
