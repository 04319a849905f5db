"""Rebuilds under way: whose the fresh tables of a service are, and how far they have come.

One row a service and home-partition. Whoever begins a rebuild puts a token of his own there; every write to the fresh
tables compares it, so that of two who rebuild the same service the later one goes on and the other writes nothing.
What a rebuild does is `shared.runner.rebuild`'s.
"""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, delete, select, update

from shared.store.ledger import LostOwnership
from shared.store.outbox import Owner
from shared.store.tables import REBUILDS
from shared.store.upserts import upsert


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One that is under way (or was, when its process ended). Positions of the log: how far it has come, of how
    many."""

    service: str
    partition: int
    version: int
    position: int
    goal: int


def claim(connection: Connection, owner: Owner, version: int) -> str:
    """Begin; the token. Whoever was at it before has lost it: of two who begin at once one waits for the other's
    commit, and takes the row from him."""
    token = str(uuid4())
    values = {**owner._asdict(), "token": token, "version": version, "position": 0, "goal": 0}
    upsert(connection, REBUILDS, tuple(values), [tuple(values.values())])
    return token


def check(connection: Connection, owner: Owner, token: str) -> None:
    """Raises LostOwnership where somebody else has begun since. Asked in each transaction that writes; nobody begins
    until it has ended (on Postgres the row is locked: the fresh tables would else be made anew under its rows)."""
    mine = select(REBUILDS.c.token).where(*_of(owner)).with_for_update()
    if connection.scalar(mine) != token:
        raise LostOwnership(
            f"{owner.service}: another rebuild of it has begun, which goes on; this one has ended"
        )


def keep(connection: Connection, owner: Owner, token: str, position: int, goal: int) -> None:
    """Say how far it has come. Raises LostOwnership."""
    check(connection, owner, token)
    connection.execute(update(REBUILDS).where(*_of(owner)).values(position=position, goal=goal))


def end(connection: Connection, owner: Owner, token: str) -> None:
    """It is over. Raises LostOwnership."""
    check(connection, owner, token)
    _forget(connection, owner)


def under_way(connection: Connection) -> list[Rebuild]:
    """Those that have begun and not ended."""
    columns = [column for column in REBUILDS.c if column.name != "token"]
    rows = connection.execute(select(*columns).order_by(REBUILDS.c.service, REBUILDS.c.partition))
    return [Rebuild(**row) for row in rows.mappings()]


def _of(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return REBUILDS.c.service == owner.service, REBUILDS.c.partition == owner.partition


def _forget(connection: Connection, owner: Owner) -> None:
    connection.execute(delete(REBUILDS).where(*_of(owner)))
