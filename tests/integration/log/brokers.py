"""What tests of the broker's log have in common: topics of their own on the run's broker, and what is put into them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from typing import Final

from shared.instants import Duration, Instant
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.producer import DELIVERY_MS, Outgoing, Producer, outgoing, tick
from shared.topics import ALL, CHECK_INS, INPUTS, PLAN_CHANGES
from tests import waiting
from tests.servers.plugin import Kafka
from wakeful.contracts.anylog import draft

NOON: Final[Instant] = 1_790_000_000_000
TWO: Final = (CHECK_INS, PLAN_CHANGES)


class FollowingLog(KafkaLog):
    """A log whose present follows the clock, as if the door's probe succeeded whenever it is asked for."""

    def __init__(self, broker: Broker) -> None:
        self._ticking = Producer(broker)
        super().__init__(broker, producer=self._ticking)

    def present(self, partition: int) -> Instant:
        self._ticking.put([tick(topic, partition) for topic in INPUTS])
        return super().present(partition)

    def close(self) -> None:
        self._ticking.close()
        super().close()


def new_broker(kafka: Kafka, partitions: int = 1, *, importing: bool = False) -> Broker:
    """Topics of a test's own. `importing`: what is put into them brings its own times."""
    broker = Broker(kafka.bootstrap, partitions, kafka.new_prefix())
    topics.make(broker, importing=importing)
    return broker


def written(broker: Broker) -> None:
    """Wait until topics take what is written: new ones may not for a moment, on a busy machine for longer than a send
    may take. In each there is a tick of long ago then (in unsealed ones)."""
    missing = [tick(topic, number, 1) for topic in ALL for number in range(broker.partitions)]

    def all_taken(producer: Producer) -> bool:
        answers = producer.each(missing)
        wait(answers, waiting.LONG_S)
        missing[:] = [each for each, done in zip(missing, answers, strict=True) if done.exception(0)]
        return not missing

    with producing(broker) as producer:
        waiting.until(lambda: all_taken(producer), lambda: [each.topic for each in missing], pause_s=1)


@contextmanager
def producing(broker: Broker, delivery_ms: Duration = DELIVERY_MS) -> Iterator[Producer]:
    producer = Producer(broker, delivery_ms=delivery_ms)
    try:
        yield producer
    finally:
        producer.close()


@contextmanager
def reading(broker: Broker) -> Iterator[KafkaLog]:
    """A log that only reads."""
    log = KafkaLog(broker, read_only=True)
    try:
        yield log
    finally:
        log.close()


def fact(
    event_id: str, at: Instant, topic: str = CHECK_INS, home_id: str = "H1", partitions: int = 1
) -> Outgoing:
    """A fact that was appended at `at`."""
    return outgoing(draft(event_id, topic, home_id), partitions, at)


def ticks(at: Instant, topics: Sequence[str] = INPUTS, partition: int = 0) -> list[Outgoing]:
    """A tick at `at` in each of the topics."""
    return [tick(topic, partition, at) for topic in topics]


def put(broker: Broker, *records: Outgoing) -> None:
    """One by one, as they are given."""
    with producing(broker) as producer:
        for record in records:
            producer.put([record])


def until(log: KafkaLog, present: Instant, partition: int = 0) -> None:
    """Wait for a present."""
    waiting.until(
        lambda: log.present(partition) >= present,
        lambda: f"{log.present(partition)}, not yet {present}",
        meanwhile=lambda: log.wait(log.end(), 0.1),
    )
