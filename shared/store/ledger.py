"""The ledger: one row for a service and home-partition says how far it has come, and who may write.

    Taking over adds one to the epoch; every commit compares the whole row, also one that only moves the
    clock.

So a worker that lost its partition can write nothing, whatever it still believes. No read model lives here.
"""

from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, func, insert, select, update

from shared.instants import Instant
from shared.log.base import Positions
from shared.store.tables import LEDGER


class LostOwnership(Exception):  # noqa: N818 - reads as what it says
    """Somebody else has taken over: the ledger's row is not the one this worker wrote last. Nothing was
    written; the worker must stop, and may start again by taking over in its turn."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The row. `positions` and `clock`: what has been applied. `published`: every effect of before that
    instant is in the log."""

    service: str
    partition: int
    epoch: int
    positions: Positions
    clock: Instant
    published: Instant
    version: int

    def row(self) -> dict[str, Any]:
        """As columns; the positions as text that is the same for the same positions."""
        return {
            "service": self.service,
            "partition": self.partition,
            "epoch": self.epoch,
            "positions": orjson.dumps(dict(self.positions), option=orjson.OPT_SORT_KEYS).decode(),
            "clock": self.clock,
            "published": self.published,
            "version": self.version,
        }


def find(connection: Connection, service: str, partition: int) -> Entry | None:
    """The row as it stands; None before the first take-over."""
    query = select(LEDGER).where(LEDGER.c.service == service, LEDGER.c.partition == partition)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Entry(**{**row, "positions": orjson.loads(row["positions"])})


def take_over(connection: Connection, service: str, partition: int, version: int) -> Entry:
    """Become the owner: the epoch goes up by one, the rest stays as it was found (a new row starts at
    nothing). `version` is that of a new row only: whoever takes over looks at what he found."""
    found = find(connection, service, partition)
    if found is None:
        entry = Entry(service, partition, 1, {}, 0, 0, version)
        connection.execute(insert(LEDGER).values(entry.row()))
        return entry
    return swap(connection, found, replace(found, epoch=found.epoch + 1))


def swap(connection: Connection, old: Entry, new: Entry) -> Entry:
    """Compare the whole row with `old` and put `new`. Raises LostOwnership where it is another."""
    same = [LEDGER.c[name] == value for name, value in old.row().items()]
    if connection.execute(update(LEDGER).where(*same).values(new.row())).rowcount != 1:
        found = find(connection, old.service, old.partition)
        raise LostOwnership(
            f"{old.service}, partition {old.partition}: this worker wrote epoch {old.epoch} last, the ledger has "
            f"{'none' if found is None else f'epoch {found.epoch}'}; another worker has taken over"
        )
    return new


def clocks(engine: Engine) -> dict[str, Instant]:
    """How far each service has come: the least clock of its home-partitions."""
    query = select(LEDGER.c.service, func.min(LEDGER.c.clock)).group_by(LEDGER.c.service)
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}
