"""What clients post while the process under them is ended: homes, children, checks, and what is kept of it.

Everything is posted again under its id until it is answered for, as a phone does. Who ends the process, and what must
be left, never lives here.
"""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from shared.clock import now
from shared.instants import Instant, show_instant
from tests.integration.house.serving import ACTOR, PROVIDER, Up
from tests.waiting import LONG_S

HOMES: Final = 4
CHILDREN: Final = 5
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
AGAIN: Final = 0.02
"""Seconds until what was not answered for is posted again."""
LOOK_AGAIN: Final = 0.1


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
            assert self.grown.wait_for(lambda: len(self.ids) >= wanted, LONG_S)


class Poster:
    """A client that posts checks for ever, each again under its id until it is answered for."""

    def __init__(
        self,
        client: Callable[[], httpx.Client],
        acknowledged: Acknowledged,
        stop: threading.Event,
        seed: int,
        *,
        pause: float = 0,
    ) -> None:
        """`client`: of the process that lives now; `pause`: seconds between two checks."""
        self._client = client
        self._acknowledged = acknowledged
        self._stop = stop
        self._random = Random(seed)
        self._pause = pause
        self.go_on = threading.Event()
        """Cleared, it posts nothing for a while."""
        self.go_on.set()

    def post(self) -> None:
        while not self._stop.is_set():
            self.go_on.wait(1)
            event_id, home = str(uuid.uuid4()), f"sample-home-{self._random.randrange(HOMES)}"
            child = f"{home}-{self._random.choice(looked_in_on(now()))}"
            body = said("check.recorded.v1", home, child, {"placement_id": child, **SEEN})
            while not self._stop.is_set() and not self._put(event_id, body):
                self._stop.wait(AGAIN)
            self._stop.wait(self._pause)

    def _put(self, event_id: str, body: dict[str, Any]) -> bool:
        try:
            answer = self._client().put(f"/checks/{event_id}", json=body)
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
    """A fact's body as a provider's system sends it, of now."""
    at = show_instant(now())
    return {
        "type": type_, "subject": subject, "time": at, "enteredat": at, "homeid": home, "actor": ACTOR, "data": data
    }  # fmt: skip


def home_registered(home: str, rule: dict[str, str] | None = None) -> dict[str, Any]:
    """A home whose children are checked by `rule`."""
    place: dict[str, Any] = {
        "home_id": home,
        "provider_id": PROVIDER,
        "time_zone": "Europe/London",
        "rooms": ["sample-room"],
        "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
        "default_plan": {"checks": [rule or RULE]},
    }
    return said("home.registered.v1", home, home, place)


def placement_started(home: str, child: str) -> dict[str, Any]:
    """A child who moves in."""
    stay: dict[str, Any] = {
        "placement_id": child,
        "home_id": home,
        "commissioner_id": "sample-commissioner",
        "room": "sample-room",
        "emergency": False,
        "suicide_risk": True,
    }
    return said("placement.started.v1", home, child, stay)


def check(home: str, child: str) -> dict[str, Any]:
    """A child seen just now."""
    return said("check.recorded.v1", home, child, {"placement_id": child, **SEEN})


def settle(put: Callable[[str, dict[str, Any]], Any]) -> None:
    """Homes and children by the door: `put` takes a family and a body."""
    for number in range(HOMES):
        home = f"sample-home-{number}"
        put("homes", home_registered(home))
        for each in range(CHILDREN):
            put("placements", placement_started(home, f"{home}-{each}"))


def put(client: httpx.Client, acknowledged: Acknowledged, family: str, body: dict[str, Any]) -> None:
    """Once, while nobody is killed."""
    event_id = str(uuid.uuid4())
    assert client.put(f"/{family}/{event_id}", json=body).status_code == 202
    acknowledged.add(event_id)


def until(said_so: Callable[[], bool], within: float) -> bool:
    """Ask until it is so; False if it is not in time (seconds), where that is somebody's question."""
    last = time.monotonic() + within
    while not (so := said_so()) and time.monotonic() < last:
        time.sleep(LOOK_AGAIN)
    return so


HOME: Final = "sample-home-0"
CHILD: Final = "sample-child-0"


def one_child(up: Up, acknowledged: Acknowledged, rule: dict[str, str]) -> None:
    """One home and one child in it, who is checked by that rule."""
    put(up.client, acknowledged, "homes", home_registered(HOME, rule))
    put(up.client, acknowledged, "placements", placement_started(HOME, CHILD))


def ready(up: Up) -> httpx.Response:
    """What the process says of its being ready."""
    return httpx.get(f"{up.url}/readyz", trust_env=False, timeout=LONG_S)
