"""A broker and a Postgres of a benchmark's own, and what it writes into them. They end with it."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from services.house import database
from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import Instant
from shared.log.base import Draft
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.log.kafka.producer import Outgoing, Producer, outgoing, tick
from shared.settings import Settings
from shared.topics import INPUTS
from tests.load.drafts import envelope_of
from tests.servers.brokers import start_broker
from tests.servers.postgres import PostgresServer

PARTITIONS: Final = 8
_AT_ONCE: Final = 10_000


class Ground:
    """What a benchmark stands on."""

    def __init__(self, folder: Path, bootstrap: str, postgres: PostgresServer) -> None:
        self.folder = folder
        self.bootstrap = bootstrap
        self._postgres = postgres

    def settings(self, port: int = 8000) -> Settings:
        """Of an installation with a database of its own, migrated."""
        url = self._postgres.new_database()
        database.migrate(Settings(database_url=url).database_url.get_secret_value())  # type: ignore[union-attr]
        key = self.folder / "configuration" / "master.key"
        return Settings(
            kafka=self.bootstrap,
            database_url=url,
            partitions=PARTITIONS,
            data=self.folder / "data",
            master_key_file=key,
            port=port,
            log_level="warning",
        )

    @property
    def broker(self) -> Broker:
        """As the settings name it."""
        return Broker(self.bootstrap, PARTITIONS)


@contextmanager
def ground(*, importing: bool) -> Iterator[Ground]:
    """Started, with its topics made. `importing`: records bring their own times."""
    with TemporaryDirectory(prefix="wakeful-bench-") as name:
        folder = Path(name)
        kafka = start_broker(folder / "kafka")
        postgres = PostgresServer(folder / "postgres", durable=True)
        try:
            postgres.start()
            made = Ground(folder, kafka.bootstrap, postgres)
            topics.make(made.broker, importing)
            yield made
        finally:
            postgres.remove()
            kafka.remove()


def environment(settings: Settings) -> dict[str, str]:
    """The same settings for another process."""
    secret = settings.database_url
    assert secret is not None
    mine = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
    return mine | {
        "WAKEFUL_KAFKA": settings.kafka or "",
        "WAKEFUL_DATABASE_URL": secret.get_secret_value().replace("postgresql+psycopg://", "postgresql://"),
        "WAKEFUL_PARTITIONS": str(settings.partitions),
        "WAKEFUL_DATA": str(settings.data),
        "WAKEFUL_MASTER_KEY_FILE": str(settings.master_key_file),
        "WAKEFUL_PORT": str(settings.port),
        "WAKEFUL_LOG_LEVEL": settings.log_level,
    }


def write(made: Ground, facts: Sequence[Fact]) -> Instant:
    """The facts with their own times, in order, and ticks behind the last; the instant of those."""
    end = facts[-1].appended_at + 1
    producer = Producer(made.broker)
    try:
        for first in range(0, len(facts), _AT_ONCE):
            producer.put([_record(fact) for fact in facts[first : first + _AT_ONCE]])
        producer.put([tick(topic, number, end) for topic in INPUTS for number in range(PARTITIONS)])
    finally:
        producer.close()
    return end


def _record(fact: Fact) -> Outgoing:
    """As the door writes it: with a hash of its content."""
    digest = hashlib.sha256(fact.id.encode()).hexdigest()
    body = canonical({**envelope_of(fact), "contenthash": digest})
    return outgoing(Draft(fact.topic, fact.home_id, fact.id, digest, body), PARTITIONS, fact.appended_at)
