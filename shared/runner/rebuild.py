"""Rebuilding: a read model is disposable, and the log makes it again (ARCHITECTURE.md, "Rebuild, replay, time travel").

A service rebuilds by itself where its rows are of another version, or on request, in whatever process; the live tables
are read and written meanwhile by whoever runs the service.

    1. Beside the live tables fresh ones are made, and the rebuild says that they are its own.
    2. The log is read from its start, or from where a snapshot stands, up to where the service stands by its ledger;
       rows go into the fresh tables, and of alerts only those are kept in mind that are still open.
    3. Again, until the service has hardly moved since.
    4. In one transaction: what the service has read meanwhile is read; the fresh tables take the place of the live
       ones; what was published is reconciled (`shared.runner.reconcile`); the homes set aside are those of the new
       reading; the ledger's epoch goes up by one.
    5. Whoever ran the service finds at the next commit that it is not the owner any more, and takes over the new rows.

A crash before 4 has changed nothing that anybody reads; the next rebuild begins anew. One home alone is
`shared.runner.homecoming`'s.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

from sqlalchemy import Connection, Engine

from shared.log.base import Log, furthest
from shared.monitor import Row
from shared.runner import setaside
from shared.runner.reading import Reading
from shared.runner.reconcile import Published, reconcile
from shared.runner.service import Service
from shared.runner.sieve import Sieve
from shared.runner.sieves import sieve_again
from shared.runner.snapshot import Snapshot
from shared.store import ledger, outbox, rebuilds, rows
from shared.store.engine import writing
from shared.store.fresh import Fresh
from shared.store.postgres import patiently

_ROWS: Final = 2_000
"""Rows a transaction: others who write into the same database wait for no more than that."""
_FACTS: Final = 50_000
"""Facts between two writings of rows: what changes again in between is written once."""


class Stopped(Exception):  # noqa: N818 - reads as what it says
    """The rebuild was told to stop. Nothing that anybody reads has changed."""


class NeverRan(Exception):  # noqa: N818 - reads as what it says
    """The service has no row in the ledger: there is nothing that could be made again."""


def whole(
    log: Log,
    engine: Engine,
    service: Service,
    *,
    partition: int = 0,
    snapshot: Snapshot | None = None,
    reached: Callable[[int, int], None] = lambda _position, _goal: None,
    stopping: Callable[[], bool] = lambda: False,
) -> ledger.Entry:
    """Rebuild all of a service: the ledger's row after the swap. `reached` hears how far in the log it is, of how far.

    Raises NeverRan, Stopped, SnapshotUnfit, Unavailable, and LostOwnership where another rebuild of it has begun.
    """
    return _Rebuild(log, engine, service, partition, reached, stopping).run(snapshot)


def standing(connection: Connection, owner: outbox.Owner) -> ledger.Entry:
    """Where the service stands that is to be made anew. Raises NeverRan."""
    entry = ledger.find(connection, *owner)
    if entry is None:
        raise NeverRan(f"{owner.service} has never run here; `wakeful up` starts it and reads the log for it")
    return entry


class _Rebuild:
    def __init__(
        self,
        log: Log,
        engine: Engine,
        service: Service,
        partition: int,
        reached: Callable[[int, int], None],
        stopping: Callable[[], bool],
    ) -> None:
        self._log = log
        self._engine = engine
        self._service = service
        self._owner = outbox.Owner(service.name, partition)
        self._reached = reached
        self._stopping = stopping
        self._reading = Reading(log, service, partition, self._sieve())
        self._monitor = self._reading.monitor
        self._fresh = Fresh(service.tables, self._monitor.tables, partition)
        self._published = Published(log, self._owner)
        self._token = ""
        self._unwritten = 0

    def _sieve(self) -> Sieve:
        with self._engine.connect() as connection:
            read_before = standing(connection, self._owner).positions
            return sieve_again(self._log, connection, self._owner, read_before)

    def run(self, snapshot: Snapshot | None) -> ledger.Entry:
        """The numbered steps."""
        with writing(self._engine) as connection:
            self._token = rebuilds.claim(connection, self._owner, self._monitor.version)
            self._fresh.make(connection)
        if snapshot is not None:
            self._begin_at(snapshot)
        while self._catch_up(self._goal()):
            pass
        self._published.read()
        return self._swap()

    def _begin_at(self, snapshot: Snapshot) -> None:
        snapshot.check(self._log, self._monitor, self._goal())
        self._put(snapshot.rows(self._monitor))
        at = snapshot.standing
        self._reading.begin_at(snapshot.remembered(self._monitor), at.positions, at.clock, at.open)

    def _goal(self) -> ledger.Entry:
        with self._engine.connect() as connection:
            return standing(connection, self._owner)

    def _catch_up(self, goal: ledger.Entry) -> bool:
        """Up to the goal; whether that took so long that the service may be far ahead again."""
        read = 0
        while found := self._reading.step(goal):
            if self._stopping():
                raise Stopped
            read += found
            self._unwritten += found
            if self._unwritten >= _FACTS:
                self._write(goal)
        self._write(goal)
        return read >= _FACTS

    def _write(self, goal: ledger.Entry) -> None:
        self._put(self._monitor.changed())
        position, end = furthest(self._reading.positions), furthest(goal.positions)
        with writing(self._engine) as connection:
            rebuilds.keep(connection, self._owner, self._token, position, end)
        self._reached(position, end)
        self._unwritten = 0

    def _put(self, changed: Iterable[Row]) -> None:
        left = iter(changed)
        while some := list(islice(left, _ROWS)):
            with writing(self._engine) as connection:
                rebuilds.check(connection, self._owner, self._token)
                rows.put(connection, self._fresh, some, partition=self._owner.partition)

    def _swap(self) -> ledger.Entry:
        with writing(self._engine) as connection:
            patiently(connection)  # the log is read in it
            rebuilds.end(connection, self._owner, self._token)
            # Whoever runs the service waits: what he has told stands still.
            ledger.lock(connection, *self._owner)
            entry = standing(connection, self._owner)
            self._reading.reach(entry)
            self._reading.decide(self._service.decided(connection, self._owner.partition))
            rows.put(connection, self._fresh, self._monitor.changed(), partition=self._owner.partition)
            self._service.numbered_again(connection, self._owner.partition, self._fresh.tables)
            self._fresh.swap(connection)
            aside = self._reading.set_aside
            setaside.replace_all(connection, entry, aside.values())
            outbox.put(connection, self._owner, self._reading.rejected)
            if entry.clock:  # else it had told nothing yet
                self._published.read_to_the_end(connection)
                reconcile(
                    connection, entry, self._monitor.version, self._reading, self._published,
                    unwatched=aside.keys(),
                )  # fmt: skip
            self._reading.sieve.save(connection)
            made = replace(entry, epoch=entry.epoch + 1, positions=self._reading.positions)
            return ledger.swap(connection, entry, replace(made, version=self._monitor.version))
