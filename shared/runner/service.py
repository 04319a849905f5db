"""What a running service is made of, said once: the runner, its rebuilds, the commands and the tests all take it.

No rule and nothing that runs lives here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData

from shared.facts import Fact
from shared.log.base import Record, fact_of
from shared.monitor import Monitor
from shared.store.schema import upgrade, version_table_of


def _nothing(_connection: Connection, _monitor: Monitor) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its rules and its read model."""

    name: str
    """Its folder's name, and its monitor's: `checks`."""
    make: Callable[[], Monitor]
    """A new monitor, that knows of nothing yet."""
    tables: MetaData
    """Its read model."""
    migrations: Path
    """How its read model came to be."""
    decode: Callable[[Record], Fact] = fact_of
    """How it reads what it reads."""
    beside_others: Callable[[Connection, Monitor], None] = _nothing
    """What a new monitor has to know of the other homes' rows before it reads one home alone."""

    def migrate(self, views: Engine) -> None:
        """Bring its own tables up to date; what all services share is brought up to date beside them."""
        upgrade(views, self.migrations, version_table_of(self.name))
