"""Dated snapshots of a service: its rows as they stood at one commit, in a file of their own, for rebuilds to begin at.

A snapshot is a shortcut, never a truth: it can be deleted, and it serves only the version of the rules that made it and
the log that it was made from. The file is SQLite: the service's tables, and one row that says where it stood.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import Column, Connection, Engine, LargeBinary, MetaData, Table, insert, select
from sqlalchemy.exc import DatabaseError

from shared.durable import sync
from shared.instants import Instant
from shared.log.base import Log, Positions, furthest
from shared.log.mark import mark
from shared.monitor import Monitor, Row
from shared.runner.reconcile import Published
from shared.runner.service import Service
from shared.store import ledger, outbox, rows
from shared.store.engine import make_engine, writing

_ROWS: Final = 5_000
_META: Final = MetaData()
_STANDING: Final = Table("snapshot", _META, Column("standing", LargeBinary, nullable=False))


class SnapshotUnfit(Exception):  # noqa: N818 - reads as what it says
    """The snapshot cannot serve: of other rules, of another log, or no snapshot at all. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the service stood. `open`: its alerts that were open then; `mark`: of the last record of the log that it
    had behind it, so that a snapshot is never taken for one of another log."""

    service: str
    partition: int
    version: int
    positions: Positions
    clock: Instant
    open: list[str]
    mark: str


def take(
    log: Log,
    engine: Engine,
    service: Service,
    path: Path,
    *,
    partition: int = 0,
    reached: Callable[[int], None] = lambda _rows: None,
) -> Standing:
    """Write a snapshot of how the service stands now to `path`, whole or not at all; readable by its owner alone.

    Raises SnapshotUnfit where the service has never run, or is being rebuilt by another version.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL, 0o600))
    copy = make_engine(beside, durable=True, wal=False)
    try:
        with engine.connect() as connection:  # one transaction: rows and ledger are of one commit
            standing = _standing(connection, log, service, partition)
            _copy(connection, copy, service, standing, reached)
        copy.dispose()
        os.replace(beside, path)
        sync(path.parent)
    except BaseException:
        copy.dispose()
        beside.unlink(missing_ok=True)
        raise
    return standing


def _standing(connection: Connection, log: Log, service: Service, partition: int) -> Standing:
    entry = ledger.find(connection, service.name, partition)
    version = service.make().version
    if entry is None or not entry.clock:
        raise SnapshotUnfit(f"{service.name} has never run here; start `wakeful up`, then take a snapshot")
    if entry.version != version:
        raise SnapshotUnfit(
            f"{service.name} has rows of version {entry.version}, and this is version {version}; "
            "let `wakeful up` rebuild it first"
        )
    published = Published(log, outbox.Owner(service.name, partition))
    published.read_to_the_end(connection)
    marked = mark(log, partition, furthest(entry.positions))
    return Standing(
        service.name, partition, version, entry.positions, entry.clock, sorted(published.open), marked
    )


def _copy(
    connection: Connection, copy: Engine, service: Service, standing: Standing, reached: Callable[[int], None]
) -> None:
    tables = service.make().tables
    done = 0
    with writing(copy) as into:
        _META.create_all(into)
        for name in tables:
            service.tables.tables[name].create(into)
        into.execute(insert(_STANDING).values(standing=orjson.dumps(standing)))
        kept = rows.load(connection, service.tables, tables, partition=standing.partition)
        while some := list(islice(kept, _ROWS)):
            done += rows.put(into, service.tables, some)
            reached(done)


class Snapshot:
    """A snapshot that is there already. Close it."""

    def __init__(self, path: Path, service: Service) -> None:
        """Raises SnapshotUnfit where there is none at `path`."""
        if not path.is_file():
            raise SnapshotUnfit(
                f"there is no snapshot at {path}; `wakeful snapshot {service.name}` makes one"
            )
        self._path = path
        self._service = service
        self._engine = make_engine(path, read_only=True)
        try:
            with self._engine.connect() as connection:
                self.standing = Standing(
                    **orjson.loads(connection.scalars(select(_STANDING.c.standing)).one())
                )
        except (DatabaseError, ValueError, TypeError) as error:
            self._engine.dispose()
            raise SnapshotUnfit(
                f"{path} is no snapshot of Wakeful's; name one, or rebuild without it"
            ) from error

    def check(self, log: Log, monitor: Monitor, entry: ledger.Entry) -> None:
        """Raises SnapshotUnfit where it cannot serve this monitor and this log."""
        at = self.standing
        remedy = "rebuild without it"
        if at.service != monitor.name:
            raise SnapshotUnfit(
                f"{self._path} is a snapshot of {at.service}, not of {monitor.name}; {remedy}"
            )
        if at.version != monitor.version:
            raise SnapshotUnfit(
                f"{self._path} is of version {at.version} of the rules, and this is {monitor.version}; {remedy}"
            )
        if at.clock > entry.clock or at.mark != mark(log, at.partition, furthest(at.positions)):
            raise SnapshotUnfit(f"{self._path} was made from another log than this one; {remedy}")

    def rows(self, monitor: Monitor) -> Iterator[Row]:
        """All rows, as they stood."""
        with self._engine.connect() as connection:
            yield from rows.load(connection, self._service.tables, monitor.tables)

    def remembered(self, monitor: Monitor) -> Iterator[Row]:
        """The rows to restore `monitor` from."""
        with self._engine.connect() as connection:
            yield from self._service.remembered(connection, monitor)

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()
