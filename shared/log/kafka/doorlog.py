"""The door's own log on a broker: what `KafkaLog` reads, `Deciding` lets in and `Ticks` says of the present, as one
`shared.log.base.DoorLog`.

The thread that decides has a reader of its own, and all others share one. Nothing is judged here.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Final, Protocol

from shared.instants import NEVER, SECOND, Duration, Instant
from shared.log.base import Decide, Draft, Named, Positions, Receipt, Record, Unavailable
from shared.log.kafka.connection import Broker
from shared.log.kafka.deciding import Before, Deciding, Key
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.lookup import Index
from shared.log.kafka.producer import Producer
from shared.log.kafka.ticks import Ticks

PROBED_WITHIN: Final[Duration] = 5 * SECOND
"""How long what came in may wait to be decided. Whoever probes has less patience."""


class DoorIndex(Index, Protocol):
    """What the door asks of an index."""

    def known(self, keys: Sequence[Key]) -> Mapping[Key, Before]:
        """Those of `keys` that are known. Raises Unavailable."""
        ...


class KafkaDoorLog:
    """The log as the gateway uses it. Safe for use from several threads; close it."""

    once = False

    def __init__(self, broker: Broker, producer: Producer, index: DoorIndex) -> None:
        """Raises BrokerUnreachable, BrokerWrong."""
        self.partitions = broker.partitions
        self._ticks = ticks = Ticks(broker, producer)
        self._log = KafkaLog(broker, producer=producer, index=index)
        self._apart = self._log.another()
        self._deciding = Deciding(producer, broker.partitions, ticks.now, index, self._look_at_others)
        self._others: dict[int, Positions] = {}
        self._written: Callable[[Record], None] | None = None
        self._watched: tuple[str, ...] = ()
        self._deciding.start()

    def watch_others(
        self, topics: Sequence[str], positions: Mapping[int, Positions], written: Callable[[Record], None]
    ) -> None:
        """From these positions on, hand over what other doors write: before anything is decided of those homes."""
        self._watched = tuple(topics)
        self._others = dict(positions)
        self._written = written

    # -- writing ---------------------------------------------------------------------------------------------

    @property
    def on_rollback(self) -> Callable[[Sequence[Draft]], None] | None:
        """See `Log.on_rollback`; called in the producer's thread."""
        return self._deciding.on_rollback

    @on_rollback.setter
    def on_rollback(self, call: Callable[[Sequence[Draft]], None] | None) -> None:
        self._deciding.on_rollback = call

    def append(self, drafts: Sequence[Draft], decide: Decide | None = None) -> list[Receipt]:
        """See `Log.append`. What belongs to several topics is no one step: it is taken in the order of §2."""
        return self.append_future(drafts, decide).result()

    def append_future(self, drafts: Sequence[Draft], decide: Decide | None = None) -> Future[list[Receipt]]:
        """See `Log.append_future`."""
        return self._deciding.put(drafts, decide)

    def _look_at_others(
        self, partitions: Iterable[int], ours: Callable[[Key], bool]
    ) -> Iterator[tuple[Key, Before]]:
        """In the deciding thread."""
        if self._written is None:
            return
        for partition in partitions:
            found = True
            while found:
                records, after = self._apart.read(
                    partition, self._watched, self._others.get(partition, {}), NEVER, 1000
                )
                for record in records:
                    key = (record.home_id, record.id)
                    if not ours(key):
                        self._written(record)
                    yield key, Before(record.contenthash, record.appended_at)
                self._others[partition] = after
                found = bool(records)

    # -- the present -----------------------------------------------------------------------------------------

    def probe(self) -> Instant:
        """See `DoorLog.probe`: behind all that waits to be decided, then into the log."""
        try:
            self._deciding.put(()).result(PROBED_WITHIN / SECOND)
        except TimeoutError:
            raise Unavailable("what came in is not decided in time; see the process's log") from None
        return self._ticks.probe()

    def door_open(self, for_ms: Duration, asked: Duration | None = None) -> None:
        """See `DoorLog.door_open`: ticks are written."""
        self._ticks.door_open(for_ms, asked)

    def door_still_open(self, for_ms: Duration, asked: Duration) -> bool:
        """See `DoorLog.door_still_open`: ticks are written."""
        return self._ticks.door_still_open(for_ms, asked)

    def door_shut(self) -> None:
        """See `DoorLog.door_shut`: no tick is written."""
        self._ticks.door_shut()

    def present(self, partition: int) -> Instant:
        """How far this gateway's own ticks have come."""
        return self._ticks.present(partition)

    def now(self) -> Instant:
        """See `DoorLog.now`."""
        return self._ticks.now()

    @property
    def clock_off(self) -> Duration:
        """See `DoorLog.clock_off`."""
        return self._ticks.clock_off

    @property
    def ahead(self) -> Duration:
        """See `DoorLog.ahead`."""
        return self._ticks.ahead

    @property
    def steps_back(self) -> int:
        """See `DoorLog.steps_back`: of the broker's clock, as this process has read."""
        return self._log.steps_back + self._apart.steps_back

    def not_before(self, clock: Instant) -> None:
        """The broker stamps, not we."""

    # -- reading ---------------------------------------------------------------------------------------------

    def read(
        self, partition: int, topics: Sequence[str], after: Positions, before: Instant, limit: int = 1000
    ) -> tuple[list[Record], Positions]:
        """See `Log.read`."""
        return self._mine().read(partition, topics, after, before, limit)

    def ends(self, partition: int, topics: Sequence[str]) -> Positions:
        """See `DoorLog.ends`."""
        return self._mine().ends(partition, topics)

    def home(
        self, home_id: str, topics: Sequence[str], until: Instant | None = None, since: Instant = 0
    ) -> Iterator[Record]:
        """See `Log.home`."""
        return self._mine().home(home_id, topics, until, since)

    def named(self, home_id: str, event_id: str) -> Named | None:
        """See `Log.named`."""
        return self._mine().named(home_id, event_id)

    def end(self) -> int:
        """Nobody waits here."""
        return 0

    def wait(self, seen: int, timeout_s: float) -> bool:
        """Nobody waits here: the services do, with logs of their own."""
        return False

    def close(self) -> None:
        """Take what waits, then let go of the broker."""
        self._deciding.close()
        self._ticks.close()
        self._apart.close()
        self._log.close()

    def _mine(self) -> KafkaLog:
        return self._apart if threading.current_thread() is self._deciding else self._log
