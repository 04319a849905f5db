"""Time goes on in a broker's log while the door is open, and stands still while it is not."""

from collections.abc import Iterator

import httpx
import pytest

from services.gateway.probe import Prober
from shared import clock
from shared.instants import MINUTE, NEVER, SECOND, Duration, Instant
from shared.log.base import Unavailable
from shared.log.kafka.connection import Broker
from shared.log.kafka.producer import Producer
from shared.log.kafka.records import is_tick
from shared.log.kafka.ticks import Ticks
from shared.topics import INPUTS, OWNERSHIP
from tests.integration.log.brokers import new_broker, reading
from tests.servers.broker import KafkaServer
from tests.servers.plugin import Kafka
from tests.waiting import LONG_S, until

FOR: Duration = 4 * SECOND


class Machine:
    """Two clocks, started by the real ones, that go when they are told to."""

    def __init__(self) -> None:
        self.wall: Instant = clock.now()
        self.steady: Duration = clock.monotonic()

    def goes(self, by: Duration) -> None:
        self.wall += by
        self.steady += by


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    return new_broker(kafka, 2)


@pytest.fixture
def ticks(broker: Broker, machine: Machine) -> Iterator[Ticks]:
    producer = Producer(broker)
    ticks = Ticks(broker, producer, clock=lambda: machine.wall, monotonic=lambda: machine.steady)
    yield ticks
    ticks.close()
    producer.close()


def in_the_log(broker: Broker) -> int:
    """How many ticks lie in the input topics."""
    with reading(broker) as log:
        return sum(
            log.read(p, INPUTS, {}, NEVER)[1][topic] for p in range(broker.partitions) for topic in INPUTS
        )


def opened(ticks: Ticks, machine: Machine) -> None:
    """Opened until there is a tick everywhere: one that is lost is not sent again, and the next one follows."""

    def landed() -> bool:
        ticks.door_open(FOR, machine.steady)
        return min(ticks.present(0), ticks.present(1)) > 0

    until(landed)


def test_an_open_door_puts_a_tick_into_every_partition_of_every_input_topic(
    broker: Broker, ticks: Ticks, machine: Machine
) -> None:
    assert ticks.present(0) == 0
    opened(ticks, machine)
    with reading(broker) as log:
        for partition in (0, 1):
            _, positions = log.read(partition, INPUTS, {}, NEVER)
            assert min(positions[topic] for topic in INPUTS) >= 1
    assert abs(ticks.present(0) - clock.now()) < MINUTE


def test_the_present_of_a_reader_is_what_the_ticks_say(
    broker: Broker, ticks: Ticks, machine: Machine
) -> None:
    opened(ticks, machine)
    with reading(broker) as log:
        for partition in (0, 1):
            log.open(partition, INPUTS, {})
            while log.present(partition) < ticks.present(partition):
                assert log.wait(log.end(), LONG_S)
            assert log.present(partition) == ticks.present(partition)


def test_a_door_that_stayed_open_goes_on_and_one_that_did_not_has_to_be_opened_anew(
    broker: Broker, ticks: Ticks, machine: Machine
) -> None:
    assert not ticks.door_still_open(FOR, machine.steady)
    assert in_the_log(broker) == 0
    opened(ticks, machine)
    before = in_the_log(broker)
    machine.goes(2 * SECOND)
    assert ticks.door_still_open(FOR, machine.steady)
    until(
        lambda: (
            in_the_log(broker) > before
        ),  # a tick that is lost is not sent again, and the next one follows
        meanwhile=lambda: ticks.door_still_open(FOR, machine.steady),
    )
    after = in_the_log(broker)
    machine.goes(FOR)
    assert not ticks.door_still_open(FOR, machine.steady), "the process was stopped, and is woken"
    assert in_the_log(broker) == after


def test_a_shut_door_writes_no_tick(broker: Broker, ticks: Ticks, machine: Machine) -> None:
    opened(ticks, machine)
    before = in_the_log(broker)
    ticks.door_shut()
    assert not ticks.door_still_open(FOR, machine.steady)
    assert in_the_log(broker) == before


def test_what_was_asked_too_long_ago_opens_nothing(broker: Broker, ticks: Ticks, machine: Machine) -> None:
    ticks.door_open(FOR, machine.steady - FOR)
    assert in_the_log(broker) == 0


def test_no_tick_is_written_while_the_machines_clock_is_not_believed(
    broker: Broker, ticks: Ticks, machine: Machine
) -> None:
    opened(ticks, machine)
    before = in_the_log(broker)
    machine.wall += 5 * MINUTE
    assert ticks.door_still_open(FOR, machine.steady)
    assert ticks.clock_off == 5 * MINUTE
    assert in_the_log(broker) == before
    machine.wall -= 5 * MINUTE
    assert ticks.door_still_open(FOR, machine.steady)
    assert ticks.clock_off == 0
    assert in_the_log(broker) > before


def test_what_the_door_calls_now_is_never_before_what_has_been_stamped(
    ticks: Ticks, machine: Machine
) -> None:
    machine.goes(-20 * SECOND)
    opened(ticks, machine)
    assert ticks.now() >= ticks.present(0)
    assert ticks.ahead > 0


def test_the_probe_is_a_durable_heartbeat_in_every_partition_of_the_ownership_topic(
    broker: Broker, ticks: Ticks
) -> None:
    from kafka import KafkaConsumer, TopicPartition

    assert abs(ticks.probe() - clock.now()) < MINUTE
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap)
    partitions = [TopicPartition(broker.topic(OWNERSHIP), p) for p in range(2)]
    assert consumer.end_offsets(partitions) == dict.fromkeys(partitions, 1)
    consumer.close()


def test_a_tick_is_what_the_published_document_says(broker: Broker, ticks: Ticks, machine: Machine) -> None:
    from kafka import KafkaConsumer

    opened(ticks, machine)
    consumer = KafkaConsumer(
        broker.topic(INPUTS[0]), bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest"
    )
    record = next(consumer)
    consumer.close()
    assert (record.key, record.value, list(record.headers)) == (None, b"", [("wakeful-tick", b"1")])
    assert is_tick(record.key, record.value, record.headers)


def test_the_door_goes_on_without_a_broker_and_ticks_again_when_it_is_back(
    own_kafka: KafkaServer, machine: Machine
) -> None:
    from shared.log.kafka import topics

    broker = Broker(own_kafka.bootstrap, 1)
    topics.make(broker)
    producer = Producer(broker, delivery_ms=2 * SECOND)
    ticks = Ticks(broker, producer, clock=lambda: machine.wall, monotonic=lambda: machine.steady)
    try:
        ticks.door_open(FOR)
        stood = ticks.present(0)
        own_kafka.kill()
        assert ticks.door_still_open(FOR, machine.steady), "the prober is not held up"
        with pytest.raises(Unavailable):
            ticks.probe()
        assert ticks.present(0) == stood
        own_kafka.start()

        def goes_on() -> bool:
            ticks.door_open(FOR, machine.steady)
            return ticks.present(0) > stood

        def gets_through() -> bool:  # the facts' own client is made anew meanwhile
            try:
                ticks.probe()
            except Unavailable:
                return False
            return True

        until(goes_on, pause_s=0.2)
        until(gets_through, pause_s=0.2)
    finally:
        ticks.close()
        producer.close()


def test_the_prober_drives_it_as_it_drives_the_embedded_log(
    broker: Broker, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(_client: httpx.Client, _url: str, **_more: object) -> httpx.Response:
        ticks.probe()
        return httpx.Response(204)

    monkeypatch.setattr(httpx.Client, "put", put)
    monkeypatch.setattr(ticks, "_monotonic", clock.monotonic)
    prober = Prober(ticks, "http://127.0.0.1:1", "secret", SECOND // 10)  # type: ignore[arg-type] # no reader is asked
    prober.start()
    until(lambda: in_the_log_at_least(broker, 3))
    prober.stop()
    stood = ticks.present(0)
    assert stood > 0
    assert not ticks.door_still_open(FOR, clock.monotonic()), "a prober that has ended leaves the door shut"


def in_the_log_at_least(broker: Broker, count: int) -> bool:
    with reading(broker) as log:
        return log.read(0, INPUTS, {}, NEVER)[1][INPUTS[0]] >= count
