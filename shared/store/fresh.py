"""Fresh tables beside the live ones: filled while the live ones are read, then put in their place in one transaction.

What is put into them is `shared.runner.rebuild`'s.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, MetaData, Table, text

_BESIDE: Final = "__fresh"


class Fresh:
    """The fresh tables of one service. To `shared.store.rows` they are the live ones: they answer to their names."""

    def __init__(self, metadata: MetaData, names: Sequence[str]) -> None:
        self._live = [metadata.tables[name] for name in names]
        self._apart = MetaData()
        self.tables: Mapping[str, Table] = {table.name: self._beside(table) for table in self._live}

    def _beside(self, live: Table) -> Table:
        table = live.to_metadata(self._apart, name=live.name + _BESIDE)
        table.indexes.clear()  # made at the swap: their names are taken, and filling goes faster without them
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
        for live in reversed(self._live):
            live.drop(connection)
        for live in self._live:
            connection.execute(text(f'ALTER TABLE "{live.name}{_BESIDE}" RENAME TO "{live.name}"'))
            for index in live.indexes:
                index.create(connection)
