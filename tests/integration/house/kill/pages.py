"""A night in which people are told, round after round, whoever is killed meanwhile:

    sample-home-0  S1 is told at once, and answers by the link in the message
    sample-home-1  S3 is told at once and says nothing; S2 is the next step, whose first address never works
    sample-home-2  S4's address never works: the chain moves on to S2 at once
    all three      the commissioner is told of a second level; what is told to one person is gathered

1. Children come and nobody looks in on them. One in each home stays only so long that their alert may be over before,
   while or after it is told.
2. Everybody who has to hear of the others hears of them: only then somebody answers, and looks in on them all.

What people must have heard lives here; what they must not have heard, in `pageverdict`.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from shared.instants import Instant
from tests.integration.house.kill.errands import Errands, Stopped
from tests.integration.house.kill.pageverdict import Told, told
from tests.integration.house.posting import (
    AGAIN,
    Acknowledged,
    check,
    home_registered,
    placement_started,
    said,
)
from tests.integration.pager.receivers import Receiver, status
from tests.waiting import LONG_S

RULE: Final = {"from": "00:00", "to": "00:00", "ceiling": "PT0.6S", "grace": "PT0.1S"}
PEOPLE: Final[Mapping[str, Sequence[str]]] = {
    "S1": ("/S1",),
    "S2": ("/S2/broken", "/S2"),
    "S3": ("/S3",),
    "S4": ("/S4/broken",),
    "S5": ("/S5",),
    "commissioner:sample-commissioner": ("/commissioner:sample-commissioner",),
}
"""Who can be reached, at which paths of the receiver, the best first."""
STEPS: Final = (
    [{"after": "PT0S", "who": ["S1"]}, {"after": "PT3M", "who": ["S2"]}],
    [{"after": "PT0S", "who": ["S3"]}, {"after": "PT0.4S", "who": ["S2"]}],
    [{"after": "PT0S", "who": ["S4"]}, {"after": "PT3M", "who": ["S2"]}],
)
HEAR: Final = (("S1",), ("S3", "S2"), ("S2",))
"""By home: who must hear of a child whom nobody looks in on."""
CHILDREN: Final = (2, 2, 1)
ANSWERED: Final = 0


class PageErrands(Errands):
    """One client that goes these rounds. `lost`: what nobody has heard when it was given up."""

    def __init__(
        self,
        folder: Path,
        url: str,
        acknowledged: Acknowledged,
        stop: threading.Event,
        seed: int,
        receiver: Receiver,
    ) -> None:
        super().__init__(folder, url, acknowledged, (), stop, seed)
        self.receiver = receiver
        self._draw = Random(seed)
        self.give_up = threading.Event()
        self.enough = threading.Event()
        """The round under way is the last: no new child comes."""
        self.lost: list[str] = []
        for paths in PEOPLE.values():
            for path in paths:
                if path.endswith("/broken"):
                    receiver.behave(status(500), path=path)

    def run(self) -> None:
        """Until it is enough, or it is stopped."""
        try:
            with self._client:
                for number, steps in enumerate(STEPS):
                    self._put("homes", home_registered(_home(number), RULE))
                    policy = {"steps": steps, "repeat_last_every": "PT10M", "last_resort": "S5"}
                    self._put("on-call", said("on_call.policy_set.v1", _home(number), _home(number), policy))
                    self._seen_to(number, self._comes(number))  # a home never heard of would be a silent one
                self.settled.set()
                while not self.enough.is_set():
                    self._told_and_seen_to()
                    self.rounds += 1
        except Stopped:
            return

    def _told_and_seen_to(self) -> None:
        children = [
            (number, self._comes(number)) for number, count in enumerate(CHILDREN) for _ in range(count)
        ]
        soon = [(number, self._comes(number)) for number in range(len(STEPS))]
        for number, child in soon:
            self._stop.wait(self._draw.uniform(0.0, 0.4))
            self._seen_to(number, child)
        alerts = {child: self._alert_of(child) for _, child in children}
        for number, child in children:
            for person in HEAR[number]:
                self._hears(person, alerts[child])
            if number == ANSWERED:
                self._answers(alerts[child])
        for number, child in children:
            self._seen_to(number, child)

    def _comes(self, number: int) -> str:
        child = f"{_home(number)}-{uuid.uuid4()}"
        self._put("placements", placement_started(_home(number), child))
        return child

    def _seen_to(self, number: int, child: str) -> None:
        """Somebody looks in on them, and then they move out."""
        self._put("checks", check(_home(number), child))
        data = {"placement_id": child, "reason": "sample text"}
        self._put("placements", said("placement.ended.v1", _home(number), child, data))

    def _alert_of(self, child: str) -> str:
        while True:
            listed = self._ask("GET", f"/alerts?kind=check_missed&placement={child}").json()["alerts"]
            if listed:
                return str(listed[-1]["alert_id"])
            self._pause()

    def _answers(self, alert_id: str) -> None:
        """S1 says that they have it, by the button of the message."""
        message = next(
            data
            for data in self._messages("S1")
            if alert_id in data["alert_ids"] and data["status"] == "open"
        )
        have = next(each["url"] for each in message["actions"] if each["label"].startswith("I have"))
        while not self._stop.is_set():
            try:
                answer = httpx.post(f"{self._url}{urlsplit(have).path}", trust_env=False, timeout=LONG_S)
            except httpx.HTTPError:
                self._stop.wait(AGAIN)
                continue
            if not answer.is_server_error:
                assert answer.status_code == 200, answer.text
                return
            self._stop.wait(AGAIN)
        raise Stopped

    def _messages(self, person: str) -> Iterator[dict[str, Any]]:
        for each in self.receiver.heard:
            if each.path == PEOPLE[person][-1]:
                yield each.json["data"]

    def _heard(self, person: str) -> set[str]:
        return {
            alert_id
            for data in self._messages(person)
            if data["status"] == "open"
            for alert_id in data["alert_ids"]
        }

    def told(self) -> list[Told]:
        """Everything that anybody was told."""
        return told(self.receiver.heard)

    def _hears(self, person: str, alert_id: str) -> None:
        while alert_id not in self._heard(person):
            if self.give_up.is_set():
                self.lost.append(f"{person} has not heard of {alert_id}")
                return
            self._pause()

    def _pause(self) -> None:
        if self._stop.wait(AGAIN):
            raise Stopped


def not_told_that_it_is_over(
    requests: Sequence[Told], resolved: Mapping[str, Instant]
) -> set[tuple[str, str]]:
    """Who was told of what, that is over, and has not heard of that."""
    taken = [each for each in requests if not each.address.endswith("/broken")]
    opened = {(each.person, id_) for each in taken if each.status == "open" for id_ in each.alerts}
    closed = {(each.person, id_) for each in taken if each.status == "resolved" for id_ in each.alerts}
    return {each for each in opened - closed if each[1] in resolved}


def waited(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes to hold; asked for so long at the most."""
    last = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > last:
            return False
        time.sleep(AGAIN)
    return True


def _home(number: int) -> str:
    return f"sample-home-{number}"
