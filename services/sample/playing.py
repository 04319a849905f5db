"""The player: does what the script says, when it says so, on the phones of whoever does it.

    1. Take what is due next, of a child's line or a worker's; wait for it, or for the end.
    2. Do it: a check, an absence, a concern, an answer to a prompt, on the phone of one of the home's two workers.
    3. Ask that line what comes next; begin again.

What a fact means is the house's affair; what comes next is the script's.
"""

import heapq
import threading
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final, NamedTuple, Protocol

from services.sample import duty, papers
from services.sample.cast import HOMES, SHORT, Child, Pace, SampleHome
from services.sample.duty import Duty
from services.sample.script import AWAY_AT_MOST, Act, Script
from shared import clock
from shared.instants import MINUTE, SECOND, Duration, Instant, show_duration, show_instant

_CALLERS: Final = (
    ("family", "An invented relative rang and is worried (sample)."),
    ("professional", "An invented teacher rang: a bad day at school (sample)."),
    ("child", "An invented friend wrote that she sounded low (sample)."),
)
_NEXT_DOOR: Final[Duration] = 6 * SECOND
"""Of a check so soon after another one by the same worker no room is told: nobody is in two within 5 s."""


class Telephone(Protocol):
    """What the player needs of a phone; `services.sample.phone.Phone` is one."""

    def keep(self, family: str, type_: str, data: Mapping[str, Any]) -> None: ...
    def send(self) -> bool: ...
    def answer(self) -> bool: ...


class Time(Protocol):
    """The time in which it is played."""

    def now(self) -> Instant: ...
    def elapsed(self) -> Duration: ...
    def wait(self, elapsed: Duration) -> bool:
        """Until so much has elapsed; False if it is time to stop."""
        ...


class RealTime:
    """This machine's, until `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> Instant:
        """The wall clock's."""
        return clock.now()

    def elapsed(self) -> Duration:
        """The monotonic clock's."""
        return clock.monotonic()

    def wait(self, elapsed: Duration) -> bool:
        """See `Time`."""
        return not self._stop.wait(max(0, elapsed - clock.monotonic()) / SECOND)


class Part(NamedTuple):
    """A child, and the phones of the two who look after them."""

    child: Child
    phone: Telephone
    without_signal: Telephone


class Post(NamedTuple):
    """A worker, where they are on duty, and their phone."""

    home: SampleHome
    worker: str
    phone: Telephone


_Next = tuple[Duration, Act | Duty]


class Player:
    """Plays the script."""

    def __init__(
        self, phones: Mapping[str, Telephone], pace: Pace, seed: int, time: Time, *, after_past: bool = False
    ) -> None:
        """`after_past`: in one home a worker is on duty, and on a break, when it begins (`past`)."""
        self._parts = [
            Part(child, *(phones[worker] for worker in home.workers))
            for home in HOMES
            for child in home.children
        ]
        self._posts = [Post(home, worker, phones[worker]) for home in HOMES for worker in home.workers]
        in_reach = [home is SHORT for home in HOMES for _ in home.children]
        self._script = Script(len(self._parts), pace.ceiling, seed, in_reach)
        self._random = Random(seed)  # noqa: S311 - a story, not a secret
        self._pace = pace
        self._time = time
        self._resting = {SHORT.workers[1]} if after_past else set()
        self._silent: set[int] = set()
        """Phones that have no signal just now."""
        self._last_check: dict[int, Instant] = {}

    def play(self) -> None:
        """Until the end."""
        begun = self._time.elapsed()
        playing: list[tuple[Iterator[_Next], Part | Post]] = [
            *((line, post) for post in self._posts for line in self._of_post(post)),
            *((self._of_child(number), part) for number, part in enumerate(self._parts)),
        ]
        due = [(begun + after, n, act) for n, (line, _) in enumerate(playing) for after, act in [next(line)]]
        heapq.heapify(due)
        while True:
            at, n, act = due[0]
            if not self._time.wait(at):
                return
            line, whose = playing[n]
            self._do(act, whose)
            after, act = next(line)
            heapq.heapreplace(due, (at + after, n, act))

    def _of_child(self, number: int) -> Iterator[_Next]:
        while True:
            cue = self._script.next(number)
            yield cue.after, cue.act

    def _of_post(self, post: Post) -> Iterator[Iterator[_Next]]:
        resting = post.worker in self._resting
        yield ((turn.after, turn.act) for turn in duty.answers(self._random, begun=resting))
        if post.home is SHORT and post.worker == post.home.workers[1]:
            yield ((turn.after, turn.act) for turn in duty.breaks(self._random, resting=resting))

    def _do(self, act: Act | Duty, whose: Part | Post) -> None:
        if isinstance(whose, Part) and isinstance(act, Act):
            self._happen(act, whose)
        elif isinstance(whose, Post) and isinstance(act, Duty):
            self._serve(act, whose)

    def _happen(self, act: Act, part: Part) -> None:
        placement = {"placement_id": part.child.id}
        if act is Act.CHECK:
            self._say(part.phone, "checks", "check.recorded.v1", self._seen(part.child, part.phone))
        elif act is Act.CHECK_UNSENT:
            seen = self._seen(part.child, part.without_signal)
            part.without_signal.keep("checks", "check.recorded.v1", seen)
            self._silent.add(id(part.without_signal))
        elif act is Act.SYNC:
            self._silent.discard(id(part.without_signal))
            part.without_signal.send()
        elif act is Act.LEAVE:
            self._say(part.phone, "dispositions", "disposition.started.v1", placement | self._leave())
        elif act is Act.RETURN:
            self._say(part.phone, "dispositions", "disposition.ended.v1", placement)
        else:
            self._say(part.phone, "concerns", "concern.received.v1", placement | self._concern())

    def _serve(self, act: Duty, post: Post) -> None:
        worker = {"staff_id": post.worker}
        if act is Duty.BEGIN:
            self._say(post.phone, "cover", "cover.started.v1", worker | {"role": "waking"})
        elif act is Duty.BREAK:
            self._resting.add(post.worker)
            alone = {"relief_staff_id": None, "expected": show_duration(5 * MINUTE)}
            self._say(post.phone, "cover", "cover.break_started.v1", worker | alone)
        elif act is Duty.BACK:
            self._resting.discard(post.worker)
            self._say(post.phone, "cover", "cover.break_ended.v1", worker)
        elif post.worker not in self._resting and id(post.phone) not in self._silent:
            post.phone.answer()

    def _say(self, phone: Telephone, family: str, type_: str, data: Mapping[str, Any]) -> None:
        phone.keep(family, type_, data)
        phone.send()

    def _seen(self, child: Child, phone: Telephone) -> dict[str, Any]:
        data, now = papers.seen(child, self._random), self._time.now()
        if now - self._last_check.get(id(phone), 0) < _NEXT_DOOR:
            del data["room"]
        self._last_check[id(phone)] = now
        return data

    def _leave(self) -> dict[str, Any]:
        expected = self._time.now() + AWAY_AT_MOST * self._pace.ceiling // 100
        return {"reason": "school", "expected_end": show_instant(expected)}

    def _concern(self) -> dict[str, Any]:
        caller, summary = self._random.choice(_CALLERS)
        return {"from": caller, "summary": summary}
