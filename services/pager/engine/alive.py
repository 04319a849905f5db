"""Where the loop came round last, for whoever looks from another process: a row a home-partition, now and then.

A loop that hangs writes nothing any more, nor does one whose database takes nothing from it: neither tells anybody.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from services.pager.engine.share import Share
from services.pager.engine.store import SERVICE
from services.pager.engine.tables import TURNS
from shared.instants import Duration, Instant
from shared.store import ledger
from shared.store.upserts import upsert


def every(blind_after: Duration) -> Duration:
    """How often it is said."""
    return blind_after // 6


def stands_after(blind_after: Duration) -> Duration:
    """After how long without a word a loop stands. Longer than blindness: whoever takes over while the log stands still
    waits so long before he begins."""
    return blind_after * 3 // 2


def say(connection: Connection, shares: Iterable[Share], at: Instant) -> None:
    """It has come round for these at `at`; what another owns by now is that one's to say. A clock that was put back
    makes nothing stand still."""
    before = read(connection)
    said = [
        (share.partition, max(at, before.get(share.partition, 0) + 1))
        for share in shares
        if share.begun and _owned(connection, share)
    ]
    upsert(connection, TURNS, ("partition", "turned"), said)


def read(connection: Connection) -> Mapping[int, Instant]:
    """By home-partition: when the loop last came round for it, as it said."""
    return {row.partition: row.turned for row in connection.execute(select(TURNS))}


def _owned(connection: Connection, share: Share) -> bool:
    found = ledger.find(connection, SERVICE, share.partition)
    return found is not None and found.epoch == share.epoch
