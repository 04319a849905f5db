"""The process gets SIGKILL at random while clients keep posting: every acknowledged fact is in the log once, and the
alerts equal a replay of that log, byte for byte.

The moments are drawn from a seed, which is printed; what the machine makes of them differs every time.
"""

import contextlib
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, Final

import httpx
import pytest

from services.checks.model import ChecksMonitor
from shared.clock import now
from shared.events.canonical import canonical
from shared.events.decode import decode
from shared.instants import NEVER, Instant, show_instant
from shared.log.base import Record
from shared.log.sqlite import SqliteLog
from shared.replay import replay
from shared.store import ledger
from shared.store.engine import make_engine
from shared.topics import ALERTS, INPUTS, REJECTED
from tests.integration.house.serving import ACTOR, PROVIDER, Up, steps

HOMES: Final = 4
CHILDREN: Final = 5
CLIENTS: Final = 4
SEEN: Final = {
    "outcome": "seen",
    "sign_of_life": "moved",
    "state": "asleep",
    "view": "doorway",
    "proof": "nfc",
}
FORGOTTEN_FOR: Final = 700
RULE: Final = {"from": "00:00", "to": "00:00", "ceiling": "PT0.3S", "grace": "PT0.1S"}
"""So short that children fall due all the time, whoever is killed when."""


@dataclass
class Acknowledged:
    """The ids that the door has answered for."""

    ids: list[str] = field(default_factory=list)
    grown: threading.Condition = field(default_factory=threading.Condition)

    def add(self, event_id: str) -> None:
        with self.grown:
            self.ids.append(event_id)
            self.grown.notify_all()

    def wait_for(self, more: int) -> None:
        """Wait until so many more have come."""
        with self.grown:
            wanted = len(self.ids) + more
            assert self.grown.wait_for(lambda: len(self.ids) >= wanted, 60)


class Poster:
    """A client that posts checks for ever, each again under its id until it is answered for."""

    def __init__(self, up: Up, acknowledged: Acknowledged, stop: threading.Event, seed: int) -> None:
        self._up = up
        self._acknowledged = acknowledged
        self._stop = stop
        self._random = Random(seed)

    def post(self) -> None:
        while not self._stop.is_set():
            event_id, home = str(uuid.uuid4()), f"sample-home-{self._random.randrange(HOMES)}"
            child = f"{home}-{self._random.choice(looked_in_on(now()))}"
            body = said("check.recorded.v1", home, child, {"placement_id": child, **SEEN})
            while not self._stop.is_set() and not self._put(event_id, body):
                self._stop.wait(0.02)

    def _put(self, event_id: str, body: dict[str, Any]) -> bool:
        try:
            answer = self._up.client.put(f"/checks/{event_id}", json=body)
        except (
            httpx.HTTPError,
            RuntimeError,
        ):  # it was killed, or its client is closed: the next life answers
            return False
        if answer.is_server_error:
            return False
        assert answer.status_code in (200, 202), answer.text
        self._acknowledged.add(event_id)
        return True


def looked_in_on(at: Instant) -> list[int]:
    """The children who are not being forgotten: each is for a while, and then again, longer than the rule allows."""
    return [child for child in range(CHILDREN) if (at // FORGOTTEN_FOR + child) % 3]


def said(type_: str, home: str, subject: str, data: dict[str, Any]) -> dict[str, Any]:
    at = show_instant(now())
    return {
        "type": type_, "subject": subject, "time": at, "enteredat": at, "homeid": home, "actor": ACTOR, "data": data
    }  # fmt: skip


def settle(up: Up, acknowledged: Acknowledged) -> None:
    """Homes and children by the door."""
    for number in range(HOMES):
        home = f"sample-home-{number}"
        place: dict[str, Any] = {
            "home_id": home,
            "provider_id": PROVIDER,
            "time_zone": "Europe/London",
            "rooms": ["sample-room"],
        }
        place["statement_of_purpose"] = {"waking_staff": 1, "sleep_in_staff": 0}
        place["default_plan"] = {"checks": [RULE]}
        put(up, acknowledged, "homes", said("home.registered.v1", home, home, place))
        for child in (f"{home}-{each}" for each in range(CHILDREN)):
            stay: dict[str, Any] = {
                "placement_id": child,
                "home_id": home,
                "commissioner_id": "sample-commissioner",
            }
            stay |= {"room": "sample-room", "emergency": False, "suicide_risk": True}
            put(up, acknowledged, "placements", said("placement.started.v1", home, child, stay))


def put(up: Up, acknowledged: Acknowledged, family: str, body: dict[str, Any]) -> None:
    event_id = str(uuid.uuid4())
    assert up.client.put(f"/{family}/{event_id}", json=body).status_code == 202
    acknowledged.add(event_id)


@contextlib.contextmanager
def posting(up: Up, acknowledged: Acknowledged, seed: int) -> Iterator[None]:
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(Poster(up, acknowledged, stop, seed + n).post) for n in range(CLIENTS)]
        try:
            yield
        finally:
            stop.set()
        for client in clients:
            client.result()


def through_kills(folder: Path, kills: int, seed: int) -> list[str]:
    """Lives, each ended by SIGKILL, and a last one that ends in order; the ids that were acknowledged."""
    random, acknowledged, up = Random(seed), Acknowledged(), Up(folder)
    up.start()
    settle(up, acknowledged)
    with posting(up, acknowledged, seed):
        for _ in range(kills):
            position = up.client.get("/alerts").json()["position"]
            heard(up, position, random.randrange(1, 30))
            acknowledged.wait_for(random.randrange(1, 300))
            up.kill()
            up.start()
        heard(up, up.client.get("/alerts").json()["position"], 1)
    assert up.stop() == 0, up.said
    return acknowledged.ids


def heard(up: Up, position: int, count: int) -> None:
    """Wait until the feed has told so many more steps."""
    for number, _ in enumerate(steps(up.client, position), 1):
        if number == count:
            return


def read(folder: Path) -> tuple[list[Record], list[Record], Instant]:
    """The log's input records, the alerts of the checks service, and how far that service had come."""
    log = SqliteLog(folder / "data" / "log.sqlite3", read_only=True)
    inputs, _ = log.read(0, INPUTS, {}, NEVER, 10_000_000)
    derived, _ = log.read(0, (ALERTS, REJECTED), {}, NEVER, 10_000_000)
    log.close()
    views = make_engine(folder / "data" / "views.sqlite3", read_only=True)
    with views.connect() as connection:
        entry = ledger.find(connection, "checks", 0)
    views.dispose()
    assert entry is not None
    return inputs, derived, entry.clock


def replayed(inputs: list[Record], clock: Instant) -> list[tuple[str, bytes]]:
    """What a replay of the log up to the service's clock tells: ids and bytes. (The clock standing at *t*, facts of
    *t* itself have not been read.)"""
    facts = [decode(each.topic, each.appended_at, each.body) for each in inputs if each.appended_at < clock]
    told = replay(facts, [ChecksMonitor], clock)
    assert not told.refused
    assert not told.set_aside
    return [(effect.id, canonical(effect.event)) for effect in told.effects]


def nothing_was_lost_and_nothing_was_doubled(folder: Path, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    acknowledged = through_kills(folder, kills, seed)
    inputs, derived, clock = read(folder)
    times = Counter(record.id for record in inputs)
    assert [each for each in acknowledged if times[each] != 1] == []
    assert [each for each, count in times.items() if count > 1] == []
    published = [(record.id, record.body) for record in derived]
    assert sorted(published) == sorted(replayed(inputs, clock))
    assert len(published) > 30 * kills // 2, "alerts were raised and closed while it was killed"


def test_what_was_acknowledged_is_there_once_and_the_alerts_equal_a_replay_after_three_kills(
    tmp_path: Path,
) -> None:
    nothing_was_lost_and_nothing_was_doubled(tmp_path, 3, SystemRandom().randrange(1 << 32))


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(3))
def test_the_same_after_thirty_kills(tmp_path: Path, seed: int) -> None:
    nothing_was_lost_and_nothing_was_doubled(tmp_path, 30, seed)
