"""A door as its thread that decides, over a real producer and a real broker."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from shared.instants import NEVER, SECOND, Instant
from shared.log.base import Draft, Receipt, Record, Taken
from shared.log.kafka.connection import Broker
from shared.log.kafka.deciding import Deciding, Ids, Others
from shared.log.kafka.producer import Producer
from shared.topics import INPUTS
from tests.integration.log.brokers import NOON, reading
from tests.waiting import LONG_S

PARTITIONS: Final = 2
WITHIN_S: Final = LONG_S


class Door:
    """A thread that decides, and what was asked of whoever lets in."""

    def __init__(self, producer: Producer, index: Ids | None, others: Others | None) -> None:
        self.asked: list[str] = []
        self.undone: list[str] = []
        self.course: list[str] = []
        """Both, in order."""
        self.thread = Deciding(producer, PARTITIONS, lambda: NOON, index, others)
        self.thread.on_rollback = self._undo
        self.thread.start()

    def decide(self, asked: Draft, _stamp: Instant) -> object | None:
        """Refuses what is called so."""
        self.asked.append(asked.id)
        self.course.append(f"{asked.id} decided")
        return "no" if asked.id.startswith("refused") else None

    def _undo(self, drafts: Sequence[Draft]) -> None:
        self.undone += [each.id for each in drafts]
        self.course += [f"{each.id} undone" for each in drafts]

    def append(self, *drafts: Draft) -> list[Receipt]:
        return self.thread.put(drafts, self.decide).result(WITHIN_S)

    def taken(self, *drafts: Draft) -> list[Taken]:
        return [receipt.taken for receipt in self.append(*drafts)]


@contextmanager
def door(
    broker: Broker, index: Ids | None = None, others: Others | None = None, delivery_ms: int = 8 * SECOND
) -> Iterator[Door]:
    with ExitStack() as stack:
        producer = Producer(broker, delivery_ms=delivery_ms)
        stack.callback(producer.close)
        door = Door(producer, index, others)
        stack.callback(door.thread.close)
        yield door


def in_the_log(broker: Broker) -> list[Record]:
    """Of all home-partitions."""
    with reading(broker) as log:
        return [
            record
            for partition in range(PARTITIONS)
            for record in log.read(partition, INPUTS, {}, NEVER, 1000)[0]
        ]
