"""An installation over a broker, as the settings name it: topics of a test's own, and a database."""

from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from services import database
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.security.access import Access
from shared.settings import Settings
from tests.integration.house.serving import free_port
from tests.servers.plugin import Kafka, Postgres
from wakeful.cli import installation

PARTITIONS: Final = 2


class Apart:
    """Named by the environment from the start; topics and schemas are made when a test says so."""

    def __init__(self, kafka: Kafka, postgres: Postgres, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.prefix = kafka.new_prefix()
        patch.setattr(installation, "PREFIX", self.prefix)
        self._patch = patch
        self.master_key = folder / "keys apart" / "master-key"
        self.name("KAFKA", kafka.bootstrap)
        self.name("DATABASE_URL", postgres.new_database())
        self.name("PARTITIONS", PARTITIONS)
        self.name("MASTER_KEY_FILE", self.master_key)
        self.name("DATA", folder / "no folder")

    def name(self, setting: str, value: object) -> None:
        """Set it."""
        self._patch.setenv(f"WAKEFUL_{setting}", str(value))

    def leave_out(self, setting: str) -> None:
        """Not to be set."""
        self._patch.delenv(f"WAKEFUL_{setting}")

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
        """The schemas alone."""
        database.migrate(self.url)
        return self

    def access(self) -> "closing[Access]":
        """What a gateway would open."""
        return closing(Access.open(self.url))


def nobody_at() -> str:
    """An address where nobody listens."""
    return f"127.0.0.1:{free_port()}"
