"""The ledger: one row for a service and home-partition says how far it has come, and who may write.

    Taking over adds one to the epoch; every commit compares the whole row, also one that only moves the
    clock.

So a worker that lost its partition can write nothing, whatever it still believes. No read model lives here.

The row is also the turn to write for its service and home-partition. A SQLite file has one writer at a time; Postgres
has as many as come, so there whoever writes takes the row first (by `swap`, or by `lock` where he has to read before):
what he reads afterwards stays as it is until he commits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, select, update

from shared.instants import Instant
from shared.log.base import Positions
from shared.store.tables import LEDGER
from shared.store.upserts import insert_into


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
    query = select(LEDGER).where(*_of(service, partition))
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Entry(**{**row, "positions": orjson.loads(row["positions"])})


def entries(connection: Connection) -> list[Entry]:
    """Every row: all services, all home-partitions."""
    rows = connection.execute(select(LEDGER).order_by(LEDGER.c.service, LEDGER.c.partition)).mappings()
    return [Entry(**{**row, "positions": orjson.loads(row["positions"])}) for row in rows]


def published(connection: Connection, services: Sequence[str], partition: int) -> dict[str, Instant]:
    """How far these have published, of those that have begun."""
    asked = {"services": services, "partition": partition}
    return {row[0]: row[1] for row in connection.execute(_PUBLISHED, asked)}


def epochs(connection: Connection, service: str, partitions: Collection[int]) -> dict[int, int]:
    """Who has these home-partitions, of those that somebody has. Nobody else writes for them to the end of the
    transaction, as by `lock`: they are taken in order, so that no two wait for each other."""
    mine = (LEDGER.c.service == service, LEDGER.c.partition.in_(sorted(partitions)))
    query = select(LEDGER.c.partition, LEDGER.c.epoch).where(*mine).order_by(LEDGER.c.partition)
    if connection.dialect.name != "sqlite":
        query = query.with_for_update()
    return {row[0]: row[1] for row in connection.execute(query)}


def lock(connection: Connection, service: str, partition: int) -> None:
    """Wait until nobody else writes for this service and home-partition, and keep it so to the end of the transaction.
    Where there is no row yet there is nobody to wait for. No-op on SQLite: `writing` has the whole file."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(LEDGER.c.epoch).where(*_of(service, partition)).with_for_update())


def take_over(connection: Connection, service: str, partition: int, version: int) -> Entry:
    """Become the owner: the epoch goes up by one, the rest stays as it was found (a new row starts at
    nothing). `version` is that of a new row only: whoever takes over looks at what he found.

    Of several at once each takes over from the one before him, also where there was no row: the last of them has it,
    and the others hear of it (LostOwnership) when they first write.
    """
    new = Entry(service, partition, 1, {}, 0, 0, version)
    begin = insert_into(connection, LEDGER).values(new.row()).on_conflict_do_nothing()
    if connection.execute(begin, execution_options={"preserve_rowcount": True}).rowcount == 1:
        return new
    lock(connection, service, partition)
    found = find(connection, service, partition)
    assert found is not None  # noqa: S101 - rows of the ledger are never deleted
    return swap(connection, found, replace(found, epoch=found.epoch + 1))


def swap(connection: Connection, old: Entry, new: Entry) -> Entry:
    """Compare the whole row with `old` and put `new`. Raises LostOwnership where it is another."""
    moved(connection, old, new)
    return new


def moved(connection: Connection, old: Entry, new: Entry) -> bool:
    """The same. False where `new` stands there already, under `old`'s own epoch: nobody else can have put it, so the
    commit was made, and only its answer was lost with the connection. Whatever was written with it is written."""
    both = {f"old_{name}": value for name, value in old.row().items()}
    both.update((f"new_{name}", value) for name, value in new.row().items())
    if connection.execute(_SWAP, both).rowcount == 1:
        return True
    found = find(connection, old.service, old.partition)
    if found == new and new.epoch == old.epoch:
        return False
    raise LostOwnership(
        f"{old.service}, partition {old.partition}: this worker wrote epoch {old.epoch} last, the ledger has "
        f"{'none' if found is None else f'epoch {found.epoch}'}; another worker has taken over"
    )


def clocks(engine: Engine) -> dict[str, Instant]:
    """How far each service has come: the least clock of its home-partitions."""
    query = select(LEDGER.c.service, func.min(LEDGER.c.clock)).group_by(LEDGER.c.service)
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def _of(service: str, partition: int) -> tuple[ColumnElement[bool], ...]:
    return LEDGER.c.service == service, LEDGER.c.partition == partition


# Made once: every turn of every service comes through here, and to build a statement takes longer than to run it.
_SWAP: Final = (
    update(LEDGER)
    .where(*(column == bindparam(f"old_{column.name}") for column in LEDGER.columns))
    .values({column.name: bindparam(f"new_{column.name}") for column in LEDGER.columns})
)
_PUBLISHED: Final = select(LEDGER.c.service, LEDGER.c.published).where(
    LEDGER.c.service.in_(bindparam("services", expanding=True)), LEDGER.c.partition == bindparam("partition")
)
