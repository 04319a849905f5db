"""One home's records and one event, found in a broker's log with an index or without; and what is appended to it."""

from collections.abc import Sequence

import pytest

from shared.instants import NEVER, Instant
from shared.log.base import Positions
from shared.log.kafka.connection import Broker, BrokerWrong
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.producer import Outgoing, Producer
from shared.topics import CHECK_INS, INPUTS, PLAN_CHANGES, REJECTED
from tests.integration.log.brokers import NOON, fact, new_broker, put, reading
from tests.servers.plugin import Kafka
from wakeful.contracts.anylog import draft, ids, read_all


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    return new_broker(kafka, importing=True)


class Index:
    """An index in memory, over what was read up to some place."""

    def __init__(self, log: KafkaLog, limit: int) -> None:
        self.records, self.reached = log.read(0, (*INPUTS, REJECTED), {}, NEVER, limit)

    def of_home(self, home_id: str, topics: Sequence[str]) -> list[tuple[str, int, Instant]]:
        mine = [r for r in self.records if r.home_id == home_id and r.topic in topics]
        return [(r.topic, r.position, r.appended_at) for r in mine]

    def named(self, home_id: str, event_id: str) -> None:
        return None

    def positions(self, partition: int) -> Positions:
        return self.reached


@pytest.mark.parametrize("indexed", [0, 1, 17, 60])
def test_a_home_is_the_same_by_an_index_that_has_come_so_far_or_by_none(broker: Broker, indexed: int) -> None:
    sent = [fact(f"e{n}", NOON + n - n % 3, (CHECK_INS, PLAN_CHANGES)[n % 2], f"H{n % 3}") for n in range(60)]
    put(broker, *sent, fact("e3", NOON + 99, CHECK_INS, "H0"))
    with reading(broker) as log:
        whole = [r for r in read_all(log) if r.home_id == "H0" and r.appended_at < NOON + 99]
        assert len(whole) == 20
        assert list(log.home("H0", INPUTS)) == whole, "what comes again is left out"
        index = Index(log, indexed) if indexed else None
    log = KafkaLog(broker, read_only=True, index=index)
    try:
        assert list(log.home("H0", INPUTS)) == whole
        assert list(log.home("H0", (PLAN_CHANGES,), NOON + 30)) == [
            r for r in whole if r.topic == PLAN_CHANGES and r.appended_at <= NOON + 30
        ]
        found = log.named("H0", "e57")
        if indexed < 57:
            assert found is not None
            assert found.appended_at == NOON + 57
    finally:
        log.close()


# -- appending -----------------------------------------------------------------------------------------------


def test_a_second_log_of_a_process_reads_on_its_own_and_appends_by_the_same_producer(kafka: Kafka) -> None:
    broker = new_broker(kafka)
    log = KafkaLog(broker)
    try:
        log.append([draft("e1"), draft("e2")])
        another = log.another()
        another.read(0, INPUTS, {}, NEVER, 1)
        another.append([draft("e3")])
        another.close()
        assert ids(read_all(log)) == ["e1", "e2", "e3"]
        log.append([draft("e4")])
    finally:
        log.close()


def test_a_broker_does_not_decide(kafka: Kafka) -> None:
    log = KafkaLog(new_broker(kafka))
    try:
        with pytest.raises(ValueError, match="does not decide"):
            log.append([draft("e1")], lambda _draft, _at: None)
    finally:
        log.close()


def test_a_record_that_is_too_large_is_refused_and_the_next_one_is_taken(kafka: Kafka) -> None:
    producer = Producer(new_broker(kafka))
    try:
        with pytest.raises(BrokerWrong, match="larger"):
            producer.put([Outgoing(CHECK_INS, 0, b"H1", b"x" * (2 << 20))])
        producer.put([fact("e1", NOON)])
    finally:
        producer.close()
