"""Fresh tables beside the live ones: filled while the live ones are read, then put in their place in one transaction.

In a file the live tables are one home-partition's, and are dropped for the fresh ones. On Postgres they hold the rows
of all: there the fresh ones are one home-partition's, and their rows take the place of its old ones in the live tables.
What is put into them is `shared.runner.rebuild`'s.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, MetaData, Table, delete, insert, select, text

from shared.store.rows import PARTITION

_BESIDE: Final = "__fresh"


class Fresh:
    """The fresh tables of one service. To `shared.store.rows` they are the live ones: they answer to their names."""

    def __init__(self, metadata: MetaData, names: Sequence[str], partition: int = 0) -> None:
        self._partition = partition
        self._beside_live = f"{_BESIDE}_{partition}" if partition else _BESIDE
        self._live = [metadata.tables[name] for name in names]
        self._apart = MetaData()
        self.tables: Mapping[str, Table] = {table.name: self._beside(table) for table in self._live}

    def _beside(self, live: Table) -> Table:
        table = live.to_metadata(self._apart, name=live.name + self._beside_live)
        table.indexes.clear()  # made at the swap: their names are taken, and filling goes faster without them
        table.info = {"live": live.name}
        return table

    def make(self, connection: Connection) -> None:
        """Make them, empty; what an earlier rebuild left behind is gone."""
        self.drop(connection)
        self._apart.create_all(connection)

    def drop(self, connection: Connection) -> None:
        """Away with them, if they are there."""
        self._apart.drop_all(connection)

    def swap(self, connection: Connection) -> None:
        """Put them in the place of the live ones, which are gone then."""
        if connection.dialect.name == "postgresql":
            self._swap_rows(connection)
        else:
            self._swap_tables(connection)

    def _swap_tables(self, connection: Connection) -> None:
        for live in reversed(self._live):
            live.drop(connection)
        for live in self._live:
            connection.execute(text(f'ALTER TABLE "{live.name}{self._beside_live}" RENAME TO "{live.name}"'))
            for index in live.indexes:
                index.create(connection)

    def _swap_rows(self, connection: Connection) -> None:
        for live in reversed(self._live):
            connection.execute(delete(live).where(live.c[PARTITION] == self._partition))
        for live in self._live:
            columns = live.columns.keys()
            made = self.tables[live.name]
            connection.execute(insert(live).from_select(columns, select(*(made.c[name] for name in columns))))
        self.drop(connection)
