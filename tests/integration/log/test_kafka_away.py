"""A broker that is killed, or hangs, and comes back: what is sent meanwhile is Unavailable, then all goes on."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from shared.instants import NEVER, SECOND
from shared.log.base import Positions, Record, Unavailable
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker, BrokerUnreachable
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.producer import Outgoing, Producer, outgoing, tick
from shared.topics import CHECK_INS, INPUTS
from tests.integration.log.brokers import producing
from tests.servers.broker import KafkaServer
from tests.waiting import LONG_S, until
from wakeful.contracts.anylog import draft, ids, read_all


@pytest.fixture
def broker(own_kafka: KafkaServer) -> Broker:
    broker = Broker(own_kafka.bootstrap, 1)
    topics.make(broker)
    return broker


@pytest.fixture
def log(broker: Broker) -> Iterator[KafkaLog]:
    producer = Producer(broker, delivery_ms=2 * SECOND)
    log = KafkaLog(broker, producer=producer)
    yield log
    log.close()
    producer.close()


def put_before(broker: Broker, what: Callable[..., Outgoing] | None = None) -> None:
    """A fact (or what `what` makes of each topic), however long the broker takes for it at first."""
    with producing(broker, delivery_ms=int(LONG_S) * SECOND) as producer:
        fact = outgoing(draft("before", CHECK_INS), 1)
        producer.put([fact] if what is None else [what(topic, 0) for topic in INPUTS])


def append(log: KafkaLog, event_id: str) -> None:
    """As a phone: again and again until it is acknowledged."""

    def taken() -> bool:
        try:
            log.append([draft(event_id)])
        except Unavailable:
            return False
        return True

    until(taken, meanwhile=lambda: log.wait(log.end(), 0.2))


def go_away(server: KafkaServer, how: str) -> Callable[[], None]:
    """What brings it back."""
    if how == "killed":
        server.kill()
        return server.start
    server.pause()
    return server.resume


@pytest.mark.parametrize("how", ["killed", "hanging"])
def test_what_is_sent_to_a_broker_that_is_away_is_unavailable_and_goes_on_when_it_is_back(
    own_kafka: KafkaServer, broker: Broker, log: KafkaLog, how: str
) -> None:
    put_before(broker)
    records, positions = log.read(0, INPUTS, {}, NEVER)
    assert ids(records) == ["before"]
    back = go_away(own_kafka, how)
    for number in range(
        3
    ):  # the first runs out of time; what follows is refused while the broker is looked for
        with pytest.raises(Unavailable):
            log.append([draft(f"away-{number}")])
    assert log.append_future([draft("away-later")]).exception() is not None
    assert not log.wait(log.end(), 0.5), "and who reads waits, and is told nothing wrong"
    back()
    append(log, "after")
    found = ids(read_on(log, positions, "after"))
    assert found[-1] == "after"
    assert set(found) - {"after"} <= {"away-0"}, (
        "what ran out of time may have landed; what was refused has not"
    )
    append(log, "and on")
    # what was not acknowledged in time was sent again, and may lie there twice
    assert list(dict.fromkeys(ids(read_all(log)))) == ["before", *dict.fromkeys(found), "and on"]


def read_on(log: KafkaLog, positions: Positions, event_id: str) -> list[Record]:
    """Live, from where it stood when the broker went away, until this one has come."""
    found: list[Record] = []

    def come() -> bool:
        nonlocal positions
        with suppress(Unavailable):
            records, positions = log.read(0, INPUTS, positions, NEVER)
            found.extend(records)
        return event_id in ids(found)

    until(come, lambda: ids(found), meanwhile=lambda: log.wait(log.end(), 0.2))
    return found


def test_what_waits_for_more_than_a_broker_gives_is_unavailable(
    own_kafka: KafkaServer, broker: Broker, log: KafkaLog
) -> None:
    put_before(broker)
    own_kafka.kill()
    with pytest.raises(BrokerUnreachable, match="no broker answers"):
        log.read(0, INPUTS, {}, NEVER)
    with pytest.raises(BrokerUnreachable, match="no broker answers"):
        list(log.home("H1", INPUTS))


def test_a_present_that_stands_while_the_broker_is_away_goes_on_by_the_next_ticks(
    own_kafka: KafkaServer, broker: Broker, log: KafkaLog
) -> None:
    ticking = Producer(broker)
    log.open(0, INPUTS, {})
    put_before(broker, tick)
    stood = present_beyond(log, 0)
    own_kafka.kill()
    assert not log.wait(log.end(), 0.5)
    assert log.present(0) == stood
    own_kafka.start()

    def ticked() -> bool:
        try:
            ticking.put([tick(topic, 0) for topic in INPUTS])
        except Unavailable:
            return False
        return True

    until(ticked, meanwhile=lambda: log.wait(log.end(), 0.2))
    assert present_beyond(log, stood) > stood
    ticking.close()


def present_beyond(log: KafkaLog, bound: int) -> int:
    until(
        lambda: log.present(0) > bound,
        lambda: log.present(0),
        meanwhile=lambda: log.wait(log.end(), 0.1),
        pause_s=0,
    )
    return log.present(0)


def test_an_append_that_is_under_way_when_the_log_is_closed_is_answered(
    own_kafka: KafkaServer, broker: Broker
) -> None:
    log = KafkaLog(broker, producer=(producer := Producer(broker, delivery_ms=2 * SECOND)))
    put_before(broker)
    own_kafka.pause()
    answer = log.append_future([draft("e2")])
    producer.close()
    log.close()
    with pytest.raises(Unavailable):
        answer.result(LONG_S)
