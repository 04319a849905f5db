"""Nights on a real broker and a real database: facts and ticks with times of their own, a worker that reads them live
and may die at any time, and what it published.

Each night has a *place*, one home-partition to itself: nights are all of the same dates, and in one home-partition time
does not step back. A home is named for its place: the name says where its facts lie. What a night is, and what must
be true of it, never lives here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from random import Random
from typing import Any, Final, NamedTuple, Self, cast

from kafka.admin import ConfigResource, ConfigResourceType
from sqlalchemy import Engine

from services.house import database
from services.monitors import SERVICES
from shared.events.canonical import canonical
from shared.instants import NEVER, Instant, parse_instant
from shared.log.base import Draft, Receipt, Record
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.log.kafka.diagnosis import admin
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.partition import partition_of
from shared.log.kafka.producer import Outgoing, Producer, tick
from shared.monitor import Row
from shared.runner import Runner, rebuild
from shared.runner.loop import READ
from shared.runner.service import Service
from shared.store import rows
from shared.topics import INPUTS
from tests import fresh
from tests.integration.log.brokers import written
from tests.integration.runner.world import Heard
from tests.servers.plugin import Kafka, Postgres
from tests.simulation.logs import shown
from tests.waiting import LONG_S, until

Told = tuple[str, Instant, dict[str, Any]]
"""Topic, `appended_at`, event."""

PARTITIONS: Final = 24
"""Places of one set of topics: a broker has every one of them open."""
_LATE: Final = parse_instant("2100-01-01T00:00:00Z")
"""The readers' clock stands here: nights of any date are believed."""
_DIES: Final = 0.3


class Desk(NamedTuple):
    """One service on a shelf."""

    service: Service
    engine: Engine
    log: KafkaLog


class Shelf:
    """Topics and a database with so many places. Close it."""

    def __init__(self, kafka: Kafka, postgres: Postgres) -> None:
        self.broker = Broker(kafka.bootstrap, PARTITIONS, kafka.new_prefix())
        topics.make(self.broker, importing=True)
        _take_any_time(self.broker)
        written(self.broker)
        url = fresh.postgres_database(postgres)
        with ExitStack() as stack:
            self.producer = Producer(self.broker)
            stack.callback(self.producer.close)
            self.log = KafkaLog(self.broker, producer=self.producer, clock=lambda: _LATE, monotonic=lambda: 0)
            stack.callback(self.log.close)
            self.reader = self.log.another()
            stack.callback(self.reader.close)
            self._url = url
            self._desks: dict[str, Desk] = {}
            self._closing = stack.pop_all()
        self._free = iter(range(PARTITIONS))

    def place(self) -> "Place | None":
        """One that nobody has used; None: there is none left."""
        number = next(self._free, None)
        return None if number is None else Place(self, number)

    def desk(self, service: str) -> "Desk":
        """Where whoever runs this service reads and writes."""
        if service not in self._desks:
            log = self.log.another()
            self._closing.callback(log.close)
            engine = database.views(self._url, service)
            self._closing.callback(engine.dispose)
            self._desks[service] = Desk(SERVICES[service], engine, log)
        return self._desks[service]

    def close(self) -> None:
        """The topics and the database stay until the run ends."""
        self._closing.close()


def _take_any_time(broker: Broker) -> None:
    """Else a broker takes no time that lies more than an hour ahead of its own: nights are of fixed dates."""
    setting = {"message.timestamp.after.max.ms": str(NEVER)}
    with admin(broker) as client:
        client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, broker.topic(topic), setting) for topic in INPUTS]
        )


class Places:
    """As many as are asked for. Close it."""

    def __init__(self, kafka: Kafka, postgres: Postgres) -> None:
        self._make: Callable[[], Shelf] = lambda: Shelf(kafka, postgres)
        self._shelf: Shelf | None = None

    def new(self) -> "Place":
        """One that nobody has used."""
        place = None if self._shelf is None else self._shelf.place()
        if place is None:
            self.close()
            self._shelf = self._make()
            place = self._shelf.place()
        assert place is not None
        return place

    def close(self) -> None:
        if self._shelf is not None:
            self._shelf.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Died(Exception):  # noqa: N818 - reads as what it says
    """A worker was killed."""


class _Mortal:
    """A log during whose appends its worker may be killed."""

    def __init__(self, log: KafkaLog, rnd: Random) -> None:
        self._log = log
        self._rnd = rnd

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        if self._rnd.random() < _DIES:
            raise Died
        receipts = self._log.append(drafts)
        if self._rnd.random() < _DIES:
            raise Died
        return receipts


class Place:
    """One home-partition, and whoever watches it."""

    def __init__(self, shelf: Shelf, partition: int) -> None:
        self._shelf = shelf
        self.partition = partition
        self.heard = Heard()
        """By all who ever watched it."""
        self.told = 0
        """Records that were put."""
        self.services: tuple[str, ...] = ("checks",)
        """Who watches here."""
        self._homes: dict[str, str] = {}
        self._rnd: Random | None = None
        self._runners: dict[str, Runner] = {}

    def home(self, name: str) -> str:
        """The name of a home that lies here."""
        if name not in self._homes:
            names = (f"{name}-{number}" for number in count())
            self._homes[name] = next(
                each for each in names if partition_of(each, PARTITIONS) == self.partition
            )
        return self._homes[name]

    # -- the door --------------------------------------------------------------------------------------------

    def tell(self, told: Iterable[Told]) -> None:
        """Put facts into the log, in this order."""
        records = [
            Outgoing(topic, self.partition, event["homeid"].encode(), canonical(event), at=at)
            for topic, at, event in told
        ]
        self.told += len(records)
        self._put(records)

    def tick(self, at: Instant) -> None:
        """Time has come so far, everywhere."""
        self._put([tick(topic, self.partition, at) for topic in INPUTS])

    def _put(self, records: Sequence[Outgoing]) -> None:
        for landing in self._shelf.producer.each(records):
            landing.result(LONG_S)

    # -- the watch -------------------------------------------------------------------------------------------

    def _watch(self, desk: Desk, read: int) -> Runner:
        """Whoever runs this service here, or somebody new. `read`: facts a turn."""
        name, log = desk.service.name, desk.log
        if name not in self._runners:
            mortal = log if self._rnd is None else cast(KafkaLog, _Mortal(log, self._rnd))
            runner = Runner(
                mortal,
                desk.engine,
                desk.service,
                partition=self.partition,
                observer=self.heard,
                clock=lambda: 0,
                read=read,
            )
            runner.start()
            log.open(self.partition, desk.service.make().topics, runner.entry.positions)
            self._runners[name] = runner
        return self._runners[name]

    @contextmanager
    def mortal(self, rnd: Random | None) -> Iterator[None]:
        """In here whoever watches may die as he publishes: before, or before he can say that he has. (None: not so.)"""
        self._rnd = rnd
        try:
            yield
        finally:
            self._rnd = None
            self.die()

    def die(self) -> None:
        """Whoever watches here is gone, with all that is not committed."""
        for name in list(self._runners):
            del self._runners[name]
            self._shelf.desk(name).log.release(self.partition)

    def reach(self, present: Instant, read: int = READ) -> None:
        """Until the log's present has come there, and all of before it has been judged and published."""
        for service in self.services:
            self._reach(self._shelf.desk(service), present, read)

    def _reach(self, desk: Desk, present: Instant, read: int) -> None:
        runner, log = self._watch(desk, read), desk.log
        until(
            lambda: log.present(self.partition) >= present,
            lambda: f"{log.present(self.partition)} of {present}",
            meanwhile=lambda: log.wait(log.end(), 0.15),
            pause_s=0,
        )
        assert log.present(self.partition) == present, "the log's present is another"
        while runner.turn():
            pass

    def rebuild(self) -> None:
        """All of it is read again, from its start."""
        for service in self.services:
            desk = self._shelf.desk(service)
            with closing(self._shelf.log.another()) as apart:
                rebuild.whole(apart, desk.engine, desk.service, partition=self.partition)

    def rows(self) -> list[Row]:
        """What the workers keep of this home-partition, for whoever reads it."""
        found: list[Row] = []
        for name in self.services:
            service, engine, _ = self._shelf.desk(name)
            tables = service.make().tables
            with engine.connect() as connection:
                found += rows.load(connection, service.tables, tables, partition=self.partition)
        return [row._replace(values=shown(row)) for row in found]

    def published(self, *topics: str) -> Iterator[Record]:
        """What lies in these topics, in order."""
        found, _ = self._shelf.reader.read(self.partition, topics, {}, NEVER, 1_000_000)
        self._shelf.reader.release(self.partition)
        yield from found
