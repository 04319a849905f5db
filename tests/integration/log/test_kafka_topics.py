"""Topics are made as they have to be; what is not is named, with what is found, what is wanted and what mends it."""

from dataclasses import replace

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from shared import clock
from shared.instants import DAY, NEVER
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.log.kafka.diagnosis import admin
from shared.log.kafka.topics import Mismatch
from shared.topics import ALL, CHECK_INS, OWNERSHIP
from tests.integration.log.brokers import NOON, fact, producing, put, reading
from tests.servers.plugin import Kafka
from tests.waiting import until


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    return Broker(kafka.bootstrap, 4, kafka.new_prefix())


def alter(broker: Broker, topic: str, **settings: str) -> None:
    changed = {name.replace("_", "."): value for name, value in settings.items()}
    with admin(broker) as client:
        client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, broker.topic(topic), changed)])


def found(broker: Broker, setting: str) -> list[Mismatch]:
    """What `check` finds; a changed setting shows a moment later."""
    wrong: list[Mismatch] = []

    def shows() -> bool:
        wrong[:] = [each for each in topics.check(broker) if each.setting == setting]
        return bool(wrong)

    until(shows)
    return wrong


def test_all_topics_are_made_once_and_are_what_they_have_to_be(broker: Broker) -> None:
    assert sorted(topics.make(broker)) == sorted([*ALL, OWNERSHIP])
    assert topics.check(broker) == []
    assert topics.make(broker) == []


def test_nothing_is_kept_for_less_than_ever_but_heartbeats(broker: Broker) -> None:
    assert {topics.wanted(topic, 1)["retention.ms"] for topic in ALL} == {"-1"}
    assert topics.wanted(OWNERSHIP, 1)["retention.ms"] == "3600000"
    assert {topics.wanted(topic, 1)["cleanup.policy"] for topic in ALL} == {"delete"}


def test_where_there_are_three_brokers_two_have_to_hold_what_is_acknowledged() -> None:
    assert [topics.wanted(CHECK_INS, brokers)["min.insync.replicas"] for brokers in (1, 2, 3, 5)] == [
        "1",
        "1",
        "2",
        "2",
    ]


def test_a_topic_that_is_missing_is_named_with_the_command_that_makes_it(broker: Broker) -> None:
    topics.make(broker)
    with admin(broker) as client:
        client.delete_topics([broker.topic(CHECK_INS)])
    (missing,) = found(broker, "the topic")
    assert str(missing) == (
        f"{broker.topic(CHECK_INS)}: the topic is missing and has to be there; make it: wakeful topics make"
    )
    until(lambda: topics.make(broker) == [CHECK_INS] or topics.check(broker) == [])
    until(lambda: topics.check(broker) == [], lambda: topics.check(broker))


def test_a_setting_that_differs_is_named_with_the_command_that_mends_it(broker: Broker) -> None:
    topics.make(broker)
    alter(broker, CHECK_INS, retention_ms="86400000")
    (wrong,) = found(broker, "retention.ms")
    assert wrong[:4] == (broker.topic(CHECK_INS), "retention.ms", "86400000", "-1")
    assert wrong.remedy.endswith(f"--alter --topic {broker.topic(CHECK_INS)} --add-config retention.ms=-1")


def test_other_partitions_than_are_set_are_named(broker: Broker) -> None:
    topics.make(broker)
    wrong = topics.check(replace(broker, partitions=6))
    assert {(each.setting, each.found, each.wanted) for each in wrong} == {("partitions", "4", "6")}
    assert len(wrong) == len(ALL) + 1
    assert "WAKEFUL_PARTITIONS=4" in wrong[0].remedy


def test_topics_made_for_an_import_are_refused_until_they_are_sealed(broker: Broker) -> None:
    topics.make(broker, importing=True)
    assert topics.check(broker, importing=True) == []
    wrong = topics.check(broker)
    assert {each.topic for each in wrong} == {broker.topic(topic) for topic in ALL}
    assert {each[1:] for each in wrong} == {
        ("message.timestamp.type", "CreateTime", "LogAppendTime", "mend it: wakeful topics seal")
    }
    assert sorted(topics.seal(broker)) == sorted(ALL)
    assert topics.check(broker) == []
    assert topics.seal(broker) == []


def test_what_was_imported_keeps_its_times_and_what_follows_gets_the_brokers(broker: Broker) -> None:
    broker = replace(broker, partitions=1)
    topics.make(broker, importing=True)
    put(broker, fact("past", NOON - 400 * DAY))
    topics.seal(broker)
    before = clock.now()
    with producing(broker) as producer:
        (landed,) = producer.put([fact("now", NOON - 400 * DAY)])
    with reading(broker) as log:
        past, now = log.read(0, (CHECK_INS,), {}, NEVER)[0]
    assert past.appended_at == NOON - 400 * DAY
    assert now.appended_at == landed.appended_at >= before - 1000
