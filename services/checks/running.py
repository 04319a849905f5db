"""The checks service as a running thing: its schema and its runner. No rule and no route lives here."""

from sqlalchemy import Engine

from services.checks.model import ChecksMonitor
from services.checks.tables import METADATA, MIGRATIONS
from shared.log.base import Log
from shared.runner import Runner
from shared.runner.observer import Observer
from shared.store.schema import upgrade, version_table_of


def migrate(views: Engine) -> None:
    """Bring the service's own tables up to date; what all services share is brought up to date beside them."""
    upgrade(views, MIGRATIONS, version_table_of("checks"))


def make_runner(log: Log, views: Engine, *, observer: Observer | None = None, partition: int = 0) -> Runner:
    """The service's runner over a migrated database."""
    return Runner(log, views, ChecksMonitor(), tables=METADATA, partition=partition, observer=observer)
