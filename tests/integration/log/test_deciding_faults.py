"""A thread that decides what a door lets in, and fails; and a broker that hangs under it."""

import threading
from collections.abc import Mapping, Sequence

import pytest

from shared.instants import SECOND
from shared.log.base import Draft, Receipt, Taken, Unavailable
from shared.log.kafka import doorlog, topics
from shared.log.kafka.connection import Broker
from shared.log.kafka.deciding import Before, Key
from shared.log.kafka.doorlog import KafkaDoorLog
from shared.log.kafka.producer import Producer
from tests.integration.log.brokers import new_broker, written
from tests.integration.log.doors import PARTITIONS, WITHIN_S, Door, door, in_the_log
from tests.servers.broker import KafkaServer
from tests.servers.plugin import Kafka
from tests.servers.process import until
from wakeful.contracts.anylog import draft, ids


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    broker = new_broker(kafka, PARTITIONS)
    written(broker)
    return broker


class Spoilt:
    """An index with a bug, until it is mended; it may also not come back."""

    def __init__(self) -> None:
        self.mended = False
        self.comes_back = threading.Event()
        self.comes_back.set()

    def known(self, keys: Sequence[Key]) -> Mapping[Key, Before]:
        assert self.comes_back.wait(WITHIN_S)
        if keys and not self.mended:
            raise ZeroDivisionError
        return {}


def test_a_fault_is_answered_and_the_next_is_served(broker: Broker) -> None:
    index = Spoilt()
    with door(broker, index) as gate:
        with pytest.raises(ZeroDivisionError):
            gate.append(draft("a"))
        index.mended = True
        assert gate.taken(draft("a"), draft("b")) == [Taken.NEW, Taken.NEW]
    assert ids(in_the_log(broker)) == ["a", "b"]


def test_a_door_that_decides_nothing_finds_itself_shut(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker is there: were it not so, time would go on, and every child be missed."""
    monkeypatch.setattr(doorlog, "PROBED_WITHIN", SECOND)
    index = Spoilt()
    index.mended = True
    producer = Producer(broker)
    log = KafkaDoorLog(broker, producer, index)  # type: ignore[arg-type]
    assert log.probe()
    index.comes_back.clear()
    waiting = log.append_future([draft("a")])
    with pytest.raises(Unavailable, match="not decided in time"):
        log.probe()
    index.comes_back.set()
    assert [each.taken for each in waiting.result(WITHIN_S)] == [Taken.NEW]
    assert log.probe()
    log.close()
    producer.close()


# -- a broker that hangs -------------------------------------------------------------------------------------


def test_what_is_sent_twice_while_the_broker_hangs_is_one_fact_and_what_fails_is_undone(
    own_kafka: KafkaServer,
) -> None:
    broker = Broker(own_kafka.bootstrap, PARTITIONS)
    topics.make(broker)
    written(broker)
    with door(broker) as gate:
        own_kafka.pause()
        first, again = (gate.thread.put([draft("a")], gate.decide) for _ in range(2))
        until(lambda: gate.asked == ["a"], WITHIN_S, lambda: AssertionError("it was not decided"))
        assert not first.done()
        own_kafka.resume()
        [new], [same] = first.result(WITHIN_S), again.result(WITHIN_S)
        assert (new.taken, same) == (Taken.NEW, Receipt(Taken.SAME, new.appended_at))
        assert (gate.asked, gate.undone) == (["a"], [])
    with door(broker, delivery_ms=2 * SECOND) as gate:
        until(
            lambda: _taken(gate, draft("b")),
            WITHIN_S,
            lambda: AssertionError("the broker takes nothing more"),
        )
        own_kafka.pause()
        first, again = (gate.thread.put([draft("c")], gate.decide) for _ in range(2))
        with pytest.raises(Unavailable):
            first.result(WITHIN_S)
        with pytest.raises(Unavailable):
            again.result(WITHIN_S)
        assert not gate.thread.ours(("H1", "c"))
        assert gate.course[-4:] == ["b decided", "c decided", "c undone", "c decided"], (
            "the second was the first then"
        )
        own_kafka.resume()
        until(
            lambda: _taken(gate, draft("c")),
            WITHIN_S,
            lambda: AssertionError("the broker is back, and takes nothing"),
        )
    assert {"a", "b", "c"} == set(ids(in_the_log(broker)))


def _taken(gate: Door, again: Draft) -> bool:
    try:
        return gate.taken(again) == [Taken.NEW]
    except Unavailable:
        return False
