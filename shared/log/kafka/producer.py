"""Durable sends: one idempotent producer a process, every acknowledgement awaited (`acks=all`).

What belongs to several topics is sent topic by topic in the order of DOMAIN.md §2, the next one only when all of the
last has been acknowledged: a reader never finds the second without the first. What fails is Unavailable; some of it may
have landed all the same, or may land yet: sent again it is harmless, because every reader knows the ids it has seen.

Sends may come from any thread. Nothing is decided here, and nothing read.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer
from kafka import errors as broker_errors

from shared.instants import SECOND, Duration, Instant
from shared.log.base import Draft, Unavailable
from shared.log.kafka.connection import Broker, BrokerWrong, connecting, said
from shared.log.kafka.partition import partition_of
from shared.log.kafka.records import TICK
from shared.topics import RANK

DELIVERY_MS: Final[Duration] = 8 * SECOND
"""How long a send may take before it has failed: below the deadline of the door's answer."""
BLOCK_MS: Final[Duration] = 3 * SECOND
"""How long a send may wait to learn who leads a partition."""
LINGER_MS: Final[Duration] = 0
"""Nobody waits for company: what gathers while a send is under way goes together anyway."""
LARGEST: Final = 1 << 20
"""Bytes of the largest request; the broker takes no larger message (`message.max.bytes`)."""
_GRACE_S: Final = 2.0


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


def outgoing(draft: Draft, partitions: int, at: Instant | None = None) -> Outgoing:
    """A draft, keyed by its home. What belongs to no home (the swap of a whole service) goes to partition 0."""
    partition = partition_of(draft.home_id, partitions) if draft.home_id else 0
    return Outgoing(draft.topic, partition, draft.home_id.encode(), draft.body, at=at)


def tick(topic: str, partition: int, at: Instant | None = None) -> Outgoing:
    """A tick: how far time has come in a topic-partition."""
    return Outgoing(topic, partition, None, b"", (TICK,), at)


class Producer:
    """Sends to one broker. Safe for use from several threads; close it."""

    def __init__(self, broker: Broker, *, delivery_ms: Duration = DELIVERY_MS, retries: bool = True) -> None:
        """Without `retries` a record lands within `delivery_ms` or not at all, as far as the client can see to it.
        Raises BrokerUnreachable, BrokerWrong."""
        self._broker = broker
        self._delivery_ms = delivery_ms
        self._retries = retries
        self._chains = ThreadPoolExecutor(max_workers=4, thread_name_prefix="appends")
        self._closed = False
        self._lock = threading.Lock()
        self._client = self._connect()

    def put(self, records: Sequence[Outgoing]) -> list[Landed]:
        """Send, and wait until all are durable. Raises Unavailable."""
        return self.put_future(records).result(self._longest_s(records))

    def put_future(self, records: Sequence[Outgoing]) -> Future[list[Landed]]:
        """`put` without waiting: the first topic's are on their way when this returns. Never raises."""
        answer: Future[list[Landed]] = Future()
        answer.set_running_or_notify_cancel()
        order = sorted(range(len(records)), key=lambda number: RANK.get(records[number].topic, len(RANK)))
        groups = [list(group) for _, group in groupby(order, key=lambda number: records[number].topic)]
        _Chain(self, records, groups, answer).go()
        return answer

    def each(self, records: Sequence[Outgoing]) -> "list[Future[Landed]]":
        """Send each on its own: one that fails does not keep the others from being told. Never raises."""
        answers: list[Future[Landed]] = [Future() for _ in records]
        for record, answer in zip(records, answers, strict=True):
            self.send(record, answer.set_result, answer.set_exception)
        return answers

    def send(
        self, record: Outgoing, landed: Callable[[Landed], None], failed: Callable[[Unavailable], None]
    ) -> None:
        """One record; one of the two is called, here or in the producer's own thread. Never raises."""
        try:
            sent = self._send(record)
        except Exception as error:
            failed(self._unavailable(error))
            return
        sent.add_callback(lambda done: landed(Landed(done.offset + 1, done.timestamp)))
        sent.add_errback(lambda error: failed(self._unavailable(error)))

    def close(self) -> None:
        """Wait for what is under way, then end. From here on everything is Unavailable."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._client.close(timeout=self._delivery_ms / SECOND)
        self._chains.shutdown()

    def chain(self, step: Callable[[], None]) -> None:
        """Go on in a thread that may wait: the producer's own must not."""
        try:
            self._chains.submit(step)
        except RuntimeError:  # closed meanwhile
            step()

    def _send(self, record: Outgoing) -> Any:
        if self._closed:
            raise Unavailable("the log is closed: the process is stopping; send it again in a moment")
        return self._client.send(
            self._broker.topic(record.topic),
            record.value,
            record.key,
            list(record.headers),
            record.partition,
            record.at,
        )

    def _connect(self) -> Any:
        request_ms = self._delivery_ms // 2
        with connecting(self._broker):
            return KafkaProducer(
                **self._broker.client(),
                acks="all",
                enable_idempotence=self._retries,
                **({} if self._retries else {"retries": 0}),
                allow_auto_create_topics=False,
                linger_ms=LINGER_MS,
                batch_size=1 << 16,
                max_request_size=LARGEST,
                delivery_timeout_ms=self._delivery_ms,
                request_timeout_ms=request_ms,
                max_block_ms=min(BLOCK_MS, self._delivery_ms),
                metrics_enabled=False,
            )

    def _unavailable(self, error: Exception) -> Unavailable:
        if isinstance(error, Unavailable):
            return error
        if isinstance(error, broker_errors.MessageSizeTooLargeError):
            return BrokerWrong(f"a record is larger than the broker takes (message.max.bytes): {error}")
        if isinstance(error, broker_errors.KafkaTimeoutError | broker_errors.KafkaConnectionError):
            # Looking for the reason takes longer than whoever waits for an answer has.
            return Unavailable(
                f"the broker at {self._broker.bootstrap} does not answer ({type(error).__name__}): nothing of this is "
                "known to have been taken; send it again in a moment"
            )
        if isinstance(error, broker_errors.KafkaError):
            return said(self._broker, error)
        return Unavailable(f"the record could not be sent ({error!r}); send it again in a moment")

    def _longest_s(self, records: Sequence[Outgoing]) -> float:
        topics = len({record.topic for record in records})
        return topics * (self._delivery_ms + BLOCK_MS) / SECOND + _GRACE_S


class _Chain:
    """One step over several topics: groups of records, each sent when the one before has been acknowledged."""

    def __init__(
        self,
        producer: Producer,
        records: Sequence[Outgoing],
        groups: list[list[int]],
        answer: Future[list[Landed]],
    ) -> None:
        self._producer = producer
        self._records = records
        self._groups = groups
        self._answer = answer
        self._landed: dict[int, Landed] = {}
        self._lock = threading.Lock()
        self._open = 0
        self._failure: Unavailable | None = None

    def go(self) -> None:
        """Send the next group; at the end, answer."""
        if not self._groups:
            self._answer.set_result([self._landed[number] for number in range(len(self._records))])
            return
        group = self._groups.pop(0)
        self._open = len(group)
        for number in group:
            self._producer.send(self._records[number], partial(self._done, number), self._failed)

    def _done(self, number: int, landed: Landed) -> None:
        with self._lock:
            self._landed[number] = landed
            self._open -= 1
            last = self._open == 0
        if last:
            self._next()

    def _failed(self, error: Unavailable) -> None:
        with self._lock:
            self._failure = self._failure or error
            self._open -= 1
            last = self._open == 0
        if last:
            self._next()

    def _next(self) -> None:
        if self._failure is not None:
            self._answer.set_exception(self._failure)
        elif self._groups:
            self._producer.chain(self.go)
        else:
            self.go()
