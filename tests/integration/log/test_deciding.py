"""What the door lets into a broker's log, decided by one thread, over a real producer and a real broker."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pytest
from sqlalchemy import Engine

from services.house import database
from shared.instants import Instant
from shared.log.base import Draft, Receipt, Taken, Unavailable
from shared.log.kafka.connection import Broker
from shared.log.kafka.deciding import Before, Key
from shared.log.kafka.partition import partition_of
from shared.store import seen
from shared.store.engine import writing
from shared.store.index import SeenIndex
from shared.topics import CHECK_INS, PLAN_CHANGES
from tests import fresh
from tests.integration.log.brokers import NOON, new_broker, written
from tests.integration.log.doors import PARTITIONS, WITHIN_S, Door, door, in_the_log
from tests.servers.plugin import Kafka, Postgres
from tests.servers.process import until
from wakeful.contracts.anylog import draft, ids

HERE: Final = partition_of("H1", PARTITIONS)


@pytest.fixture
def broker(kafka: Kafka) -> Broker:
    broker = new_broker(kafka, PARTITIONS)
    written(broker)
    return broker


def test_what_is_new_is_in_the_log_with_the_time_at_which_the_broker_took_it(broker: Broker) -> None:
    with door(broker) as gate:
        receipts = gate.append(draft("a"), draft("b"))
        assert gate.thread.ours(("H1", "a"))
    assert [each.taken for each in receipts] == [Taken.NEW, Taken.NEW]
    stamps = {record.id: record.appended_at for record in in_the_log(broker)}
    assert stamps == {"a": receipts[0].appended_at, "b": receipts[1].appended_at}


def test_what_is_sent_again_is_the_same_and_with_other_content_a_conflict(broker: Broker) -> None:
    with door(broker) as gate:
        [first] = gate.append(draft("a"))
        assert gate.append(draft("a")) == [Receipt(Taken.SAME, first.appended_at)]
        assert gate.append(draft("a", content="other")) == [Receipt(Taken.CONFLICT, first.appended_at)]
        assert gate.taken(draft("a", home_id="H2")) == [Taken.NEW], "an id is its home's"
        assert gate.asked == ["a", "a"], "what is known is nobody's to decide"
    assert len(in_the_log(broker)) == 2


def test_an_append_may_hold_an_id_twice(broker: Broker) -> None:
    with door(broker) as gate:
        taken = gate.taken(draft("a"), draft("a"), draft("a", content="other"), draft("b"))
    assert taken == [Taken.NEW, Taken.SAME, Taken.CONFLICT, Taken.NEW]
    assert sorted(ids(in_the_log(broker))) == ["a", "b"]


def test_what_is_refused_is_not_written_and_nothing_is_known_of_it(broker: Broker) -> None:
    with door(broker) as gate:
        assert gate.append(draft("refused"), draft("a"))[0] == Receipt(Taken.REFUSED, refusal="no")
        assert gate.taken(draft("refused", content="other")) == [Taken.REFUSED]
    assert ids(in_the_log(broker)) == ["a"]


def test_a_decision_that_raises_fails_its_append_alone_and_undoes_what_was_let_in(broker: Broker) -> None:
    class SpoiltError(Exception):
        pass

    def decide(asked: Draft, _stamp: Instant) -> None:
        if asked.id == "b":
            raise SpoiltError

    with door(broker) as gate:
        failing = gate.thread.put([draft("a"), draft("b"), draft("c")], decide)
        beside = gate.thread.put([draft("a")], gate.decide)
        with pytest.raises(SpoiltError):
            failing.result(WITHIN_S)
        assert gate.undone == ["a"]
        assert [each.taken for each in beside.result(WITHIN_S)] == [Taken.NEW]
    assert ids(in_the_log(broker)) == ["a"]


def test_an_append_that_is_cancelled_before_its_turn_takes_nothing(broker: Broker) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(_asked: Draft, _stamp: Instant) -> None:
        begun.set()
        assert go.wait(WITHIN_S)

    with door(broker) as gate:
        first = gate.thread.put([draft("a")], slow)
        assert begun.wait(WITHIN_S)
        second = gate.thread.put([draft("b")], gate.decide)
        assert second.cancel()
        go.set()
        first.result(WITHIN_S)
    assert (ids(in_the_log(broker)), gate.asked) == (["a"], [])


def test_what_waits_when_the_door_closes_is_taken_and_nothing_after(broker: Broker) -> None:
    with door(broker) as gate:
        answers = [gate.thread.put([draft(f"{number}")]) for number in range(20)]
        gate.thread.close()
        assert {each.result(WITHIN_S)[0].taken for each in answers} == {Taken.NEW}
        with pytest.raises(Unavailable):
            gate.append(draft("late"))
    assert len(in_the_log(broker)) == 20


# -- what the index knows ------------------------------------------------------------------------------------


@pytest.fixture
def views(postgres: Postgres) -> Iterator[Engine]:
    url = fresh.postgres_database(postgres)
    views = database.views(url, "alerts")
    yield views
    views.dispose()


def test_an_id_that_the_index_knows_is_known_here(broker: Broker, views: Engine) -> None:
    known = seen.Known("H1", "a", draft("a").contenthash, CHECK_INS, 7, NOON - 5, "check.recorded.v1", "P1")
    with writing(views) as connection:
        seen.put(connection, "alerts", HERE, [known])
    with door(broker, SeenIndex(views, "alerts", PARTITIONS)) as gate:
        told = gate.append(draft("a"), draft("b"), draft("a", content="other"))
        assert gate.asked == ["b"]
    assert told[0] == Receipt(Taken.SAME, NOON - 5)
    assert told[2] == Receipt(Taken.CONFLICT, NOON - 5)
    assert ids(in_the_log(broker)) == ["b"]


def test_where_the_index_is_away_facts_are_taken_all_the_same(broker: Broker) -> None:
    """What is sent twice is passed over by every reader; what is not taken is lost."""
    nowhere = database.views("postgresql+psycopg://nobody@127.0.0.1:1/nothing", "alerts")
    with door(broker, SeenIndex(nowhere, "alerts", PARTITIONS)) as gate:
        assert gate.taken(draft("a")) == [Taken.NEW]
        assert gate.taken(draft("a")) == [Taken.SAME], "it was sent from here"
    nowhere.dispose()
    assert ids(in_the_log(broker)) == ["a"]


def test_where_the_index_is_away_nothing_is_refused_for_it_may_stand_already(broker: Broker) -> None:
    """A refusal is final for a phone; what was acknowledged long ago, and comes again, is no second one."""
    nowhere = database.views("postgresql+psycopg://nobody@127.0.0.1:1/nothing", "alerts")
    with door(broker, SeenIndex(nowhere, "alerts", PARTITIONS)) as gate:
        with pytest.raises(Unavailable):
            gate.append(draft("a"), draft("refused"))
        assert gate.taken(draft("a")) == [Taken.NEW]
        assert gate.undone == ["a"]
    nowhere.dispose()
    assert ids(in_the_log(broker)) == ["a"]


# -- what other doors have written ---------------------------------------------------------------------------


class OtherDoors:
    """Asked to look, it notes where, and what had been decided by then."""

    def __init__(self) -> None:
        self.looked: list[tuple[list[int], int]] = []
        self.door: Door | None = None
        self.away = False
        self.ours: list[bool] = []
        self.wrote: list[tuple[Key, Before]] = []

    @property
    def judged(self) -> list[tuple[list[int], int]]:
        """The looks for the sake of a decision: the others are at everything, every few seconds."""
        return [look for look in self.looked if len(look[0]) < PARTITIONS]

    def __call__(
        self, partitions: Iterable[int], ours: Callable[[Key], bool]
    ) -> Iterable[tuple[Key, Before]]:
        self.looked.append((sorted(partitions), len(self.door.asked) if self.door else 0))
        self.ours.append(ours(("H1", "a")))
        if self.away:
            raise Unavailable("the broker is away")
        return self.wrote


def test_before_anything_but_checks_is_judged_what_others_wrote_is_looked_at(broker: Broker) -> None:
    others = OtherDoors()
    with door(broker, others=others) as gate:
        others.door = gate
        gate.append(draft("a"))
        assert others.judged == [], "a check is never refused"
        gate.thread.put([draft("b", PLAN_CHANGES)]).result(WITHIN_S)
        assert others.judged == [], "nobody decides"
        gate.append(draft("c", PLAN_CHANGES))
        assert others.judged[0] == ([HERE], 1), "only where it lies, and before it is decided"
        assert others.ours[0]
        assert gate.asked == ["a", "c"]


def test_what_another_door_took_is_known_as_soon_as_it_is_seen(broker: Broker) -> None:
    others = OtherDoors()
    told = draft("c", PLAN_CHANGES)
    others.wrote = [(("H1", "c"), Before(told.contenthash, NOON - 5))]
    with door(broker, others=others) as gate:
        assert gate.append(told, draft("c", PLAN_CHANGES, content="other")) == [
            Receipt(Taken.SAME, NOON - 5),
            Receipt(Taken.CONFLICT, NOON - 5),
        ]
        assert gate.asked == []
    assert in_the_log(broker) == []


def test_where_that_cannot_be_looked_at_nothing_is_judged_and_checks_are_taken(broker: Broker) -> None:
    others = OtherDoors()
    others.away = True
    with door(broker, others=others) as gate:
        with pytest.raises(Unavailable, match="the broker is away"):
            gate.append(draft("c", PLAN_CHANGES))
        assert (gate.asked, gate.undone) == ([], [])
        assert gate.taken(draft("a")) == [Taken.NEW]
    assert ids(in_the_log(broker)) == ["a"]


def test_while_nothing_comes_what_others_write_is_looked_at_everywhere(broker: Broker) -> None:
    others = OtherDoors()
    with door(broker, others=others):
        until(
            lambda: bool(others.looked),
            WITHIN_S,
            lambda: AssertionError("it waits for somebody to send something"),
        )
    assert others.looked[0][0] == list(range(PARTITIONS))
