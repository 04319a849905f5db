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
from typing import Any, Final

import structlog
from kafka import KafkaProducer
from kafka import errors as broker_errors

from shared.instants import SECOND, Duration, Instant
from shared.log.base import Draft, Unavailable
from shared.log.kafka.connection import Broker, BrokerWrong
from shared.log.kafka.diagnosis import connecting, said
from shared.log.kafka.partition import partition_of
from shared.log.kafka.records import TICK
from shared.log.kafka.sending import Chain, Group, Landed, Outgoing, Overdue
from shared.topics import RANK

__all__ = ["DELIVERY_MS", "Landed", "Outgoing", "Producer", "outgoing", "tick"]

DELIVERY_MS: Final[Duration] = 8 * SECOND
"""How long a send may take before it has failed: below the deadline of the door's answer."""
BLOCK_MS: Final[Duration] = 3 * SECOND
"""How long a send may wait to learn who leads a partition."""
LINGER_MS: Final[Duration] = 0
"""Nobody waits for company: what gathers while a send is under way goes together anyway."""
LARGEST: Final = 1 << 20
"""Bytes of the largest request; the broker takes no larger message (`message.max.bytes`)."""
_GRACE: Final[Duration] = SECOND // 2
_PAUSE_S: Final = 0.1

_log = structlog.get_logger("log")


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
        self._overdue = Overdue((delivery_ms + _GRACE) / SECOND)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._client: Any = self._connect()
        """None while it is made anew."""
        self._overdue.start()

    def put(self, records: Sequence[Outgoing]) -> list[Landed]:
        """Send, and wait until all are durable. Raises Unavailable."""
        return self.put_future(records).result()

    def put_future(self, records: Sequence[Outgoing]) -> Future[list[Landed]]:
        """`put` without waiting: the first topic's are on their way when this returns. Never raises."""
        answer: Future[list[Landed]] = Future()
        answer.set_running_or_notify_cancel()
        order = sorted(range(len(records)), key=lambda number: RANK.get(records[number].topic, len(RANK)))
        groups = [list(group) for _, group in groupby(order, key=lambda number: records[number].topic)]
        Chain(self, records, groups, answer).go()
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
        client = self._client
        try:
            sent = self._send(client, record)
        except Exception as error:
            failed(self._failed(client, error))
            return
        sent.add_callback(lambda done: landed(Landed(done.offset + 1, done.timestamp)))
        sent.add_errback(lambda error: failed(self._failed(client, error)))

    def watch(self, group: Group) -> None:
        """Fail a group that is not done in time: kafka-python does not, while it waits for the broker itself (to be
        given a new producer id, after a send whose end it never learned)."""
        client = self._client
        self._overdue.add(
            lambda: group.failed(partial(self._failed, client, broker_errors.KafkaTimeoutError()))
        )

    def close(self) -> None:
        """Wait for what is under way, then end. From here on everything is Unavailable."""
        with self._lock:
            if self._closing.is_set():
                return
            self._closing.set()
            client, self._client = self._client, None
        if client is not None and not _ended(client, self._delivery_ms / SECOND):
            _log.warning("what was being sent when the log was closed is not known to have landed")
        self._chains.shutdown()
        self._overdue.end()

    def chain(self, step: Callable[[], None]) -> None:
        """Go on in a thread that may wait: the producer's own must not."""
        try:
            self._chains.submit(step)
        except RuntimeError:  # closed meanwhile
            step()

    def _send(self, client: Any, record: Outgoing) -> Any:
        if self._closing.is_set():
            raise Unavailable("the log is closed: the process is stopping; send it again in a moment")
        if client is None:
            raise Unavailable(
                f"the broker at {self._broker.bootstrap} does not answer; send it again in a moment"
            )
        return client.send(
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

    def _failed(self, client: Any, error: Exception) -> Unavailable:
        """What to answer. A client that has let a send run out of time is not to be trusted with another: where the
        broker had hung, kafka-python was seen to wait for its next producer id for ever."""
        if isinstance(error, broker_errors.KafkaTimeoutError):
            self._make_anew(client)
        return self._unavailable(error)

    def _make_anew(self, client: Any) -> None:
        with self._lock:
            if self._closing.is_set() or client is None or self._client is not client:
                return
            self._client = None
        _log.warning("the broker does not answer; it is looked for", broker=self._broker.bootstrap)
        threading.Thread(target=self._look_for, args=(client,), name="producer", daemon=True).start()

    def _look_for(self, old: Any) -> None:
        _ended(old, 0)
        while not self._closing.is_set():
            try:
                client = self._connect()
            except Unavailable:
                self._closing.wait(_PAUSE_S)
                continue
            with self._lock:
                if not self._closing.is_set():
                    self._client = client
                    _log.info("the broker answers again", broker=self._broker.bootstrap)
                    return
            _ended(client, 0)

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


def _ended(client: Any, timeout_s: float) -> bool:
    """End a client; False if something was still under way. kafka-python then gives up in the middle, and has no other
    way to be ended."""
    try:
        client.close(timeout=timeout_s)
    except broker_errors.KafkaError:
        client._sender.force_close()
        return False
    return True
