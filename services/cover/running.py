"""The cover service as a running thing: its parts and its runner. No rule and no route lives here."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, Engine

from services.cover.model import CoverMonitor
from services.cover.tables import METADATA, MIGRATIONS
from shared.log.base import Log
from shared.monitor import Row
from shared.runner import Runner
from shared.runner.observer import Observer
from shared.runner.service import Service
from shared.store import rows


def _memory(connection: Connection, partition: int | None) -> Iterator[Row]:
    """The monitor's own state: the other columns are for readers."""
    return rows.load(connection, METADATA, CoverMonitor.tables, only=("state",), partition=partition)


SERVICE: Final = Service("cover", CoverMonitor, METADATA, MIGRATIONS, memory=_memory)


def make_runner(log: Log, views: Engine, *, observer: Observer | None = None, partition: int = 0) -> Runner:
    """The service's runner over a migrated database."""
    return Runner(log, views, SERVICE, partition=partition, observer=observer)
