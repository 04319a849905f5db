"""What the door writes into the log so that time goes on in it (ARCHITECTURE.md, "The log's present").

While the prober finds the door open, each of its rounds puts one tick into every partition of the input topics. Its
append time says how far time has come there: whatever is appended after it has that time or a later one. A door that
lets nobody in, a machine's clock that is not believed, or a broker that does not answer stop the ticks, and with them
the present of every reader.

A tick that lands late would say that time has come to where nobody could have been heard: so ticks are not sent again
and do not wait. Facts never live here.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from typing import Final

import structlog

from shared import clock as machine
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Unavailable
from shared.log.kafka.connection import Broker
from shared.log.kafka.producer import Outgoing, Producer, tick
from shared.log.steady import Steady
from shared.topics import INPUTS, OWNERSHIP

LANDS_WITHIN: Final[Duration] = 2 * SECOND
"""A tick that has not landed by then is given up."""

_log = structlog.get_logger("ticks")


class Ticks:
    """What the prober drives, for a log on a broker. Safe for use from several threads; close it."""

    def __init__(
        self,
        broker: Broker,
        producer: Producer,
        *,
        topics: Sequence[str] = INPUTS,
        clock: Callable[[], Instant] = machine.now,
        monotonic: Callable[[], Duration] = machine.monotonic,
    ) -> None:
        """`producer`: the one that facts take, for the probe. Raises BrokerUnreachable, BrokerWrong."""
        self.partitions = broker.partitions
        self._facts = producer
        self._ticks = Producer(broker, delivery_ms=LANDS_WITHIN, retries=False)
        self._topics = tuple(topics)
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._time = Steady(clock, monotonic)
        self._open_until: Duration | None = None
        self._landed: dict[tuple[str, int], Instant] = {}
        self._failing: frozenset[str] = frozenset()

    # -- the door --------------------------------------------------------------------------------------------

    def probe(self) -> Instant:
        """A heartbeat in every partition of the ownership topic, durable, by the very path that facts take; the latest
        of their append times. Raises Unavailable."""
        beats = [Outgoing(OWNERSHIP, partition, None, b"{}") for partition in range(self.partitions)]
        return max(landed.appended_at for landed in self._facts.put(beats))

    def door_open(self, for_ms: Duration, asked: Duration | None = None) -> None:
        """The door is known to let somebody in who came at `asked` of the steady clock (now, if nothing is said): for
        `for_ms` from then, ticks may be written, and they are."""
        with self._lock:
            self._open_until = (self._monotonic() if asked is None else asked) + for_ms
        self._tick()

    def door_still_open(self, for_ms: Duration, asked: Duration) -> bool:
        """The same, where it has been known to be open all the while; else False, and nothing is written: what came
        while nobody could tell may still be waiting at the door."""
        with self._lock:
            if not self._is_open():
                return False
            self._open_until = asked + for_ms
        self._tick()
        return True

    def door_shut(self) -> None:
        """The door was just seen to let nobody in: no more ticks."""
        with self._lock:
            self._open_until = None

    # -- the time --------------------------------------------------------------------------------------------

    def present(self, partition: int) -> Instant:
        """How far time has come in a home-partition, by the ticks that have landed; 0 before the first. Never less than
        answered before."""
        with self._lock:
            return min(self._landed.get((topic, partition), 0) for topic in self._topics)

    def now(self) -> Instant:
        """What a stamp would be now, for whoever judges by the same time: tokens, say."""
        with self._lock:
            return max(self._time.now(), self._last())

    @property
    def clock_off(self) -> Duration:
        """How far the machine's clock is ahead of what is believed (below 0: behind); 0 while it is believed."""
        with self._lock:
            self._time.now()
            return self._time.off

    @property
    def ahead(self) -> Duration:
        """How far the broker's append times are ahead of the machine's clock; 0: they are not."""
        with self._lock:
            return max(0, self._last() - self._time.now())

    def close(self) -> None:
        """No more ticks."""
        self.door_shut()
        self._ticks.close()

    def _tick(self) -> None:
        """A tick in every partition of the topics. What is in the way is told, not raised: the prober goes on."""
        with self._lock:
            self._time.now()
            # The door is looked at last: the process may have been stopped since it was asked.
            if self._time.off or not self._is_open():
                return
        ticks = [tick(topic, partition) for topic in self._topics for partition in range(self.partitions)]
        answers = self._ticks.each(ticks)
        wait(answers, timeout=2 * LANDS_WITHIN / SECOND)
        wrong: dict[str, str] = {}
        with self._lock:
            for sent, answer in zip(ticks, answers, strict=True):
                if answer.done() and answer.exception() is None:
                    place = (sent.topic, sent.partition)
                    self._landed[place] = max(self._landed.get(place, 0), answer.result().appended_at)
                else:
                    reason = answer.exception() if answer.done() else Unavailable("no answer in time")
                    wrong.setdefault(f"{sent.topic}/{sent.partition}", str(reason))
        self._tell(wrong)

    def _tell(self, wrong: dict[str, str]) -> None:
        failing = frozenset(wrong)
        if failing and failing != self._failing:
            where, reason = sorted(failing), next(iter(wrong.values()))
            _log.error("ticks cannot be written; the present stands still there", where=where, reason=reason)
        elif self._failing and not failing:
            _log.info("ticks are written again")
        self._failing = failing

    def _last(self) -> Instant:
        return max(self._landed.values(), default=0)

    def _is_open(self) -> bool:
        return self._open_until is not None and self._monotonic() < self._open_until
