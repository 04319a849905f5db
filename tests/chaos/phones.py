"""Clients that keep posting, whatever becomes of the door: phones, each of some homes.

A phone records at the true time, in a queue of its own, and sends what has gathered, in order, the same again until it
is answered for: 5xx, 401, 408, 425, 429 and silence mean later, everything else is final. What was acknowledged it
remembers, and sends some of it once more, long after. What the facts are is `tests.integration.house.posting`'s.
"""

import threading
import uuid
from collections import deque
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import httpx

from shared.clock import now
from shared.instants import HOUR, Instant, show_instant
from tests.chaos.homes import RULE, STAFF, checked, children_of, looked_in_on
from tests.chaos.shifts import Shift
from tests.integration.house.posting import AGAIN, Acknowledged, home_registered, placement_started, said

BATCH: Final = 1_000
ROUND_S: Final = 0.15
LATER: Final = frozenset({401, 408, 425, 429})
TOO_LATE: Final = "urn:wakeful:until-past"
NOT_FOR: Final = 4_000
"""A check is corrected, or sent once more, so long after it was acknowledged at the earliest."""


class Phone:
    """Two threads: one records, one sends. `stop` lets it record no more; it ends when all it has is answered for."""

    def __init__(
        self,
        url: str,
        token: str,
        homes: Sequence[str],
        duty: str,
        acknowledged: Acknowledged,
        seed: int,
        *,
        again_after: Instant,
    ) -> None:
        """`duty`: one more home, in which people are on duty (`shifts`). `again_after`: milliseconds after which what
        was acknowledged may be sent once more."""
        self._homes = list(homes)
        self._acknowledged = acknowledged
        self._random = Random(seed)
        self._shift = Shift(duty, self._random)
        self._again_after = again_after
        self._queue: deque[dict[str, Any]] = deque()
        self._sent: deque[tuple[Instant, dict[str, Any]]] = deque(maxlen=5_000)
        self._checks: deque[tuple[Instant, dict[str, Any]]] = deque(maxlen=500)
        self._stopping, self._recorded, self._given_up = (threading.Event() for _ in range(3))
        self.settled = threading.Event()
        """Its homes and children are there."""
        self.sent_again = 0
        self.refused: list[str] = []
        """What was finally refused: nothing should be."""
        self.sleeps = False
        """It sends nothing for a while, and records on: no network."""
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.Client(
            base_url=f"{url}/api/v1", headers=headers, trust_env=False, timeout=httpx.Timeout(12, connect=2)
        )
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._record, self._send)]

    def start(self) -> None:
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Record no more."""
        self._stopping.set()

    def wait_empty(self, within_s: float) -> int:
        """Until all is answered for; how much is not."""
        self._threads[1].join(within_s)
        left = len(self._queue)
        self._given_up.set()
        for each in self._threads:
            each.join(30)
        self._client.close()
        return left

    # -- recording -------------------------------------------------------------------------------------------

    def _record(self) -> None:
        try:
            for home in self._homes:
                self._put(home_registered(home, RULE))
                for child in children_of(home):
                    self._put(placement_started(home, child))
            for body in self._shift.settled():
                self._put(body)
            while not self._stopping.wait(ROUND_S):
                if self.settled.is_set():
                    self._round()
        finally:
            self._recorded.set()

    def _put(self, body: dict[str, Any]) -> None:
        self._queue.append({"id": str(uuid.uuid4()), **body})

    def _round(self) -> None:
        for home in self._homes:
            for child in looked_in_on(now(), children_of(home)):
                if self._random.random() < 0.3:
                    self._put(checked(home, child, self._random))
        if self._random.random() < 0.2:
            home = self._random.choice(self._homes)
            self._random.choice([self._comes_and_goes, self._withdraws, self._is_away])(home)
        if self._random.random() < 0.05:
            self._answers(self._random.choice(self._homes))
        if self._random.random() < 0.4:
            for body in self._shift.next():
                self._put(body)
        if self._random.random() < 0.1 and self._sent and now() - self._sent[0][0] > self._again_after:
            for _ in range(min(20, len(self._sent))):
                self._queue.append(self._sent.popleft()[1])
                self.sent_again += 1

    def _comes_and_goes(self, home: str) -> None:
        """A child who is there for a moment, and of whom somebody is worried: a text, a key of its own."""
        child = f"{home}-{uuid.uuid4()}"
        self._put(placement_started(home, child))
        concern = {"placement_id": child, "from": "family", "summary": "sample text"}
        self._put(said("concern.received.v1", home, child, concern))
        self._put(said("placement.ended.v1", home, child, {"placement_id": child, "reason": "sample text"}))

    def _withdraws(self, _home: str) -> None:
        """A check that was none."""
        if self._checks and now() - self._checks[0][0] > NOT_FOR:
            _, body = self._checks.popleft()
            data = {"check_id": body["id"], "reason": "sample text", "withdrawn": True, "changes": {}}
            self._put(said("check.corrected.v1", body["homeid"], body["subject"], data))

    def _is_away(self, home: str) -> None:
        """An absence, and its end."""
        child = self._random.choice(children_of(home))
        end = show_instant(now() + HOUR)
        away = {"placement_id": child, "reason": "school", "expected_end": end}
        self._put(said("disposition.started.v1", home, child, away))
        self._put(said("disposition.ended.v1", home, child, {"placement_id": child}))

    def _answers(self, home: str) -> None:
        """Somebody has one of the alerts that are open there, for a moment; now and then it outlasts that."""
        try:
            listed = self._client.get("/alerts", params={"home": home, "kind": "check_missed"}, timeout=1)
        except httpx.HTTPError:
            return  # nobody can be asked
        found = listed.json()["alerts"] if listed.status_code == 200 else []
        open_ = [each["alert_id"] for each in found if each["state"] != "resolved"]
        if open_:
            alert_id, by = self._random.choice(open_), self._random.choice(STAFF)
            until = show_instant(now() + self._random.choice([1_000, 4_000, 8_000]))
            data = {"alert_id": alert_id, "by": by, "kind": "acknowledge", "action": "sample text"}
            body = said("response.given.v1", home, alert_id, {**data, "until": until, "via": "phone"})
            self._put({**body, "actor": by})

    # -- sending ---------------------------------------------------------------------------------------------

    def _send(self) -> None:
        while not self._given_up.is_set():
            if self.sleeps or not self._queue:
                if self._recorded.is_set() and not self._queue:
                    return
                self._given_up.wait(AGAIN)
                continue
            batch = [self._queue[number] for number in range(min(BATCH, len(self._queue)))]
            answered = self._post(batch)
            for body in batch:
                if body["id"] in answered:
                    self._queue.popleft()
                else:  # in order: what follows waits with it
                    break
            if len(answered) < len(batch):
                self._given_up.wait(AGAIN)
            elif not self._queue:
                self.settled.set()

    def _post(self, batch: list[dict[str, Any]]) -> set[str]:
        """The ids that were answered for, for good."""
        try:
            answer = self._client.post("/facts:batch", json={"facts": batch})
        except httpx.HTTPError:
            return set()
        if answer.is_server_error or answer.status_code in LATER:
            return set()
        assert answer.status_code == 200, answer.text
        return {
            result["id"]
            for result, body in zip(answer.json()["results"], batch, strict=True)
            if self._is_final(result, body)
        }

    def _is_final(self, result: dict[str, Any], body: dict[str, Any]) -> bool:
        status = result["status"]
        if status >= 500 or status in LATER:
            return False
        if status in (200, 202):
            self._acknowledged.add(body["id"])
            self._sent.append((now(), body))
            if body["type"] == "check.recorded.v1":
                self._checks.append((now(), body))
        elif result["problem"]["type"] != TOO_LATE:  # an answer that waited at the door beyond its own end
            self.refused.append(f"{body['type']} {body['id']}: {result}")
        return True
