"""What a broker's log does with what is not as it has to be: records, positions, topics."""

import pytest
from kafka import KafkaAdminClient, TopicPartition

from shared.events.errors import Unreadable
from shared.instants import NEVER
from shared.log.base import Unavailable, fact_of
from shared.log.kafka.connection import Broker, BrokerWrong, LogTruncated
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import Outgoing
from shared.topics import CHECK_INS, INPUTS
from tests.integration.log.brokers import NOON, fact, new_broker, producing, put, reading, ticks, until
from tests.servers.plugin import Kafka
from wakeful.contracts.anylog import ids, read_all


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    return new_broker(kafka, importing=True)


def test_what_is_no_event_comes_out_as_it_came_and_is_refused_by_decoding(broker: Broker) -> None:
    put(
        broker,
        Outgoing(CHECK_INS, 0, b"H1", b"not JSON", at=NOON),
        Outgoing(CHECK_INS, 0, None, b"", at=NOON),
    )
    with reading(broker) as log:
        records = read_all(log)
    assert [record.body for record in records] == [b"not JSON", b""]
    assert ids(records) == [f"{CHECK_INS}/0/0", f"{CHECK_INS}/0/1"]
    for record in records:
        with pytest.raises(Unreadable):
            fact_of(record)


def test_a_record_outside_its_keys_partition_comes_out_where_it_lies(kafka: Kafka) -> None:
    broker = new_broker(kafka, 2, importing=True)
    elsewhere = 1 - partition_of("H1", 2)
    put(broker, fact("c1", NOON, partitions=2)._replace(partition=elsewhere))
    with reading(broker) as log:
        (record,), _ = log.read(elsewhere, (CHECK_INS,), {}, NEVER)
        assert (record.id, record.home_id) == ("c1", "H1")
        assert list(log.home("H1", (CHECK_INS,))) == []


def test_records_that_are_gone_are_told_and_never_jumped_over(kafka: Kafka) -> None:
    broker = new_broker(kafka, 2, importing=True)
    put(broker, *(fact(f"e{n}", NOON + n, partitions=2) for n in range(10)), *ticks(NOON + 99, partition=0))
    put(broker, *ticks(NOON + 99, partition=1))
    mine = partition_of("H1", 2)
    with reading(broker) as log:
        _, positions = log.read(mine, INPUTS, {}, NEVER, 3)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_records({TopicPartition(broker.topic(CHECK_INS), mine): 6})
    admin.close()
    with reading(broker) as log:
        for partition in (0, 1):
            log.open(partition, INPUTS, positions if partition == mine else {})
        until(log, NOON + 99, 1 - mine)
        for ask in (lambda: log.present(mine), lambda: log.read(mine, INPUTS, positions, NEVER)):
            with pytest.raises(LogTruncated, match=r"from offset 3 on, and the broker holds 6 to 1[01]"):
                ask()
        assert log.present(1 - mine) == NOON + 99, "the others go on"
    with reading(broker) as log, pytest.raises(LogTruncated):
        log.read(mine, INPUTS, {}, NEVER)


def test_a_position_beyond_the_end_is_told_too(broker: Broker) -> None:
    put(broker, fact("e1", NOON))
    with (
        reading(broker) as log,
        pytest.raises(LogTruncated, match="from offset 9 on, and the broker holds 0 to 1"),
    ):
        log.read(0, (CHECK_INS,), {CHECK_INS: 9}, NEVER)


def test_topics_that_are_missing_or_have_other_partitions_are_told_by_name(kafka: Kafka) -> None:
    nothing = Broker(kafka.bootstrap, 1, kafka.new_prefix())
    with reading(nothing) as log, pytest.raises(BrokerWrong, match="check-ins: the topic is missing"):
        log.read(0, (CHECK_INS,), {}, NEVER)
    with pytest.raises(Unavailable), producing(nothing) as producer:
        producer.put([fact("e1", NOON)])
