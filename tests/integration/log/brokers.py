"""What tests of the broker's log have in common: topics of their own on the run's broker, and what is put into them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import wait
from contextlib import contextmanager
from time import sleep
from typing import Final

import pytest

from shared.instants import Instant
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.producer import Outgoing, Producer, outgoing, tick
from shared.topics import ALL, CHECK_INS, INPUTS, PLAN_CHANGES
from tests.servers.plugin import Kafka
from wakeful.contracts.anylog import draft

_TRIES: Final = 30
_WITHIN_S: Final = 30.0
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
    with producing(broker) as producer:
        for _ in range(_TRIES):
            answers = producer.each(missing)
            wait(answers, _WITHIN_S)
            missing = [each for each, done in zip(missing, answers, strict=True) if done.exception(0)]
            if not missing:
                return
            sleep(1)
    pytest.fail(f"the broker takes nothing into {missing[0].topic}")


@contextmanager
def producing(broker: Broker) -> Iterator[Producer]:
    producer = Producer(broker)
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
    for _ in range(200):
        if log.present(partition) >= present:
            return
        log.wait(log.end(), 0.1)
    pytest.fail(f"the present is {log.present(partition)} and has not come to {present}")
