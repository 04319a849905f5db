"""What a running service is made of, said once: the runner, its rebuilds, the commands and the tests all take it.

No rule and nothing that runs lives here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Table

from shared.facts import Fact
from shared.instants import Instant
from shared.log.base import Record, fact_of
from shared.monitor import Monitor, Row
from shared.store import rows
from shared.store.schema import upgrade, version_table_of


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
    remembers: Sequence[str] | None = None
    """The tables that its monitor's memory is made of. None: all of them, or what `memory` says."""
    memory_columns: Collection[str] = ("state",)
    """The columns of `remembers` that its memory is made of; the others are for readers."""
    memory: Callable[[Connection, int | None], Iterable[Row]] | None = None
    """The rows of a home-partition that its monitor's memory is made of, where that is neither. (Partition None: there
    is only one, as in a snapshot.)"""
    beside_others: Callable[[Connection, int | None], Iterable[Row]] = lambda _connection, _partition: ()
    """The rows of other homes that a monitor has to know of before it reads one home alone."""
    after: Sequence[str] = ()
    """The services that it waits for before it decides (its monitor is `Deciding`); none: it decides nothing."""
    decided: Callable[[Connection, int], Mapping[str, Instant]] = lambda _connection, _partition: {}
    """How far what it has told was decided, by the services that it waits for: a new reading decides as far."""
    numbered: Callable[[Connection, Sequence[Row]], Sequence[Row]] = lambda _connection, rows: rows
    """What of its rows is counted across home-partitions gets its numbers at the commit."""
    numbered_again: Callable[[Connection, int, Mapping[str, Table]], None] = lambda _c, _partition, _fresh: (
        None
    )
    """The same for fresh tables, by their live names, before their rows take the place of the live ones."""

    def remembered(
        self, connection: Connection, monitor: Monitor, partition: int | None = None
    ) -> Iterable[Row]:
        """The rows to restore `monitor` from."""
        if self.memory is not None:
            return self.memory(connection, partition)
        if self.remembers is not None:
            return rows.load(
                connection, self.tables, self.remembers, only=self.memory_columns, partition=partition
            )
        return rows.load(connection, self.tables, monitor.tables, partition=partition)

    def migrate(self, views: Engine) -> None:
        """Bring its own tables up to date; what all services share is brought up to date beside them."""
        upgrade(views, self.migrations, version_table_of(self.name))
