"""A phone of the sample: enrolled by a code, a worker signed in on it with a PIN, and a queue of what was not sent.

It speaks to the door as any phone does. A fact keeps its id until the door has answered for it, so nothing is lost
and nothing is doubled, whatever happens to the process on the other side.
"""

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx
import structlog

from shared import clock
from shared.instants import HOUR, Duration, show_instant

SIGN_IN_AGAIN: Duration = 12 * HOUR
"""Before the session ends (14 h)."""

_API = "/api/v1"
"""What the client's base address ends with."""
_log = structlog.get_logger("sample")


class Queued(NamedTuple):
    """A fact that the phone has not sent, and the session under which it was entered."""

    path: str
    body: Mapping[str, Any]
    worker: str


class Phone:
    """One phone. `client` has the API as its base address."""

    def __init__(self, client: httpx.Client, home_id: str, staff_id: str, pin: str) -> None:
        self._client = client
        self._home_id = home_id
        self._staff_id = staff_id
        self._pin = pin
        self._device: dict[str, str] = {}
        self._worker = ""
        self._signed_in: Duration | None = None
        self._queue: list[Queued] = []

    def enrol(self, code: str) -> str:
        """Trade a one-time code for the device's token, which is given back to be kept. Raises HTTPError."""
        answer = self._client.post("/devices:enrol", json={"code": code})
        token: str = answer.raise_for_status().json()["token"]
        return self.carry(token)

    def carry(self, token: str) -> str:
        """Carry a device's token of before."""
        self._device = {"Authorization": f"Bearer {token}"}
        return token

    def sign_in(self) -> bool:
        """The worker signs in; False where the door does not know the phone or the PIN. Raises HTTPError."""
        body = {"staff_id": self._staff_id, "pin": self._pin}
        answer = self._client.post("/sessions", json=body, headers=self._device)
        if answer.status_code in (401, 403):
            return False
        self._worker = answer.raise_for_status().json()["token"]
        self._signed_in = clock.monotonic()
        return True

    def keep(self, family: str, type_: str, data: Mapping[str, Any]) -> None:
        """Enter a fact now: it is queued, with its id, the time and the session."""
        at, event_id = show_instant(clock.now()), f"sample-{uuid.uuid4()}"
        subject = data.get("placement_id", self._home_id)
        body = {"type": type_, "subject": subject, "time": at, "enteredat": at, "data": data}
        self._queue.append(Queued(f"/{family}/{event_id}", {"id": event_id, **body}, self._worker))

    def answer(self) -> bool:
        """Look whether the worker is being asked "are you awake?", and say yes; False where that has to wait."""
        try:
            self._renew()
            headers = {**self._device, "Wakeful-Worker": self._worker}
            asked = self._client.get("/prompts", headers=headers)
            self._look_at(asked)
            if asked.is_success:
                self._ring(asked.json())
        except httpx.HTTPError:
            return False
        return self.send()

    def _ring(self, asked: Mapping[str, Any]) -> None:
        """Answer what rings now, once each."""
        at = show_instant(clock.now())
        for prompt in asked["prompts"]:
            if prompt["at"] <= asked["now"]:
                path = prompt["answer"]["path"].removeprefix(_API)
                body = {name: prompt["answer"][name] for name in ("type", "subject", "data")}
                fact = {"id": prompt["id"], **body, "time": at, "enteredat": at}
                self._queue.append(Queued(path, fact, self._worker))

    def send(self) -> bool:
        """Send what is queued, as one step; False where it has to wait. What the door refuses for good is dropped.

        The worker signs in first where the session is about to end."""
        try:
            self._renew()
            if len(self._queue) == 1:
                self._send_one(self._queue[0])
            elif self._queue:
                self._send_all(self._queue)
        except httpx.HTTPError as error:
            _log.info("the phone keeps what it could not send", home=self._home_id, why=type(error).__name__)
            return False
        self._queue.clear()
        return True

    def _renew(self) -> None:
        if self._signed_in is None or clock.monotonic() - self._signed_in > SIGN_IN_AGAIN:
            self.sign_in()

    def _send_one(self, fact: Queued) -> None:
        headers = {**self._device, "Wakeful-Worker": fact.worker}
        answer = self._client.put(fact.path, json=fact.body, headers=headers)
        self._look_at(answer)
        if answer.is_client_error:
            _tell_refused(fact.body, answer.json())

    def _send_all(self, facts: list[Queued]) -> None:
        items = [{**fact.body, "worker": fact.worker} for fact in facts]
        answer = self._client.post("/facts:batch", json={"facts": items}, headers=self._device)
        self._look_at(answer)
        if answer.is_client_error:
            _tell_refused({"type": "facts:batch"}, answer.json())
            return
        for fact, result in zip(facts, answer.json()["results"], strict=True):
            if "problem" in result:
                _tell_refused(fact.body, result["problem"])

    def _look_at(self, answer: httpx.Response) -> None:
        """Raises HTTPError for what another try may mend; a session that was ended is begun again next time."""
        if answer.is_server_error or answer.status_code == 429:
            answer.raise_for_status()
        if answer.status_code in (401, 403):
            self._signed_in = None


def _tell_refused(body: Mapping[str, Any], problem: Mapping[str, Any]) -> None:
    _log.warning("the door refused a sample fact", type=body["type"], problem=problem.get("type"))
