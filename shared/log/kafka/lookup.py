"""One home's records, and one event by its id, without reading the whole log: by an index that others keep.

The index says at which positions a home's records lie, and how far it has come. Those are fetched, neighbours as one
range; what lies behind the index is read to the end. Where there is no index the whole home-partition is read.

For any thread: who asks waits for who asked before. An index lives in a database; how it is kept is not said here.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

import orjson
from kafka import KafkaConsumer, TopicPartition

from shared.instants import NEVER, SECOND, Instant
from shared.log.base import Named, Positions, Record, in_order
from shared.log.kafka import cursor, records
from shared.log.kafka.connection import REQUEST_MS, Broker, BrokerUnreachable
from shared.log.kafka.diagnosis import connecting
from shared.log.kafka.partition import partition_of
from shared.log.kafka.reader import FETCH_BYTES, Reader
from shared.topics import ALL

NEIGHBOURS: Final = 2_000
"""Records further apart than this are fetched on their own: to read over what lies between takes longer than to ask."""
_LIMIT: Final = 10_000
_EMPTY_POLLS: Final = 20


class Index(Protocol):
    """What is known of where things lie in the log. Asked from any thread."""

    def of_home(self, home_id: str, topics: Sequence[str]) -> Iterable[tuple[str, int, Instant]]:
        """The home's records in these topics: topic, position, and `appended_at` as the log gives it."""
        ...

    def named(self, home_id: str, event_id: str) -> Named | None:
        """The event with this id in this home, if the index has come so far."""
        ...

    def positions(self, partition: int) -> Positions:
        """How far the index has come in a home-partition, with the marks of its topics."""
        ...


class Lookup:
    """See the module. Close it."""

    def __init__(self, broker: Broker, index: Index | None) -> None:
        self._broker = broker
        self._index = index
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._consumer: Any = None

    def home(
        self, home_id: str, topics: Sequence[str], until: Instant | None, since: Instant = 0
    ) -> Iterator[Record]:
        """See `Log.home`; of what the index knows, what lies before `since` is not fetched.

        Left out are an id that comes again, the first one stands, and what is no event of the home's.
        """
        with self._lock:
            after = self._reached(
                home_id
            )  # before the index is asked: what it takes in meanwhile is read twice
            found = list(self._indexed(home_id, topics, since))
            found += self._behind(home_id, topics, after, self._before(until))
        known: set[str] = set()
        for record in in_order(found):
            if record.id not in known and (until is None or record.appended_at <= until):
                known.add(record.id)
                if record.appended_at >= since:
                    yield record

    def named(self, home_id: str, event_id: str) -> Named | None:
        """See `Log.named`."""
        after = self._reached(home_id)
        if self._index is not None and (known := self._index.named(home_id, event_id)) is not None:
            return known
        with self._lock:
            found = [each for each in self._behind(home_id, ALL, after, NEVER) if each.id == event_id]
        if not found:
            return None
        first = in_order(found)[0]
        event = orjson.loads(first.body)
        return Named(event_id, event["type"], event.get("subject", ""), first.appended_at)

    def close(self) -> None:
        """Let go of the broker."""
        with self._lock:
            if self._reader is not None:
                self._reader.shut()
            if self._consumer is not None:
                self._consumer.close()

    @staticmethod
    def _before(until: Instant | None) -> Instant:
        return NEVER if until is None else until + 1

    def _reached(self, home_id: str) -> Positions:
        """How far the index has come where the home lies."""
        if self._index is None:
            return {}
        return self._index.positions(partition_of(home_id, self._broker.partitions))

    def _behind(self, home_id: str, topics: Sequence[str], after: Positions, before: Instant) -> list[Record]:
        """The home's records behind these positions: what the index had not come to."""
        partition = partition_of(home_id, self._broker.partitions)
        if self._reader is None:
            self._reader = Reader(self._broker)
        found: list[Record] = []
        try:
            while True:
                taken, after = cursor.read(self._reader, partition, topics, after, before, _LIMIT)
                found += [record for record in taken if record.home_id == home_id and _is_of(home_id, record)]
                if len(taken) < _LIMIT:
                    return found
        finally:
            self._reader.close(partition)

    def _indexed(self, home_id: str, topics: Sequence[str], since: Instant) -> Iterator[Record]:
        if self._index is None:
            return
        partition = partition_of(home_id, self._broker.partitions)
        lying: dict[str, dict[int, Instant]] = {}
        for topic, position, appended_at in self._index.of_home(home_id, topics):
            if appended_at >= since:
                lying.setdefault(topic, {})[position] = appended_at
        for topic, stamps in lying.items():
            for first, last in _ranges(stamps):
                for record in self._range(topic, partition, first, last):
                    if record.position in stamps:
                        yield record._replace(appended_at=stamps[record.position])

    def _range(self, topic: str, partition: int, first: int, last: int) -> Iterator[Record]:
        """The records of a topic from one position to another."""
        at = TopicPartition(self._broker.topic(topic), partition)
        with connecting(self._broker):
            if self._consumer is None:
                self._consumer = self._connect()
            self._consumer.assign([at])
            self._consumer.seek(at, first - 1)
            empty = 0
            while first <= last:
                batch = self._consumer.poll(SECOND // 2).get(at, ())
                empty = 0 if batch else empty + 1
                if empty > _EMPTY_POLLS:
                    raise BrokerUnreachable(
                        "nothing comes from the broker, and there is more; see whether it runs"
                    )
                reads, _ = records.read(topic, partition, batch, 0)
                yield from (
                    read.record for read in reads if read.record is not None and read.position <= last
                )
                first = reads[-1].position + 1 if reads else first

    def _connect(self) -> Any:
        return KafkaConsumer(
            **self._broker.client(),
            auto_offset_reset="none",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            max_poll_records=1 << 30,
            request_timeout_ms=REQUEST_MS,
            metrics_enabled=False,
        )


def _is_of(home_id: str, record: Record) -> bool:
    """Whether it is an event, and of the home that its key names."""
    try:
        event = orjson.loads(record.body)
    except orjson.JSONDecodeError:
        return False
    return type(event) is dict and event.get("homeid", home_id) == home_id and type(event.get("type")) is str


def _ranges(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of runs of neighbours."""
    first = last = 0
    for position in sorted(positions):
        if first and position - last > NEIGHBOURS:
            yield first, last
            first = 0
        first, last = first or position, position
    if first:
        yield first, last
