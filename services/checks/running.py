"""The checks service as a running thing: its parts and its runner. No rule and no route lives here."""

from typing import Final

from sqlalchemy import Engine

from services.checks.model import ChecksMonitor
from services.checks.tables import METADATA, MIGRATIONS
from shared.log.base import Log
from shared.runner import Runner
from shared.runner.observer import Observer
from shared.runner.service import Service

SERVICE: Final = Service("checks", ChecksMonitor, METADATA, MIGRATIONS)


def make_runner(log: Log, views: Engine, *, observer: Observer | None = None, partition: int = 0) -> Runner:
    """The service's runner over a migrated database."""
    return Runner(log, views, SERVICE, partition=partition, observer=observer)
