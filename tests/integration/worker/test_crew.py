"""A crew on a real broker and Postgres: who is said to own what changes, others take over, servers go away, rows are of
another version; whoever is watched is watched on."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any, Final

import pytest
from sqlalchemy import Engine

from services.alerts.running import SERVICE as ALERTS_SERVICE
from services.checks.model import ChecksMonitor
from services.checks.running import SERVICE
from services.house import database
from shared.events.canonical import canonical
from shared.instants import MINUTE, Instant, parse_instant
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import Outgoing, Producer, tick
from shared.monitor import Row
from shared.runner import Runner, rebuild
from shared.runner.service import Service
from shared.store import ledger
from shared.topics import ALERTS, INPUTS
from shared.worker.crew import Crew
from tests.integration.log.brokers import new_broker, written
from tests.integration.runner.stories import NIGHT, Newer, home
from tests.integration.runner.world import Heard, Line
from tests.servers.plugin import Kafka, Postgres
from tests.servers.postgres import PostgresServer, new_database
from tests.waiting import LONG_S, until

LATE: Final = parse_instant("2100-01-01T00:00:00Z")
RAISED: Final = NIGHT + 18 * MINUTE
"""By then a child whom nobody has seen is missed."""


class Ground:
    """Topics that are not sealed, and a database; what is put into them brings its own times."""

    def __init__(self, broker: Broker, url: str, closing: ExitStack) -> None:
        self.broker = broker
        self.url = url
        self._closing = closing
        self.producer = Producer(broker)
        closing.callback(self.producer.close)
        database.migrate(url)
        self.views = self.engine(SERVICE)

    def engine(self, service: Service) -> Engine:
        engine = database.views(self.url, service.name)
        self._closing.callback(engine.dispose)
        return engine

    def log(self) -> KafkaLog:
        log = KafkaLog(self.broker, producer=self.producer, clock=lambda: LATE, monotonic=lambda: 0)
        self._closing.callback(log.close)
        return log

    def home_in(self, partition: int) -> str:
        names = (f"H{number}" for number in count())
        return next(name for name in names if partition_of(name, self.broker.partitions) == partition)

    def tell(self, lines: Sequence[Line]) -> None:
        self.producer.put([self._record(line) for line in lines])

    def tell_all(self) -> None:
        """A home in each home-partition, with a child whom nobody sees."""
        for partition in range(self.broker.partitions):
            self.tell(home(self.home_in(partition)))

    def come(self, at: Instant, *partitions: int) -> None:
        """Time has come so far there; everywhere, where none is named."""
        wanted = partitions or range(self.broker.partitions)
        self.producer.put([tick(topic, number, at) for topic in INPUTS for number in wanted])

    def clock(self, partition: int) -> Instant:
        with self.views.connect() as connection:
            entry = ledger.find(connection, SERVICE.name, partition)
        return 0 if entry is None else entry.clock

    def raised(self, partition: int) -> list[str]:
        """The homes of what lies in the alerts topic there."""
        log = KafkaLog(self.broker, read_only=True)
        try:
            return [record.home_id for record in log.read(partition, (ALERTS,), {}, LATE)[0]]
        finally:
            log.close()

    def _record(self, line: Line) -> Outgoing:
        event = line["event"]
        partition = partition_of(event["homeid"], self.broker.partitions)
        at = parse_instant(line["appended_at"])
        return Outgoing(line["topic"], partition, event["homeid"].encode(), canonical(event), at=at)


class Working:
    """A crew in its thread."""

    def __init__(self, ground: Ground, service: Service = SERVICE) -> None:
        self.heard = Heard()
        self.raised: list[BaseException] = []
        self.crew = Crew(ground.log(), ground.engine(service), service, self.heard)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crew")

    def __enter__(self) -> "Working":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()

    def ends(self) -> BaseException:
        """It ends by itself; of what."""
        self._thread.join(LONG_S)
        [reason] = self.raised
        return reason

    def reaches(self, at: Instant, *partitions: int) -> None:
        until(lambda: all((self.crew.clocks()[partition] or 0) >= at for partition in partitions))

    def _run(self) -> None:
        try:
            self.crew.run(self._stop)
        except BaseException as error:
            self.raised.append(error)


@contextmanager
def on(broker: Broker, url: str) -> Iterator[Ground]:
    written(broker)
    with ExitStack() as stack:
        yield Ground(broker, url, stack)


@pytest.fixture
def ground(kafka: Kafka, postgres: Postgres) -> Iterator[Ground]:
    with on(new_broker(kafka, 2, importing=True), postgres.new_database()) as ground:
        ground.tell_all()
        yield ground


def test_what_a_crew_owns_it_takes_over_and_watches(ground: Ground) -> None:
    with Working(ground) as working:
        assert working.crew.clocks() == {}
        working.crew.own({0, 1})
        assert working.crew.owned == {0, 1}
        ground.come(RAISED)
        working.reaches(RAISED, 0, 1)
    assert [ground.raised(number) for number in (0, 1)] == [[ground.home_in(0)], [ground.home_in(1)]]


def test_what_a_crew_owns_no_more_it_lets_go_and_another_goes_on_with(ground: Ground) -> None:
    with Working(ground) as one, Working(ground) as other:
        one.crew.own({0, 1})
        ground.come(NIGHT)
        one.reaches(NIGHT, 0, 1)
        one.crew.own({0})
        ground.come(RAISED)
        one.reaches(RAISED, 0)
        assert one.crew.clocks().keys() == {0}
        assert ground.clock(1) == NIGHT, "it went on with what is another's"
        other.crew.own({1})
        other.reaches(RAISED, 1)
        assert one.heard.facts + other.heard.facts == 4, "something was read twice, or never"
    assert [ground.raised(number) for number in (0, 1)] == [[ground.home_in(0)], [ground.home_in(1)]]


def test_one_home_partition_that_another_has_taken_over_holds_up_no_other_and_is_taken_back(
    ground: Ground,
) -> None:
    """He was believed dead and was not: who is said to own it takes it back, from the ledger's row."""
    with Working(ground) as working:
        working.crew.own({0, 1})
        ground.come(NIGHT)
        working.reaches(NIGHT, 0, 1)
        Runner(ground.log(), ground.views, SERVICE, partition=1).start()
        ground.come(RAISED)
        working.reaches(RAISED, 0)
        working.reaches(RAISED, 1)
    with ground.views.connect() as connection:
        entry = ledger.find(connection, SERVICE.name, 1)
    assert entry is not None
    assert entry.epoch == 3
    assert ground.raised(1) == [ground.home_in(1)]


def test_a_database_that_goes_away_is_waited_for(kafka: Kafka, own_postgres: PostgresServer) -> None:
    with on(new_broker(kafka, 2, importing=True), new_database(own_postgres.url)) as ground:
        ground.tell_all()
        with Working(ground) as working:
            working.crew.own({0, 1})
            ground.come(NIGHT)
            working.reaches(NIGHT, 0, 1)
            own_postgres.kill()
            ground.come(RAISED)
            until(lambda: bool(working.heard.errors))
            own_postgres.start()
            working.reaches(RAISED, 0, 1)
        assert [ground.raised(number) for number in (0, 1)] == [[ground.home_in(0)], [ground.home_in(1)]]


def newer() -> Service:
    return replace(SERVICE, make=Newer)


@pytest.fixture
def old_rows(ground: Ground) -> Ground:
    """Home-partition 1 was watched by the rules of before; of 0 nothing is known yet."""
    with Working(ground) as old:
        old.crew.own({1})
        ground.come(NIGHT)
        old.reaches(NIGHT, 1)
    return ground


def test_rows_of_another_version_are_made_anew_while_other_home_partitions_go_on(
    old_rows: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, whole = threading.Event(), threading.Event(), rebuild.whole
    times = count(1)
    last = 0

    def held(*args: Any, **named: Any) -> ledger.Entry:
        nonlocal last
        last = next(times)
        begun.set()
        assert go.wait(LONG_S)
        return whole(*args, **named)

    monkeypatch.setattr(rebuild, "whole", held)
    with Working(old_rows, newer()) as working:
        working.crew.own({0, 1})
        assert begun.wait(LONG_S)
        old_rows.come(RAISED)
        working.reaches(RAISED, 0)
        assert old_rows.clock(1) == NIGHT
        assert working.crew.clocks()[1] is None
        go.set()
        working.reaches(RAISED, 1)
    assert last == 1
    assert old_rows.raised(1) == [old_rows.home_in(1)]


def test_a_crew_that_is_told_to_stop_ends_its_rebuilds(
    old_rows: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(*_: Any, stopping: Callable[[], bool], **__: Any) -> ledger.Entry:
        begun.set()
        until(stopping)
        raise rebuild.Stopped

    monkeypatch.setattr(rebuild, "whole", endless)
    before = set(threading.enumerate())
    with Working(old_rows, newer()) as working:
        working.crew.own({1})
        assert begun.wait(LONG_S)
    assert not {each for each in threading.enumerate() if each.name.startswith("rebuild")} - before
    assert working.raised == []


def test_a_rebuild_that_cannot_be_done_for_now_is_begun_again(
    old_rows: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, times = rebuild.whole, count()

    def first_in_vain(*args: Any, **named: Any) -> ledger.Entry:
        if next(times) == 0:
            raise TimeoutError("the database is away")
        return whole(*args, **named)

    monkeypatch.setattr(rebuild, "whole", first_in_vain)
    monkeypatch.setattr("shared.worker.crew.is_outage", lambda error: isinstance(error, TimeoutError))
    with Working(old_rows, newer()) as working:
        working.crew.own({1})
        old_rows.come(RAISED)
        working.reaches(RAISED, 1)
    assert [type(each) for each in working.heard.errors] == [TimeoutError]


def test_a_fault_in_a_rebuild_ends_the_crew(old_rows: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> ledger.Entry:
        raise ZeroDivisionError

    monkeypatch.setattr(rebuild, "whole", broken)
    with Working(old_rows, newer()) as working:
        working.crew.own({0, 1})
        assert isinstance(working.ends(), ZeroDivisionError)


class Faulty(ChecksMonitor):
    """It cannot say what has changed: no home's fault."""

    def changed(self) -> Iterator[Row]:
        raise ZeroDivisionError


def test_a_fault_that_is_no_outage_ends_the_crew(ground: Ground) -> None:
    with Working(ground, replace(SERVICE, make=Faulty)) as working:
        working.crew.own({0, 1})
        ground.come(NIGHT)
        assert isinstance(working.ends(), ZeroDivisionError)
    assert working.heard.errors == []


def test_a_derived_event_that_stands_twice_with_other_content_is_told_and_not_rejected(
    ground: Ground,
) -> None:
    with Working(ground) as checks:
        checks.crew.own({0})
        ground.come(RAISED)
        checks.reaches(RAISED, 0)
    [first] = ground.log().read(0, (ALERTS,), {}, LATE)[0]
    other = first.body.replace(b'"severity":"', b'"severity":"not ')
    assert other != first.body
    ground.producer.put([Outgoing(ALERTS, 0, first.home_id.encode(), body) for body in (first.body, other)])
    with Working(ground, ALERTS_SERVICE) as alerts:
        alerts.crew.own({0})
        alerts.reaches(RAISED, 0)
        until(lambda: alerts.heard.facts == 5)
    assert (alerts.heard.differing, alerts.heard.reasons) == ([first.id], [])
