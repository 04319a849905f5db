"""What a reader keeps is bounded, and no topic that is slow or far ahead keeps the others from being read."""

import time
from collections.abc import Iterator

import pytest

from shared.instants import NEVER
from shared.log.base import Positions
from shared.log.kafka import cursor, reader
from shared.log.kafka.connection import Broker
from shared.log.kafka.reader import Reader
from shared.topics import CHECK_INS, PLAN_CHANGES
from tests.integration.log.brokers import NOON, TWO, fact, new_broker, producing, ticks
from tests.servers.plugin import Kafka
from tests.waiting import until

FULL = 100
MANY = 3_000


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    return new_broker(kafka, importing=True)


@pytest.fixture
def reading(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader that keeps little and fetches little at once."""
    monkeypatch.setattr(reader, "FULL", FULL)
    monkeypatch.setattr(reader, "ENOUGH", FULL // 2)
    monkeypatch.setattr(reader, "FETCH_BYTES", 4_096)
    made = Reader(broker)
    yield made
    made.shut()


def far_ahead(broker: Broker) -> None:
    """Much in one topic, and in the other only that time has not come so far."""
    with producing(broker) as producer:
        producer.put(ticks(NOON, (PLAN_CHANGES,)))
        producer.put([fact(f"e{n}", NOON + 1 + n) for n in range(MANY)])


def test_a_topic_that_is_far_ahead_is_paused_and_goes_on_when_the_slow_one_has_come(
    broker: Broker, reading: Reader
) -> None:
    far_ahead(broker)
    reading.open(0, TWO, {})
    until(lambda: reading.waiting(0, NEVER) >= FULL, meanwhile=lambda: reading.poll(0.05))
    for _ in range(20):
        reading.poll(0.05)
    assert FULL <= reading.waiting(0, NEVER) < MANY / 2
    with producing(broker) as producer:
        producer.put(ticks(NOON + MANY + 1, TWO))
    found = 0

    def all_taken() -> bool:
        nonlocal found
        while records := reading.take(0, reading.bound(0), 50)[0]:
            found += len(records)
        return found >= MANY

    until(all_taken, lambda: found, meanwhile=lambda: reading.poll(0.5))
    assert found == MANY


def test_what_nobody_takes_is_not_kept_without_end(broker: Broker, reading: Reader) -> None:
    far_ahead(broker)
    with producing(broker) as producer:
        producer.put(ticks(NOON + MANY + 1, TWO))
    reading.open(0, TWO, {})
    until(lambda: reading.waiting(0, NEVER) >= FULL, meanwhile=lambda: reading.poll(0.05))
    for _ in range(20):
        reading.poll(0.05)
    assert FULL <= reading.waiting(0, NEVER) < MANY / 2


def test_an_instant_that_holds_more_than_a_reader_keeps_is_given_whole(
    broker: Broker, reading: Reader
) -> None:
    with producing(broker) as producer:
        producer.put([fact(f"e{n}", NOON, TWO[n % 2]) for n in range(10 * FULL)])
        producer.put(ticks(NOON + 1, TWO))
    reading.open(0, TWO, {})
    until(lambda: reading.bound(0) > NOON, meanwhile=lambda: reading.poll(0.5))
    assert len(reading.take(0, reading.bound(0), 1)[0]) == 10 * FULL


@pytest.mark.parametrize("limit", [10, 1_000])
def test_all_that_is_in_the_log_comes_however_little_is_kept(
    broker: Broker, reading: Reader, limit: int
) -> None:
    far_ahead(broker)
    found: list[str] = []
    positions: Positions = {}
    while True:
        records, positions = cursor.read(reading, 0, TWO, positions, NEVER, limit)
        found += [record.id for record in records]
        if len(records) < limit:
            break
    assert found == [f"e{n}" for n in range(MANY)]
    assert positions[CHECK_INS] == MANY


def test_a_reader_without_work_asks_the_broker_no_more_than_a_few_times_a_second(
    broker: Broker, reading: Reader
) -> None:
    reading.open(0, TWO, {})
    reading.poll(0.3)
    polls: list[object] = []
    asked = reading._consumer._fetcher._manager.send

    def send(request: object, **more: object) -> object:
        polls.append(request)
        return asked(request, **more)

    reading._consumer._fetcher._manager.send = send
    began = time.monotonic()
    for _ in range(4):
        assert not reading.poll(0.5)
    took_s = time.monotonic() - began
    fetches = [each for each in polls if type(each).__name__.startswith("FetchRequest")]
    assert len(fetches) <= 6 * took_s, "about one a long poll"
