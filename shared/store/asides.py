"""Homes set aside: which service does not watch which home, since when and why (ARCHITECTURE.md, "A bug or a
poison fact costs one home"). Kept over restarts, until a rebuild brings the home back. What happens then is
the runner's.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from shared.instants import Instant
from shared.monitor import Row
from shared.store import rows
from shared.store.tables import ASIDES, METADATA
from shared.store.texts import storable


@dataclass(frozen=True, slots=True)
class Aside:
    """One home that one service has set aside. `fact_id`: the fact that it could not take, if it was one."""

    service: str
    partition: int
    home_id: str
    since: Instant
    reason: str
    fact_id: str | None


def put(connection: Connection, aside: Aside) -> None:
    """Set a home aside."""
    key = {"service": aside.service, "home_id": aside.home_id}
    values = {"since": aside.since, "reason": storable(aside.reason), "fact_id": aside.fact_id}
    rows.put(connection, METADATA, [Row(ASIDES.name, key, values)], partition=aside.partition)


def of_service(connection: Connection, service: str, partition: int) -> list[Aside]:
    """The homes that this service has set aside."""
    query = select(ASIDES).where(ASIDES.c.service == service, ASIDES.c.partition == partition)
    return [Aside(**row) for row in connection.execute(query.order_by(ASIDES.c.home_id)).mappings()]


def forget(connection: Connection, service: str, partition: int, home_id: str | None = None) -> None:
    """The home (None: all of the service's) is watched again."""
    statement = delete(ASIDES).where(ASIDES.c.service == service, ASIDES.c.partition == partition)
    connection.execute(statement if home_id is None else statement.where(ASIDES.c.home_id == home_id))
