"""What people and systems do all night besides checks: every way in which the door, the keys and the access file are
written, round after round, each step again until it is answered for. Who is killed meanwhile never lives here.
"""

import threading
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from services.monitors import SERVICES
from services.rules import MONITORS
from shared.clock import now
from shared.events.registry import TYPES
from shared.instants import MINUTE, show_instant
from shared.log.sqlite import SqliteLog
from shared.runner import rebuild
from shared.security.access import Access
from shared.store.engine import make_engine
from shared.web.access import WORKER_HEADER
from tests.chaos.shifts import Shift
from tests.integration.house.posting import (
    AGAIN,
    HOMES,
    Acknowledged,
    Poster,
    check,
    placement_started,
    said,
    settle,
)
from tests.integration.house.serving import ACTOR, PROVIDER
from tests.waiting import LONG_S

IDLE: Final = 1.2
"""Seconds in which nobody posts: the clock alone is committed."""
ROUND_OF_DUTY: Final = 5
"""What happens in a round in the home in which people are on duty."""
PIN: Final = "482913"


class Stopped(Exception):  # noqa: N818 - reads as what it says
    """Nobody waits for this any more."""


@dataclass
class Kept:
    """What the door has answered for that is in no log."""

    tokens: list[str] = field(default_factory=list)
    people: set[str] = field(default_factory=set)


class Errands:
    """One client that goes its rounds. `rounds` counts them; `settled`: the homes are there."""

    def __init__(
        self,
        folder: Path,
        url: str,
        acknowledged: Acknowledged,
        posters: Sequence[Poster],
        stop: threading.Event,
        seed: int,
    ) -> None:
        self._folder = folder
        self._url = url
        self._acknowledged = acknowledged
        self._posters = posters
        self._stop = stop
        self._random = Random(seed)
        self._shift = Shift("sample-duty", self._random)
        self.settled = threading.Event()
        self.rounds = 0
        self.may_rebuild = False
        """Whether this code's rules are those of the running process."""
        self.kept = Kept()
        self._client = httpx.Client(base_url=f"{url}/api/v1", trust_env=False, timeout=LONG_S)

    def run(self) -> None:
        """Until it is stopped."""
        try:
            with self._client:
                settle(self._put)
                self._happens(self._shift.settled())
                self.settled.set()
                while True:
                    self._round()
                    self.rounds += 1
        except Stopped:
            return

    def _round(self) -> None:
        home = f"sample-home-{self._random.randrange(HOMES)}"
        self._batch(home)
        self._concern(home)
        self._answer_an_alert()
        self._signs_in(home)
        for _ in range(ROUND_OF_DUTY):
            self._happens(self._shift.next())
        if self.may_rebuild and not self.rounds % 3:
            self._rebuild()
        for poster in self._posters:
            poster.go_on.clear()
        self._stop.wait(IDLE)
        for poster in self._posters:
            poster.go_on.set()

    def _batch(self, home: str) -> None:
        facts = [{"id": str(uuid.uuid4()), **check(home, f"{home}-{child % 5}")} for child in range(10)]
        answer = self._ask("POST", "/facts:batch", {"facts": facts})
        for result in answer.json()["results"]:
            assert result["status"] in (200, 202), result
            self._acknowledged.add(result["id"])

    def _concern(self, home: str) -> None:
        """Of a child who has just come: a text, a key of its own."""
        child = f"{home}-{uuid.uuid4()}"
        self._put("placements", placement_started(home, child))
        concern = {"placement_id": child, "from": "family", "summary": "sample text"}
        self._put("concerns", said("concern.received.v1", home, child, concern))

    def _answer_an_alert(self) -> None:
        """One that is open, if any is; it may have closed before the answer comes."""
        found = self._ask("GET", "/alerts?open=true&limit=1").json()["alerts"]
        for alert in found:
            until = show_instant(now() + MINUTE)
            data = {"alert_id": alert["alert_id"], "by": ACTOR, "kind": "acknowledge", "via": "app"}
            data |= {"until": until, "action": "sample text"}
            self._put(
                "responses", said("response.given.v1", alert["home_id"], alert["alert_id"], data), refused=422
            )

    def _happens(self, bodies: Sequence[dict[str, Any]]) -> None:
        """In the home in which people are on duty."""
        for body in bodies:
            family = TYPES[body["type"]].family
            assert family is not None
            self._put(family, body)

    def _signs_in(self, home: str) -> None:
        """A device is enrolled, and somebody signs in on it, checks, and signs out."""
        device = self._enrol(home)
        worker = f"sample-worker-{uuid.uuid4()}"
        person = {
            "name": "Sample worker (invented)",
            "provider_id": PROVIDER,
            "rights": ["record"],
            "pin": PIN,
        }
        self._ask("PUT", f"/people/{worker}", person)
        self.kept.people.add(worker)
        self._ask("POST", "/sessions", {"staff_id": worker, "pin": "000000"}, device, good=(401, 429))
        answer = self._ask("POST", "/sessions", {"staff_id": worker, "pin": PIN}, device, good=(201, 429))
        if answer.status_code == 429:  # each attempt that was killed was counted before
            return
        signed_in = answer.json()
        self.kept.tokens.append(signed_in["token"])
        body = check(home, f"{home}-1")
        del body["actor"], body["homeid"]
        self._put("checks", body, secret=device, headers={WORKER_HEADER: signed_in["token"]})
        self._ask("DELETE", "/sessions/current", None, signed_in["token"], good=(204, 401))

    def _rebuild(self) -> None:
        """What `wakeful rebuild` does to one of the services, beside the running process."""
        data = self._folder / "data"
        views = make_engine(data / "views.sqlite3")
        try:
            with closing(SqliteLog(data / "log.sqlite3", read_only=True)) as log:
                rebuild.whole(log, views, SERVICES[self._random.choice(sorted(MONITORS))])
        finally:
            views.dispose()

    def _enrol(self, home: str) -> str:
        while True:
            with closing(Access.open(self._folder / "data" / "access.sqlite3")) as access:
                code = access.new_code(home, now())
            answer = self._ask("POST", "/devices:enrol", {"code": code}, good=(201, 401))
            if (
                answer.status_code == 201
            ):  # else it was taken, and whoever took it was killed before he said so
                secret: str = answer.json()["token"]
                self.kept.tokens.append(secret)
                return secret

    def _put(
        self,
        family: str,
        body: dict[str, Any],
        *,
        secret: str | None = None,
        headers: dict[str, str] | None = None,
        refused: int = 0,
    ) -> None:
        event_id = str(uuid.uuid4())
        answer = self._ask(
            "PUT", f"/{family}/{event_id}", body, secret, headers=headers, good=(200, 202, refused)
        )
        if answer.status_code != refused:
            self._acknowledged.add(event_id)

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        secret: str | None = None,
        *,
        headers: dict[str, str] | None = None,
        good: Sequence[int] = (200, 201, 202),
    ) -> httpx.Response:
        """Again and again until somebody answers. Raises Stopped."""
        while not self._stop.is_set():
            try:
                bearer = {"Authorization": f"Bearer {secret or self._token()}"}
                answer = self._client.request(method, path, json=body, headers={**bearer, **(headers or {})})
            except (httpx.HTTPError, FileNotFoundError):
                self._stop.wait(AGAIN)
                continue
            if not answer.is_server_error:
                assert answer.status_code in good, f"{method} {path}: {answer.status_code} {answer.text}"
                return answer
            self._stop.wait(AGAIN)
        raise Stopped

    def _token(self) -> str:
        return (self._folder / "token").read_text("utf-8")
