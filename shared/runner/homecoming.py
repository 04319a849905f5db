"""One home comes back: it was set aside, what failed is mended, and it is read again alone, with what came in between.

    1. The home's facts are read from their index, up to where the service stands by its ledger.
    2. In one transaction: what the service has read meanwhile of this home is read too; the home's rows are those of
       the new reading; its alerts are reconciled (`shared.runner.reconcile`); it is watched again; the ledger's epoch
       goes up by one.
    3. Whoever runs the service finds at the next commit that it is not the owner any more, and takes over the new rows.

All of a service is `shared.runner.rebuild`'s.
"""

from dataclasses import replace

from sqlalchemy import Connection, Engine

from shared.log.base import Log
from shared.runner import setaside
from shared.runner.reading import Reading
from shared.runner.rebuild import standing
from shared.runner.reconcile import Published, reconcile
from shared.runner.service import Service
from shared.runner.sieves import sieve_again
from shared.store import ledger, outbox, rows
from shared.store.engine import writing
from shared.store.postgres import patiently


class StillBroken(Exception):  # noqa: N818 - reads as what it says
    """The home cannot be brought back: what set it aside happens again. Nothing was changed."""


class OtherVersion(Exception):  # noqa: N818 - reads as what it says
    """The service's rows are of another version of its rules: one home cannot be read by these."""


def home(log: Log, engine: Engine, service: Service, home_id: str, *, partition: int = 0) -> ledger.Entry:
    """Bring the home back: the ledger's row after it. Raises StillBroken, OtherVersion, NeverRan, Unavailable."""
    owner = outbox.Owner(service.name, partition)
    published = Published(log, owner, home_id)
    with engine.connect() as connection:
        read_before = standing(connection, owner).positions
        sieve = sieve_again(log, connection, owner, read_before)
        reading = Reading(log, service, partition, sieve, home_id)
        entry = _entry(connection, owner, reading.monitor.version)
        reading.monitor.restore(service.beside_others(connection, partition), 0)
    _relive(log, reading, entry, home_id)
    published.read()
    with writing(engine) as connection:
        patiently(connection)  # the log is read in it
        # Whoever runs the service waits: what he has told stands still.
        ledger.lock(connection, *owner)
        entry = _entry(connection, owner, reading.monitor.version)
        reading.reach(entry)
        reading.decide(service.decided(connection, partition))
        _refuse_broken(reading)
        rows.clear(connection, service.tables, reading.monitor.tables, home_id)
        rows.put(
            connection,
            service.tables,
            service.numbered(connection, list(reading.monitor.changed())),
            partition=partition,
        )
        outbox.put(connection, owner, reading.rejected)
        published.read_to_the_end(connection)
        reconcile(connection, entry, entry.version, reading, published, home_id=home_id)
        setaside.bring_back(connection, entry, home_id)
        return ledger.swap(connection, entry, replace(entry, epoch=entry.epoch + 1))


def _entry(connection: Connection, owner: outbox.Owner, version: int) -> ledger.Entry:
    entry = standing(connection, owner)
    if entry.version != version:
        raise OtherVersion(
            f"{owner.service} has rows of version {entry.version}, and this is version {version}; "
            "rebuild all of it, not one home"
        )
    return entry


def _relive(log: Log, reading: Reading, entry: ledger.Entry, home_id: str) -> None:
    known = log.home(home_id, reading.monitor.topics, entry.clock)
    reading.take([each for each in known if each.position <= entry.positions.get(each.topic, 0)])
    reading.positions = entry.positions
    _refuse_broken(reading)


def _refuse_broken(reading: Reading) -> None:
    for aside in reading.set_aside.values():
        raise StillBroken(f"home {aside.home_id} fails as before ({aside.reason}); it stays set aside")
