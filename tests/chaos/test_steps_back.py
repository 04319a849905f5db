"""A broker whose clock is put back again and again: append times step back, also behind those of another life of the
worker. Topics that bring their own times are what makes that, so that there is no gateway here: the test itself says
what time it is.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from kafka import KafkaConsumer, TopicPartition

from services.rules import MONITORS
from shared.clock import now
from shared.instants import HOUR, MINUTE, NEVER, SECOND, Instant, show_instant
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.producer import Producer, outgoing, tick
from shared.topics import INPUTS
from tests.chaos.clocks import Clocks
from tests.chaos.homes import RULE, children_of, looked_in_on
from tests.chaos.night import seed
from tests.chaos.shifts import Shift
from tests.chaos.stage import ALL, Stage
from tests.chaos.verdict import all_read, judged
from tests.chaos.volume import drafted
from tests.integration.house import posting
from tests.integration.house.posting import check, home_registered, placement_started
from tests.servers.plugin import Kafka, Postgres
from tests.servers.process import until

PARTITIONS: Final = 2
HOMES: Final = ("sample-home-0", "sample-home-1", "sample-home-2")
ROUND: Final = 500
ROUNDS: Final = 50
WITHIN_S: Final = 90.0


class Backwards:
    """Puts facts and ticks into the topics, at times that mostly go on and often step back."""

    def __init__(self, broker: Broker, number: int) -> None:
        self._broker = broker
        self._random = Random(number)
        self._shift = Shift("sample-duty", self._random)
        self._producer = Producer(broker)
        self.at: Instant = now() - HOUR
        self.ids: list[str] = []
        self.stepped_back = 0

    def settle(self) -> None:
        """Homes and children."""
        for home in HOMES:
            self._tell([home_registered(home, RULE)])
            self._tell([placement_started(home, child) for child in children_of(home)])
        self._tell(self._shift.settled())

    def rounds(self, count: int) -> None:
        """Time goes on by so many rounds; children are seen, and forgotten for a while."""
        for _ in range(count):
            self.at += ROUND
            for home in HOMES:
                self._tell([check(home, child) for child in looked_in_on(self.at, children_of(home))])
            self._tell(self._shift.next())
            self._tick(self._stamp)

    def come_to(self, instant: Instant) -> None:
        """The last ticks, in all topics."""
        self._tick(lambda: instant)

    def close(self) -> None:
        self._producer.close()

    def _tell(self, bodies: Sequence[dict[str, Any]]) -> None:
        told = show_instant(self.at)
        drafts = [drafted({**body, "time": told, "enteredat": told}) for body in bodies]
        self._producer.put([outgoing(each, PARTITIONS, self._stamp()) for each in drafts])
        self.ids += [each.id for each in drafts]

    def _tick(self, stamp: Callable[[], Instant]) -> None:
        self._producer.put([tick(t, p, stamp()) for t in INPUTS for p in range(PARTITIONS)])

    def _stamp(self) -> Instant:
        """Now, or a little before, or long before."""
        back = self._random.choice((0, 0, 0, self._random.randrange(3 * SECOND), MINUTE))
        self.stepped_back += back > 0
        return self.at - back


@pytest.mark.timeout(400)
def test_append_times_that_step_back_are_raised_and_alerts_are_those_of_a_replay(
    kafka: Kafka, postgres: Postgres, tmp_path: Path
) -> None:
    number = seed()
    print(f"WAKEFUL_CHAOS_SEED={number}", flush=True)
    url, prefix = postgres.new_database(), kafka.new_prefix()
    with Stage(tmp_path, kafka.bootstrap, url, PARTITIONS, prefix=prefix, importing=True) as stage:
        driver = Backwards(stage.broker, number)
        with Clocks(url, PARTITIONS, ALL) as clocks:
            stage.begin_worker().wait_up()
            driver.settle()
            driver.rounds(ROUNDS // 2)
            half = driver.at - 2 * MINUTE
            assert clocks.beyond(half, WITHIN_S), clocks.behind()
            stage.workers[0].kill()
            driver.rounds(ROUNDS // 2)
            stage.workers[0].again()
            driver.come_to(driver.at + MINUTE)
            assert clocks.beyond(driver.at + MINUTE - 2 * SECOND, WITHIN_S), clocks.behind()
        driver.close()
        assert posting.until(lambda: all_read(stage.broker, url), WITHIN_S)
        stage.workers[0].stop()
        assert stage.fallen == []
        verdict = judged(stage.broker, url, driver.ids)
        assert verdict.good, verdict.shown()
        assert verdict.raised["check_missed"] > 0
        assert set(verdict.told_by) == set(MONITORS), "somebody has told nothing"
        assert driver.stepped_back > 0
        assert _stamps(stage.broker) == _raised(stage.broker)


Place = tuple[str, int, int]
"""A record's topic, home-partition and position."""


def _stamps(broker: Broker) -> dict[Place, Instant]:
    """When each fact was appended, by the log."""
    log = KafkaLog(broker, read_only=True)
    try:
        found = {
            (record.topic, partition, record.position): record.appended_at
            for partition in range(PARTITIONS)
            for record in log.read(partition, INPUTS, {}, NEVER, 1_000_000)[0]
        }
        assert log.steps_back > 0
        return found
    finally:
        log.close()


def _raised(broker: Broker) -> dict[Place, Instant]:
    """The same by what the broker holds: never before what came before it in its topic-partition."""
    found: dict[Place, Instant] = {}
    for topic in INPUTS:
        for partition in range(PARTITIONS):
            mark = 0
            for record in _records(broker, topic, partition):
                mark = max(mark, record.timestamp)
                if record.value:
                    found[topic, partition, record.offset + 1] = mark
    return found


def _records(broker: Broker, topic: str, partition: int) -> Iterator[Any]:
    consumer = KafkaConsumer(**broker.client(), enable_auto_commit=False, auto_offset_reset="earliest")
    at = TopicPartition(broker.topic(topic), partition)
    try:
        consumer.assign([at])
        end = consumer.end_offsets([at])[at]
        consumer.seek_to_beginning(at)
        found: list[Any] = []

        def read() -> bool:
            found.extend(consumer.poll(500).get(at, ()))
            return bool(consumer.position(at) >= end)

        until(read, WITHIN_S, lambda: AssertionError(f"{at} could not be read to its end"))
        yield from found
    finally:
        consumer.close()
