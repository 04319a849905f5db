"""The player: does what the script says, when it says so, on the phones of whoever does it.

    1. Take the cue that is due next; wait for it, or for the end.
    2. Do it: a check, an absence, a concern, on the phone of one of the home's two workers.
    3. Ask the script for that child's next cue; begin again.

What a fact means is the house's affair; what comes next is the script's.
"""

import heapq
import threading
from collections.abc import Mapping
from random import Random
from typing import Any, Final, NamedTuple

from services.sample.cast import HOMES, Child, Pace
from services.sample.phone import Phone
from services.sample.script import AWAY_AT_MOST, Act, Script
from shared import clock
from shared.instants import SECOND, Duration, show_instant

_STATES: Final = (("asleep", "breathing"), ("asleep", "moved"), ("awake_settled", "spoke"))
_VIEWS: Final = ("entered", "doorway")
_PROOFS: Final = ("nfc", "qr", "ble")
_CALLERS: Final = (
    ("family", "An invented relative rang and is worried (sample)."),
    ("professional", "An invented teacher rang: a bad day at school (sample)."),
    ("child", "An invented friend wrote that she sounded low (sample)."),
)


class Part(NamedTuple):
    """A child, and the phones of the two who look after them."""

    child: Child
    phone: Phone
    without_signal: Phone


class _Due(NamedTuple):
    at: Duration
    """Of the monotonic clock."""
    child: int
    act: Act


class Player:
    """Plays the script until `stop` is set."""

    def __init__(self, phones: Mapping[str, Phone], pace: Pace, seed: int, stop: threading.Event) -> None:
        self._parts = [
            Part(child, *(phones[worker] for worker in home.workers))
            for home in HOMES
            for child in home.children
        ]
        self._script = Script(len(self._parts), pace.ceiling, seed)
        self._random = Random(seed)  # noqa: S311 - a story, not a secret
        self._pace = pace
        self._stop = stop

    def play(self) -> None:
        """Until the end."""
        begun = clock.monotonic()
        due = [self._after(begun, child) for child in range(len(self._parts))]
        heapq.heapify(due)
        while not self._stop.is_set():
            cue = due[0]
            if self._stop.wait(max(0, cue.at - clock.monotonic()) / SECOND):
                return
            self._do(cue.act, self._parts[cue.child])
            heapq.heapreplace(due, self._after(cue.at, cue.child))

    def _after(self, last: Duration, child: int) -> _Due:
        cue = self._script.next(child)
        return _Due(last + cue.after, child, cue.act)

    def _do(self, act: Act, part: Part) -> None:
        placement = {"placement_id": part.child.id}
        if act is Act.CHECK:
            self._say(part.phone, "checks", "check.recorded.v1", self._seen(part.child))
        elif act is Act.CHECK_UNSENT:
            part.without_signal.keep("checks", "check.recorded.v1", self._seen(part.child))
        elif act is Act.SYNC:
            part.without_signal.send()
        elif act is Act.LEAVE:
            self._say(part.phone, "dispositions", "disposition.started.v1", placement | self._leave())
        elif act is Act.RETURN:
            self._say(part.phone, "dispositions", "disposition.ended.v1", placement)
        else:
            self._say(part.phone, "concerns", "concern.received.v1", placement | self._concern())

    def _say(self, phone: Phone, family: str, type_: str, data: Mapping[str, Any]) -> None:
        phone.keep(family, type_, data)
        phone.send()

    def _seen(self, child: Child) -> dict[str, Any]:
        state, sign = self._random.choice(_STATES)
        return {
            "placement_id": child.id,
            "outcome": "seen",
            "state": state,
            "sign_of_life": sign,
            "room": child.room,
            "view": self._random.choice(_VIEWS),
            "proof": self._random.choice(_PROOFS),
        }

    def _leave(self) -> dict[str, Any]:
        expected = clock.now() + AWAY_AT_MOST * self._pace.ceiling // 100
        return {"reason": "school", "expected_end": show_instant(expected)}

    def _concern(self) -> dict[str, Any]:
        caller, summary = self._random.choice(_CALLERS)
        return {"from": caller, "summary": summary}
