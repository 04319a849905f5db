"""One step over several topics: what belongs to one topic is under way together, and the next topic's goes when all of
it has been acknowledged.

A step ends in time, whatever the client does. What a client is, and what went wrong, is not said here.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Final, NamedTuple, Protocol

from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Unavailable

_LOOK_S: Final = 0.1


class Outgoing(NamedTuple):
    """One record on its way to the broker. `at`: its own time, which counts only while topics are not sealed."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    at: Instant | None = None


class Landed(NamedTuple):
    """Where it is now, and when the broker took it."""

    position: int
    appended_at: Instant


class Sender(Protocol):
    """What a step is sent by."""

    def send(
        self, record: Outgoing, landed: Callable[[Landed], None], failed: Callable[[Unavailable], None]
    ) -> None:
        """One record; one of the two is called, from any thread. Never raises."""
        ...

    def watch(self, group: "Group") -> None:
        """Fail it if it is not done in time."""
        ...

    def chain(self, step: Callable[[], None]) -> None:
        """Go on in a thread that may wait."""
        ...


class Overdue(threading.Thread):
    """Calls what was added, in turn, so long after it was added; at the end, what is left."""

    def __init__(self, after_s: float) -> None:
        super().__init__(name="overdue", daemon=True)
        self._after = int(after_s * SECOND)
        self._calls: deque[tuple[Duration, Callable[[], None]]] = deque()
        self._ending = threading.Event()

    def add(self, call: Callable[[], None]) -> None:
        self._calls.append((clock.monotonic() + self._after, call))

    def end(self) -> None:
        self._ending.set()
        self.join()

    def run(self) -> None:
        while not self._ending.wait(_LOOK_S):
            while self._calls and self._calls[0][0] <= clock.monotonic():
                self._calls.popleft()[1]()
        while self._calls:
            self._calls.popleft()[1]()


class Group:
    """Records of one topic that are under way together: done when the last is, or failed."""

    def __init__(
        self, size: int, done: Callable[[list[Landed]], None], failed: Callable[[Unavailable], None]
    ) -> None:
        self._landed: list[Landed | None] = [None] * size
        self._left = size
        self._done = done
        self._failed = failed
        self._lock = threading.Lock()

    def landed(self, number: int, landed: Landed) -> None:
        with self._lock:
            self._landed[number] = landed
            self._left -= 1
            all_ = [each for each in self._landed if each is not None] if self._left == 0 else None
        if all_ is not None:
            self._done(all_)

    def failed(self, error: Unavailable | Callable[[], Unavailable]) -> None:
        """The first failure is the group's; the rest of it may land, or not."""
        with self._lock:
            over = self._left <= 0
            self._left = 0
        if not over:
            self._failed(error() if callable(error) else error)


class Chain:
    """One step over several topics: groups of records, each sent when the one before has been acknowledged."""

    def __init__(
        self,
        sender: Sender,
        records: Sequence[Outgoing],
        groups: list[list[int]],
        answer: Future[list[Landed]],
    ) -> None:
        self._sender = sender
        self._records = records
        self._groups = groups
        self._answer = answer
        self._landed: dict[int, Landed] = {}

    def go(self) -> None:
        """Send the next group; at the end, answer."""
        if not self._groups:
            self._answer.set_result([self._landed[number] for number in range(len(self._records))])
            return
        numbers = self._groups.pop(0)
        group = Group(len(numbers), partial(self._done, numbers), self._answer.set_exception)
        self._sender.watch(group)
        for place, number in enumerate(numbers):
            self._sender.send(self._records[number], partial(group.landed, place), group.failed)

    def _done(self, numbers: list[int], landed: list[Landed]) -> None:
        self._landed.update(zip(numbers, landed, strict=True))
        if self._groups:
            self._sender.chain(self.go)
        else:
            self.go()
