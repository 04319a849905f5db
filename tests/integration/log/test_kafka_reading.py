"""How a home-partition is read from a real broker. The topics are not sealed: what is put into them brings its own
times, so that a test can choose them."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import clock
from shared.instants import NEVER, SECOND
from shared.log.base import Positions, Record, in_order
from shared.log.kafka.connection import Broker
from shared.log.kafka.producer import Outgoing, outgoing
from shared.topics import ALERTS, CHECK_INS, INPUTS, NIGHT_COVER, PLAN_CHANGES, RESPONSES
from tests.integration.log.brokers import NOON, TWO, fact, new_broker, put, reading, ticks, until
from tests.servers.plugin import Kafka
from tests.waiting import LONG_S
from wakeful.contracts.anylog import draft, ids, read_all


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    return new_broker(kafka, importing=True)


# -- the order and the bound ---------------------------------------------------------------------------------


def test_topics_are_merged_by_instant_then_topic_then_place(broker: Broker) -> None:
    put(
        broker,
        fact("c1", NOON), fact("c2", NOON + 5), fact("c3", NOON + 5),
        fact("p1", NOON + 5, PLAN_CHANGES), fact("r1", NOON, RESPONSES), fact("n1", NOON + 4, NIGHT_COVER),
    )  # fmt: skip
    with reading(broker) as log:
        assert ids(read_all(log)) == ["c1", "r1", "n1", "p1", "c2", "c3"]


def test_the_present_is_the_least_of_the_last_ticks_and_what_lies_beyond_waits(broker: Broker) -> None:
    put(broker, fact("c1", NOON), fact("c2", NOON + 8), *ticks(NOON + 9, (CHECK_INS,)))
    with reading(broker) as log:
        log.open(0, TWO, {})
        put(broker, *ticks(NOON + 7, (PLAN_CHANGES,)))
        until(log, NOON + 7)
        assert log.present(0) == NOON + 7
        records, positions = log.read(0, TWO, {}, log.present(0))
        assert ids(records) == ["c1"]
        put(broker, *ticks(NOON + 9, (PLAN_CHANGES,)))
        until(log, NOON + 9)
        records, positions = log.read(0, TWO, positions, log.present(0))
        assert ids(records) == ["c2"]


def test_a_topic_without_traffic_or_ticks_holds_the_present_back_and_loses_nothing(broker: Broker) -> None:
    put(broker, fact("c1", NOON), *ticks(NOON + 9, (CHECK_INS,)))
    with reading(broker) as log:
        log.open(0, TWO, {})
        while log.end() < 2:
            assert log.wait(log.end(), LONG_S)
        assert log.present(0) == 0
        assert log.read(0, TWO, {}, log.present(0))[0] == []
        assert ids(log.read(0, TWO, {}, NEVER)[0]) == ["c1"], (
            "whoever asks for all that is in the log gets it"
        )


def test_a_home_partition_without_traffic_does_not_hold_back_another(kafka: Kafka) -> None:
    broker = new_broker(kafka, 2, importing=True)
    with reading(broker) as log:
        for partition in (0, 1):
            log.open(partition, INPUTS, {})
        put(broker, *ticks(NOON, partition=1))
        until(log, NOON, 1)
        assert log.present(0) == 0


def test_ticks_are_no_records_and_are_not_read_again(broker: Broker) -> None:
    put(broker, *ticks(NOON), fact("c1", NOON + 1), *ticks(NOON + 2), *ticks(NOON + 3))
    with reading(broker) as log:
        records, positions = log.read(0, INPUTS, {}, NOON + 3)
        assert ids(records) == ["c1"]
        assert (positions[CHECK_INS], positions[PLAN_CHANGES]) == (3, 2)
        assert log.read(0, INPUTS, positions, NOON + 3) == ([], positions)


def test_an_instant_is_never_split_however_little_is_asked_for(broker: Broker) -> None:
    instant = [fact(f"e{n}", NOON, (CHECK_INS, PLAN_CHANGES)[n % 2]) for n in range(6)]
    put(broker, fact("before", NOON - 1), *instant, fact("after", NOON + 1))
    with reading(broker) as log:
        records, positions = log.read(0, TWO, {}, NEVER, 2)
        assert len(records) == 7
        assert ids(log.read(0, TWO, positions, NEVER, 2)[0]) == ["after"]


def test_derived_events_lie_where_their_own_time_stands(broker: Broker) -> None:
    late = draft("a1", ALERTS)._replace(body=b'{"id":"a1","homeid":"H1","time":"2026-09-21T14:13:20.001Z"}')
    put(broker, fact("c1", NOON), fact("c2", NOON + 2), *ticks(NOON + 9))
    put(broker, outgoing(late, 1, NOON + 8))
    with reading(broker) as log:
        assert ids(read_all(log, (CHECK_INS, ALERTS))) == ["c1", "a1", "c2"]


def test_a_derived_topic_does_not_hold_the_present_back(broker: Broker) -> None:
    put(broker, fact("a1", NOON, ALERTS), *ticks(NOON + 9))
    with reading(broker) as log:
        log.open(0, (*INPUTS, ALERTS), {})
        until(log, NOON + 9)
        assert ids(log.read(0, (*INPUTS, ALERTS), {}, log.present(0))[0]) == ["a1"]


def test_what_a_derived_topic_held_when_reading_began_is_merged_and_does_not_come_after(
    broker: Broker,
) -> None:
    """A reader that comes back reads the alerts of the backlog where they stand, however soon the facts come."""
    alerts = [fact(f"a{n}", NOON + n, ALERTS) for n in range(0, 40, 2)]
    facts = [fact(f"c{n}", NOON + n) for n in range(1, 41, 2)]
    put(broker, *alerts, *facts, *ticks(NOON + 50))
    topics = (*INPUTS, ALERTS)
    found: list[str] = []
    positions: Positions = {}
    with reading(broker) as log:
        log.open(0, topics, {})
        while len(found) < 40:
            records, positions = log.read(0, topics, positions, log.present(0), 3)
            found += ids(records)
            if not records:
                assert log.wait(log.end(), LONG_S)
    assert found == [f"{'c' if n % 2 else 'a'}{n}" for n in range(40)]


# -- clocks --------------------------------------------------------------------------------------------------


def test_append_times_that_step_back_are_raised_and_counted(broker: Broker) -> None:
    put(broker, fact("c1", NOON), fact("c2", NOON - 5 * SECOND), fact("c3", NOON + 1), *ticks(NOON - SECOND))
    with reading(broker) as log:
        assert [record.appended_at for record in read_all(log)] == [NOON, NOON, NOON + 1]
        assert log.steps_back == 2


def test_a_step_back_is_raised_alike_by_whoever_begins_in_the_middle(broker: Broker) -> None:
    put(broker, fact("c1", NOON), fact("c2", NOON - 5 * SECOND))
    with reading(broker) as log:
        _, positions = log.read(0, (CHECK_INS,), {}, NEVER, 1)
        whole = read_all(log, (CHECK_INS,))
    put(broker, fact("c3", NOON - 5 * SECOND))
    with reading(broker) as log:
        rest, _ = log.read(0, (CHECK_INS,), positions, NEVER)
        assert [record.appended_at for record in rest] == [NOON]
        assert [record.appended_at for record in whole] == [NOON, NOON]


def test_a_present_forty_seconds_ahead_of_this_machine_is_not_believed(broker: Broker) -> None:
    now = clock.now()
    put(broker, *ticks(now), *ticks(now + 40 * SECOND))
    with reading(broker) as log:
        log.open(0, INPUTS, {})
        while log.end() < 2 * len(INPUTS):
            assert log.wait(log.end(), LONG_S)
        assert log.present(0) == 0


def test_a_present_that_was_answered_does_not_go_back_when_the_cursor_is_moved(broker: Broker) -> None:
    put(broker, fact("c1", NOON), *ticks(NOON + 9))
    with reading(broker) as log:
        log.open(0, INPUTS, {})
        until(log, NOON + 9)
        log.open(0, INPUTS, {})
        assert log.present(0) == NOON + 9
        assert ids(log.read(0, INPUTS, {}, log.present(0))[0]) == ["c1"], "complete up to it all the same"


# -- positions -----------------------------------------------------------------------------------------------


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(TWO), st.integers(-2, 3), st.booleans()), min_size=1, max_size=20
    ),
    limits=st.lists(st.integers(1, 6), min_size=1, max_size=40),
)
def test_who_is_followed_at_any_place_by_another_reader_reads_the_same(
    kafka: Kafka, steps: list[tuple[str, int, bool]], limits: list[int]
) -> None:
    broker = new_broker(kafka, importing=True)
    at, numbers = NOON, count()
    sent: list[Outgoing] = []
    for topic, further, tick in steps:
        at += further
        sent += ticks(at, (topic,)) if tick else [fact(f"e{next(numbers)}", at, topic)]
    put(broker, *sent)
    with reading(broker) as log:
        whole = read_all(log, TWO)
    assert whole == in_order(whole)
    assert len(whole) == sum(not tick for _, _, tick in steps)
    found: list[Record] = []
    positions: Positions = {}
    with reading(broker) as one, reading(broker) as two:
        for turn, limit in enumerate(limits):
            records, positions = (one, two)[turn % 2].read(0, TWO, positions, NEVER, limit)
            found += records
        rest, _ = one.read(0, TWO, positions, NEVER)
    assert found + rest == whole


def test_a_topic_that_is_read_for_the_first_time_is_read_from_its_start(broker: Broker) -> None:
    put(broker, fact("c1", NOON), fact("p1", NOON + 1, PLAN_CHANGES))
    with reading(broker) as log:
        _, positions = log.read(0, (CHECK_INS,), {}, NEVER)
        assert ids(log.read(0, TWO, positions, NEVER)[0]) == ["p1"]
