"""The crew: one service over the home-partitions that this process owns, in one thread.

Round by round, until it is told to stop:

    1. Let go of partitions that are owned no more; nothing is written for them any more, whatever was under way.
    2. Take over those that are newly owned: the ledger's row, then the monitor's memory (`shared.runner.loop`). Rows of
       another version are made anew by a thread of their own first, while the others go on in time.
    3. Wait for the log: time moves by what comes.
    4. Let each partition's runner turn, again at once where it left something to read.

A partition whose turn was lost to another worker is taken over again only while it is still said to be owned, after a
pause: who owns it is decided elsewhere (`shared.worker.ownership`), and who may write, by the ledger alone. A log or a
database that cannot be reached is waited for, each partition by itself. Whatever else is raised is a fault of the loop:
whoever runs it ends the process. No rule lives here.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from sqlalchemy import Engine

from shared import clock
from shared.blind import BLIND_AFTER
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Log, Positions, Unavailable
from shared.runner import rebuild
from shared.runner.loop import RETRY, Runner
from shared.runner.observer import Observer
from shared.runner.service import Service
from shared.store import ledger
from shared.store.outage import is_outage
from shared.worker.shares import Shares

READ: Final = 10_000
"""Facts a turn: more than one process's own log is read by at once, since a database is a journey away."""
AGAIN: Final[Duration] = 2 * SECOND
"""The pause before a partition is taken over again that another worker has taken over."""
WAIT: Final[Duration] = SECOND // 4
"""How long the log is waited for at once: what is newly owned waits as long."""
LOOK: Final[Duration] = SECOND
"""How often a round is made where nothing comes: an outage may be over."""
FAR: Final[Duration] = 10 * SECOND
"""How far behind the machine's clock a home-partition is caught up with, rather than watched live."""
_IDLE_S: Final = 0.2

_log = structlog.get_logger("worker")


class LiveLog(Log, Protocol):
    """A log that is read where it grows, by one thread, and that can be read elsewhere by another."""

    def open(self, partition: int, topics: Sequence[str], after: Positions) -> None:
        """Read this home-partition from there on. Raises Unavailable."""
        ...

    def gathered(self, partition: int) -> int:
        """How much has come of it that can be read at once."""
        ...

    def release(self, partition: int) -> None:
        """Read it no more."""
        ...

    def another(self) -> "LiveLog":
        """A reader of its own of the same log."""
        ...


@dataclass(slots=True)
class _Hand:
    """One home-partition in this crew's hands."""

    runner: Runner
    started: bool = False
    gathered: int = 0
    """What had come of it when it was last looked at, and was left to grow."""
    not_before: Duration = 0
    """Of the steady clock: it rests until then."""


class Crew:
    """Runs one service. `own` may be called from any thread; `run` is the thread."""

    def __init__(
        self,
        log: LiveLog,
        engine: Engine,
        service: Service,
        observer: Observer,
        *,
        monotonic: Callable[[], Duration] = clock.monotonic,
        blind_after: Duration = BLIND_AFTER,
    ) -> None:
        """`engine`: of this service's schema, migrated. `log`: this crew's own. `blind_after`: see `Runner`."""
        self._log = log
        self._engine = engine
        self._service = service
        self._observer = observer
        self._shares = Shares(observer, service.name)
        self._monotonic = monotonic
        self._blind_after = blind_after
        rules = service.make()
        self._topics, self._version = rules.topics, rules.version
        self._owned: frozenset[int] = frozenset()
        self._hands: dict[int, _Hand] = {}
        self._rebuilding: dict[int, threading.Thread] = {}
        """Whose rows are being made anew: that goes on while somebody else is said to own them for a moment, and is
        never begun a second time beside itself."""
        self._failed: dict[int, Exception] = {}
        """Why that ended without them."""
        self._changed = threading.Event()
        self._last_round: Duration = 0

    def own(self, partitions: Iterable[int]) -> None:
        """These are owned now, and no others."""
        self._owned = frozenset(partitions)
        self._changed.set()

    @property
    def owned(self) -> frozenset[int]:
        """What it was told."""
        return self._owned

    def clocks(self) -> dict[int, Instant | None]:
        """How far each partition in its hands has come; None: it has not begun. From any thread."""
        hands = self._hands.copy()
        return {
            partition: hands[partition].runner.clock
            if partition in hands and hands[partition].started
            else None
            for partition in self._owned
        }

    def runners(self) -> dict[int, Runner]:
        """The runners of the partitions that it owns and has begun to watch. From any thread."""
        hands = self._hands.copy()
        return {each: hands[each].runner for each in self._owned if each in hands and hands[each].started}

    def run(self, stop: threading.Event) -> None:
        """The numbered rounds. What is under way is finished; nothing is begun after `stop`."""
        while not stop.is_set():
            self._let_go()
            self._take_on()
            if not self._hands:
                self._changed.wait(_IDLE_S)
                self._changed.clear()
                continue
            if not self._wait():
                continue
            for partition, hand in list(self._hands.items()):
                if stop.is_set() or partition not in self._owned:
                    break
                self._work(partition, hand, stop)
        for rebuilding in self._rebuilding.values():
            rebuilding.join()

    # -- the rounds ------------------------------------------------------------------------------------------

    def _let_go(self) -> None:
        for partition in self._hands.keys() - self._owned:
            del self._hands[partition]
            self._log.release(partition)
            self._shares.release(partition)
            _log.info("let go", service=self._service.name, partition=partition)

    def _take_on(self) -> None:
        for partition in sorted(self._owned - self._hands.keys()):
            self._hands[partition] = _Hand(self._runner(partition))

    def _runner(self, partition: int) -> Runner:
        share = self._shares.of(partition)
        return Runner(
            self._log, self._engine, self._service, partition=partition, observer=share, read=READ,
            blind_after=self._blind_after,
        )  # fmt: skip

    def _wait(self) -> bool:
        """Wait for what is new; whether a round is worth it: time moves by what comes, and by nothing else."""
        busy = any(
            not self._rests(partition, hand) and (not hand.started or hand.runner.behind)
            for partition, hand in self._hands.items()
        )
        came = self._log.wait(self._log.end(), 0 if busy else WAIT / SECOND)
        now = self._monotonic()
        if not (came or busy or now - self._last_round >= LOOK):
            return False
        self._last_round = now
        return True

    def _work(self, partition: int, hand: _Hand, stop: threading.Event) -> None:
        if self._rests(partition, hand):
            return
        try:
            if hand.started:
                if self._worth_a_turn(partition, hand):
                    hand.runner.turn()
            elif (failed := self._failed.pop(partition, None)) is not None:
                raise failed
            elif self._is_of_this_version(partition):
                hand.runner.start(stop.is_set)
                self._log.open(partition, self._topics, hand.runner.entry.positions)
                hand.started = True
                _log.info("took over", service=self._service.name, partition=partition)
            else:
                self._rebuilding[partition] = self._rebuild(partition, stop)
        except ledger.LostOwnership as error:
            _log.warning("another worker has taken over", service=self._service.name, reason=str(error))
            self._again(partition)
        except Exception as error:
            if not (isinstance(error, Unavailable) or is_outage(error)):
                raise
            self._observer.unavailable(self._service.name, error)
            hand.not_before = self._monotonic() + getattr(error, "retry_after", RETRY)

    def _rests(self, partition: int, hand: _Hand) -> bool:
        """Whether nothing can be done for it now: it pauses, or its rows are being made anew. Nobody spins for that."""
        rebuilding = self._rebuilding.get(partition)
        return self._monotonic() < hand.not_before or (rebuilding is not None and rebuilding.is_alive())

    def _worth_a_turn(self, partition: int, hand: _Hand) -> bool:
        """A turn costs the same for one fact as for a thousand: where the log is far ahead, as much as one takes is
        gathered first, or all that there is."""
        gathered = self._log.gathered(partition)
        grows = gathered > hand.gathered
        hand.gathered = gathered
        if gathered >= READ or not grows or clock.now() - (hand.runner.clock or 0) < FAR:
            hand.gathered = 0
            return True
        return False

    def _again(self, partition: int) -> None:
        """From the ledger's row, after a pause: if it is still owned by then."""
        self._log.release(partition)
        self._shares.release(partition)
        self._hands[partition] = _Hand(self._runner(partition), not_before=self._monotonic() + AGAIN)

    def _is_of_this_version(self, partition: int) -> bool:
        with self._engine.connect() as connection:
            entry = ledger.find(connection, self._service.name, partition)
        return entry is None or entry.version == self._version

    def _rebuild(self, partition: int, stop: threading.Event) -> threading.Thread:
        def rebuilt() -> None:
            try:
                with closing(self._log.another()) as apart:
                    rebuild.whole(
                        apart, self._engine, self._service, partition=partition, stopping=stop.is_set
                    )
            except (rebuild.Stopped, ledger.LostOwnership):
                pass  # somebody else is at it, or the process ends: the next round looks again
            except Exception as error:
                self._failed[partition] = error  # it is met in the crew's own thread, like any other

        _log.info("rows of another version are made anew", service=self._service.name, partition=partition)
        thread = threading.Thread(target=rebuilt, name=f"rebuild-{partition}", daemon=True)
        thread.start()
        return thread
