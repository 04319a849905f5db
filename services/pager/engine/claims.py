"""Who sends to whom now: a receiver's row is claimed by compare-and-swap, with a lease.

Several pager workers share the receivers: one at a time sends to a person, so that what he is told is gathered across
all of them. A worker that has died keeps nobody waiting longer than its lease. Leases are by the wall clock: workers'
clocks may differ by seconds, and the worst that comes of it is the same message twice, under the same key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, or_, select, update

from services.pager.chain.gathering import Told
from services.pager.engine.rows import portions
from services.pager.engine.tables import RECEIVERS
from shared.instants import MINUTE, SECOND, Duration, Instant
from shared.store.upserts import insert_into

MARGIN: Final[Duration] = 20 * SECOND
"""A lease is longer than one attempt by so much: a database that is slow loses nobody his claim."""

BELIEVED: Final[Duration] = MINUTE
"""A lease that ends later than one begun now by more than this is by a clock that went wrong: it keeps nobody
waiting."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """What has been told to a person: pages, and updates of them."""

    pages: Told
    updates: Told


class ClaimLost(Exception):  # noqa: N818 - reads as what it says
    """Somebody else sends to that person now. Nothing was written."""


def claim(connection: Connection, person: str, me: str, now: Instant, until: Instant) -> Receiver | None:
    """Have it until then, or None where somebody else has it. Claimed again by the same: the lease is longer."""
    new = {"person": person, "rank": 0}
    connection.execute(insert_into(connection, RECEIVERS).values(new).on_conflict_do_nothing())
    free = or_(
        RECEIVERS.c.claimed_by.is_(None),
        RECEIVERS.c.claimed_by == me,
        RECEIVERS.c.lease_until <= now,
        RECEIVERS.c.lease_until > until + BELIEVED,
    )
    swap = update(RECEIVERS).where(RECEIVERS.c.person == person, free)
    swapped = connection.execute(
        swap.values(claimed_by=me, lease_until=until), execution_options={"preserve_rowcount": True}
    )
    if swapped.rowcount != 1:
        return None
    return told(connection, [person])[person]


def told(connection: Connection, persons: Iterable[str]) -> dict[str, Receiver]:
    """What these have been told, of those that have been told anything; nobody is claimed by it."""
    found: dict[str, Receiver] = {}
    for some in portions(persons):
        for row in connection.execute(select(RECEIVERS).where(RECEIVERS.c.person.in_(some))):
            found[row.person] = Receiver(Told(row.window, row.rank), Told(row.updated, 0))
    return found


def keep(connection: Connection, person: str, me: str, until: Instant) -> None:
    """A longer lease. Raises ClaimLost."""
    _mine(connection, person, me, lease_until=until)


def put(connection: Connection, person: str, me: str, receiver: Receiver) -> None:
    """What he has been told. Raises ClaimLost."""
    window, rank, updated = receiver.pages.window, receiver.pages.rank, receiver.updates.window
    _mine(connection, person, me, window=window, rank=rank, updated=updated)


def release(connection: Connection, person: str, me: str) -> None:
    """Let others have it. Raises ClaimLost."""
    _mine(connection, person, me, claimed_by=None, lease_until=None)


def release_all(connection: Connection, me: str) -> None:
    """Let others have everybody whom this one has."""
    mine = update(RECEIVERS).where(RECEIVERS.c.claimed_by == me)
    connection.execute(mine.values(claimed_by=None, lease_until=None))


def _mine(connection: Connection, person: str, me: str, **values: Any) -> None:
    swap = (
        update(RECEIVERS).where(RECEIVERS.c.person == person, RECEIVERS.c.claimed_by == me).values(**values)
    )
    if connection.execute(swap, execution_options={"preserve_rowcount": True}).rowcount != 1:
        raise ClaimLost(f"somebody else sends to {person} now")
