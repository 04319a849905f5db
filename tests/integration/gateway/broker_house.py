"""The same houses behind a door over a broker: `services.gate.Gate` itself, with its app in the test's own loop, and
workers of the services that read what it takes."""

from pathlib import Path
from typing import Any, Self

from services.gate import Gate
from services.monitors import SERVICES
from services.worker import Worker
from shared import clock
from shared.log.base import DoorLog
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.settings import Settings
from tests import fresh
from tests.integration.gateway.client import Client
from tests.integration.gateway.house import House
from tests.servers.plugin import Kafka, Postgres
from tests.waiting import until

PARTITIONS = 3


class Ground:
    """A broker's topics and a database, of one test module's own."""

    def __init__(self, kafka: Kafka, postgres: Postgres, folder: Path, **settings: Any) -> None:
        """`settings`: others than the usual."""
        self.prefix = kafka.new_prefix()
        self.settings = Settings(
            kafka=kafka.bootstrap,
            database_url=fresh.postgres_database(postgres),
            data=folder / "data",
            master_key_file=folder / "configuration" / "master.key",
            partitions=PARTITIONS,
            **settings,
        )
        topics.make(Broker.of(self.settings, self.prefix))

    def worker(self, *services: str) -> Worker:
        """Not yet started."""
        return Worker(self.settings, [SERVICES[name] for name in services], self.prefix)


class BrokerHouse(House):
    """Everything behind one door over a broker. Its clock is the machine's: the broker stamps what it takes."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground.settings.data)
        self.ground = ground
        self.now = clock.now()

    def __enter__(self) -> Self:
        self.gate = Gate(self.ground.settings, self.ground.prefix)
        self.door: DoorLog = self.gate.log
        self.keys, self.access, self.views = self.gate.keys, self.gate.access, self.gate.views["alerts"]
        self.app = self.gate.app()
        self.client = Client(self.app)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.gate.close()

    def tick(self) -> int:
        """Say that the door is open: time goes on up to here, in every home-partition."""
        self.door.door_open(4_000)
        return self.door.present(0)

    def watched(self) -> None:
        """Wait until the services have read all that this door has taken so far."""
        upto = self.tick()
        until(
            lambda: (self.gate.ledger.watched_to() or 0) >= upto,
            lambda: f"{self.gate.ledger.watched_to()} of {upto}",
            meanwhile=self.tick,
            pause_s=0.1,
        )
