"""Workers as processes of their own, that tests end, kill and stop for a while, and what they said they own."""

import itertools
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.log.kafka.connection import Broker
from shared.log.kafka.diagnosis import admin
from shared.topics import OWNERSHIP
from tests.integration.worker.owner import GROUP
from tests.servers.process import Process, tail, until
from tests.waiting import LONG_S


def make_topic(broker: Broker, partitions: int = 8) -> None:
    """The ownership topic alone."""
    with admin(broker) as client:
        client.create_topics(
            {broker.topic(OWNERSHIP): {"num_partitions": partitions, "replication_factor": 1}}
        )


def members(broker: Broker) -> int:
    """How many members the broker counts in the workers' group: who died without leaving is one, for ten seconds."""
    group = f"{broker.prefix}{GROUP}"
    with admin(broker) as client:
        return len(client.describe_groups([group])[group]["members"])


class Worker:
    """One process of `owner.py`."""

    def __init__(self, broker: Broker, log: Path) -> None:
        self._log = log
        self._process = Process(
            [
                sys.executable,
                Path(__file__).with_name("owner.py"),
                broker.bootstrap,
                broker.prefix,
                str(broker.partitions),
            ],
            log,
        )

    def said(self, key: str) -> list[dict[str, Any]]:
        """Its lines with this key, those of its log included."""
        lines = [json.loads(line) for line in self._process.said().splitlines() if line.endswith("}")]
        return [line for line in lines if key in line]

    @property
    def owns(self) -> frozenset[int]:
        """What it last said that it owns."""
        return frozenset(self.told[-1]) if self.told else frozenset()

    @property
    def told(self) -> list[list[int]]:
        """All that it ever owned, in order."""
        return [line["owned"] for line in self.said("owned")]

    def send(self, number: signal.Signals) -> None:
        self._process.send(number)

    def end(self, number: signal.Signals) -> None:
        """End it, and wait until it has."""
        self._process.send(signal.SIGCONT)
        self._process.end(number, LONG_S)

    def wait(self, so: Callable[[], bool]) -> None:
        """Until something is so; or the error that ends with what it said."""
        until(so, LONG_S, lambda: AssertionError("it did not come to that" + tail(self._log)))


@contextmanager
def crew(broker: Broker, folder: Path) -> Iterator[Callable[[], Worker]]:
    """Starts workers; none outlives the block."""
    begun: list[Worker] = []
    numbers = itertools.count()

    def start() -> Worker:
        begun.append(Worker(broker, folder / f"worker-{next(numbers)}.log"))
        return begun[-1]

    try:
        yield start
    finally:
        for each in begun:
            each.end(signal.SIGKILL)


def share_all(partitions: int, *workers: Worker) -> bool:
    """Whether each home-partition is owned by one of them, and none by two, as evenly as can be."""
    sizes = [len(each.owns) for each in workers]
    together = frozenset[int]().union(*(each.owns for each in workers))
    return (
        together == frozenset(range(partitions)) and sum(sizes) == partitions and max(sizes) - min(sizes) <= 1
    )
