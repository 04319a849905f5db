"""Who owns which home-partition, with workers that come, go, die and are stopped for a while. Each is a process."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.log.kafka.connection import Broker
from tests.integration.worker.workers import Worker, crew, make_topic, members, share_all
from tests.servers.broker import KafkaServer
from tests.servers.plugin import Kafka

ALL = frozenset(range(8))


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    broker = Broker(kafka.bootstrap, prefix=kafka.new_prefix())
    make_topic(broker)
    return broker


@pytest.fixture
def start(broker: Broker, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    with crew(broker, tmp_path) as start:
        yield start


def two(start: Callable[[], Worker]) -> tuple[Worker, Worker]:
    one, other = start(), start()
    one.wait(lambda: share_all(8, one, other))
    return one, other


def test_one_worker_owns_every_home_partition_and_opens_no_port(start: Callable[[], Worker]) -> None:
    worker = start()
    worker.wait(lambda: worker.owns == ALL)
    worker.end(signal.SIGTERM)
    assert worker.told[-1] == [], "it left and went on owning"
    assert worker.said("ended") == [{"ended": True, "failed": None, "bound": []}]


def test_a_second_worker_gets_half_and_the_first_owns_nothing_while_it_is_shared_out(
    start: Callable[[], Worker],
) -> None:
    one = start()
    one.wait(lambda: one.owns == ALL)
    other = start()
    other.wait(lambda: share_all(8, one, other))
    assert one.told[0] == sorted(ALL)
    assert one.told[1] == [], "it owned all until it owned half: for that while, both could own the same"


def test_the_share_of_a_worker_that_is_told_to_stop_goes_to_the_other(
    broker: Broker, start: Callable[[], Worker]
) -> None:
    one, other = two(start)
    one.end(signal.SIGTERM)
    assert one.owns == frozenset()
    assert members(broker) == 1, "it went without a word: its share is nobody's until its session has run out"
    other.wait(lambda: other.owns == ALL)


def test_two_workers_that_stop_at_once_both_leave(broker: Broker, start: Callable[[], Worker]) -> None:
    leaving, stays = [start(), start()], start()
    stays.wait(lambda: share_all(8, *leaving, stays))
    for each in leaving:
        each.send(signal.SIGTERM)
    for each in leaving:
        each.wait(lambda ends=each: bool(ends.said("ended")))  # type: ignore[misc]
    assert members(broker) == 1
    stays.wait(lambda: stays.owns == ALL)


def test_the_share_of_a_worker_that_is_killed_goes_to_the_other(start: Callable[[], Worker]) -> None:
    one, other = two(start)
    one.end(signal.SIGKILL)
    other.wait(lambda: other.owns == ALL)


def test_a_worker_that_slept_through_its_session_learns_that_it_lost_its_share(
    start: Callable[[], Worker],
) -> None:
    sleeper, other = two(start)
    sleeper.send(signal.SIGSTOP)
    before = len(sleeper.told)
    other.wait(lambda: other.owns == ALL)
    assert len(sleeper.told) == before, "it is asleep: it cannot have said anything"
    sleeper.send(signal.SIGCONT)
    sleeper.wait(lambda: len(sleeper.told) > before)
    assert sleeper.told[before] == [], "the first that a woken worker learns is that nothing is its own"
    sleeper.wait(lambda: share_all(8, sleeper, other))


def test_a_worker_in_reserve_owns_nothing_until_it_is_needed(kafka: Kafka, tmp_path: Path) -> None:
    broker = Broker(kafka.bootstrap, partitions=2, prefix=kafka.new_prefix())
    make_topic(broker, partitions=2)
    with crew(broker, tmp_path) as start:
        one, other = start(), start()
        one.wait(lambda: share_all(2, one, other))
        reserve = start()
        reserve.wait(lambda: share_all(2, one, other, reserve) and len(one.told) + len(other.told) > 4)
        owner = next(each for each in (one, other) if each.owns)
        owner.end(signal.SIGKILL)
        rest = [each for each in (one, other, reserve) if each is not owner]
        reserve.wait(lambda: share_all(2, *rest))


def test_a_broker_that_dies_and_comes_back_finds_the_same_workers(
    own_kafka: KafkaServer, tmp_path: Path
) -> None:
    broker = Broker(own_kafka.bootstrap)
    make_topic(broker)
    with crew(broker, tmp_path) as start:
        one, other = two(start)
        own_kafka.kill()
        own_kafka.start()
        one.wait(lambda: share_all(8, one, other))
        one.end(signal.SIGTERM)  # whether they are a group is seen by what the one leaves to the other
        other.wait(lambda: other.owns == ALL)


def test_a_broker_that_is_away_is_said_once_and_waited_for(own_kafka: KafkaServer, tmp_path: Path) -> None:
    broker = Broker(own_kafka.bootstrap)
    make_topic(broker)
    own_kafka.kill()
    with crew(broker, tmp_path) as start:
        worker = start()
        worker.wait(lambda: bool(worker.said("reason")))
        own_kafka.start()
        worker.wait(lambda: worker.owns == ALL)
        [said] = worker.said("reason")
        assert "WAKEFUL_KAFKA" in said["reason"]


def test_a_worker_ends_in_time_while_the_broker_does_not_answer(
    own_kafka: KafkaServer, tmp_path: Path
) -> None:
    broker = Broker(own_kafka.bootstrap)
    make_topic(broker)
    with crew(broker, tmp_path) as start:
        worker = start()
        worker.wait(lambda: worker.owns == ALL)
        own_kafka.pause()
        worker.end(signal.SIGTERM)
        assert worker.owns == frozenset()
        assert [line["failed"] for line in worker.said("ended")] == [None]


def test_a_missing_ownership_topic_ends_it_and_says_what_makes_it(kafka: Kafka, tmp_path: Path) -> None:
    with crew(Broker(kafka.bootstrap, prefix=kafka.new_prefix()), tmp_path) as start:
        worker = start()
        worker.wait(lambda: bool(worker.said("ended")))
    [ended] = worker.said("ended")
    assert "wakeful topics make" in ended["failed"]


def test_another_number_of_partitions_ends_it_and_names_the_setting(kafka: Kafka, tmp_path: Path) -> None:
    broker = Broker(kafka.bootstrap, partitions=8, prefix=kafka.new_prefix())
    make_topic(broker, partitions=4)
    with crew(broker, tmp_path) as start:
        worker = start()
        worker.wait(lambda: bool(worker.said("ended")))
    [ended] = worker.said("ended")
    assert "WAKEFUL_PARTITIONS" in ended["failed"]
