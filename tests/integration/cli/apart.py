"""An installation over a broker, as the settings name it: topics of a test's own, and a database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

import orjson
import pytest

from services.house import database
from services.monitors import SERVICES
from services.worker import Worker
from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import NEVER, Instant, parse_instant, show_instant
from shared.log.base import Record
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.producer import Outgoing, Producer, outgoing, tick
from shared.monitor import Effect
from shared.replay import as_told
from shared.runner import Runner
from shared.security.access import Access
from shared.settings import Settings
from shared.store import ledger
from shared.topics import ALERTS, INPUTS
from tests import fresh, waiting
from tests.integration.cli.house import draft
from tests.servers.plugin import Kafka, Postgres
from tests.servers.ports import free_port
from tests.unit.cli.story import Line
from wakeful.cli import installation
from wakeful.cli.demo.night import night as demo_night

PARTITIONS: Final = 4
"""The homes of the sample lie in two of them."""


class Apart:
    """Named by the environment from the start; topics and schemas are made when a test says so."""

    def __init__(self, kafka: Kafka, postgres: Postgres, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._kafka, self._postgres = kafka, postgres
        self._has_schemas = False
        self._patch = patch
        self.elsewhere()
        self.master_key = folder / "keys apart" / "master-key"
        self.name("KAFKA", kafka.bootstrap)
        self.name("DATABASE_URL", postgres.new_database())
        self.name("PARTITIONS", PARTITIONS)
        self.name("MASTER_KEY_FILE", self.master_key)
        self.name("DATA", folder / "no folder")

    def name(self, setting: str, value: object) -> None:
        """Set it."""
        self._patch.setenv(f"WAKEFUL_{setting}", str(value))

    def elsewhere(self) -> None:
        """From here on other topics are meant, which nobody has made yet."""
        self.prefix = self._kafka.new_prefix()
        self._patch.setattr(installation, "PREFIX", self.prefix)

    @property
    def settings(self) -> Settings:
        return Settings.read()

    @property
    def broker(self) -> Broker:
        return Broker.of(self.settings, self.prefix)

    @property
    def url(self) -> str:
        return database.address(self.settings)

    def make(self, *, importing: bool = False) -> "Apart":
        """Topics and schemas."""
        self.migrate()
        topics.make(self.broker, importing)
        return self

    def migrate(self) -> "Apart":
        """The schemas alone: the first time another database is meant from here on, which has them."""
        if self._has_schemas:
            database.migrate(self.url)
        else:
            self.name("DATABASE_URL", fresh.postgres_database(self._postgres))
        self._has_schemas = True
        return self

    @contextmanager
    def left(self) -> Iterator[None]:
        """For a while the settings name no broker: the folder is meant."""
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("WAKEFUL_KAFKA")
            yield

    def put(self, *records: Outgoing) -> None:
        """As it is given, with its own time while the topics are not sealed."""
        with closing(Producer(self.broker)) as producer:
            for record in records:
                producer.put([record])

    def live(self, lines: Sequence[Line], until: Instant) -> None:
        """Topics that are not sealed get the lines with their times, and ticks at `until`."""
        facts = [outgoing(draft(each), PARTITIONS, parse_instant(each["appended_at"])) for each in lines]
        with closing(Producer(self.broker)) as producer:
            producer.put(facts)
            producer.put([tick(topic, p, until) for topic in INPUTS for p in range(PARTITIONS)])

    def watched(self, until: Instant, services: Iterable[str] = tuple(SERVICES)) -> None:
        """The services read on, without any process of their own, until all is watched to there, and told."""
        for name in services:
            with ExitStack() as stack:
                log = stack.enter_context(closing(KafkaLog(self.broker)))
                engine = database.views(self.url, name)
                stack.callback(engine.dispose)
                for partition in range(PARTITIONS):
                    runner = Runner(log, engine, SERVICES[name], partition=partition)
                    runner.start()
                    log.open(partition, SERVICES[name].make().topics, runner.entry.positions)
                    self._comes_to(until, runner, log)

    def _comes_to(self, until: Instant, runner: Runner, log: KafkaLog) -> None:
        waiting.until(
            lambda: not runner.turn() and min(runner.entry.clock, runner.entry.published) >= until,
            lambda: runner.entry,
            meanwhile=lambda: log.wait(log.end(), 0.1),
        )

    def entries(self) -> list[ledger.Entry]:
        """How far each service has come in each home-partition."""
        engine = database.views(self.url, "checks")
        try:
            with engine.connect() as connection:
                return ledger.entries(connection)
        finally:
            engine.dispose()

    def wait_until(self, instant: Instant) -> None:
        """Until those who run the services have told of all before that, everywhere."""

        def told() -> bool:
            found = [entry.published for entry in self.entries()]
            return len(found) == len(SERVICES) * PARTITIONS and min(found) >= instant

        waiting.until(told, self.entries, pause_s=0.2)

    def records(self, topic: str) -> list[Record]:
        """All that lies in a topic, home-partition by home-partition."""
        with closing(KafkaLog(self.broker, read_only=True)) as log:
            return [each for p in range(PARTITIONS) for each in log.read(p, [topic], {}, NEVER, 100_000)[0]]

    def alerts(self) -> bytes:
        """What the services published, each once, as the replay contract orders it: JSON lines."""
        events = {each.id: orjson.loads(each.body) for each in self.records(ALERTS)}.values()
        effects = [Effect(ALERTS, e["homeid"], e["id"], parse_instant(e["time"]), e) for e in events]
        return b"".join(canonical(effect.event) + b"\n" for effect in as_told(effects))

    def access(self) -> "closing[Access]":
        """What a gateway would open."""
        return closing(Access.open(self.url))


def nobody_at() -> str:
    """An address where nobody listens."""
    return f"127.0.0.1:{free_port()}"


@contextmanager
def working(apart: Apart) -> Iterator[Worker]:
    """A real worker of all services, in this process. The topics are sealed."""
    worker = Worker(apart.settings, list(SERVICES.values()), apart.prefix)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def demo() -> list[Line]:
    """The sample night of `wakeful demo`: three homes, nine children."""
    return [_line(fact) for fact in demo_night(1)]


def _line(fact: Fact) -> Line:
    event = {
        "specversion": "1.0",
        "id": fact.id,
        "source": fact.source,
        "type": fact.type,
        "subject": fact.subject,
        "time": show_instant(fact.observed_at),
        "enteredat": show_instant(fact.entered_at),
        "homeid": fact.home_id,
        "actor": fact.actor,
        "datacontenttype": "application/json",
        "data": fact.data,
    }
    return {"topic": fact.topic, "appended_at": show_instant(fact.appended_at), "event": event}


def end_of(lines: Sequence[Line]) -> Instant:
    """The first instant after the last of them."""
    return parse_instant(lines[-1]["appended_at"]) + 1
