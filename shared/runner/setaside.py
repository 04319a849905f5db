"""Homes set aside, and brought back: what is kept of it and whom it is told (ARCHITECTURE.md, "A bug or a poison fact
costs one home, never the watch").

What sets a home aside is decided in `shared.course`.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from shared.course import Aside
from shared.store import asides, operations
from shared.store.ledger import Entry


def set_aside(connection: Connection, entry: Entry, homes: Collection[Aside]) -> None:
    """Nobody watches these homes from the entry's clock on; operations are told."""
    for each in homes:
        fact_id = None if each.fact is None else each.fact.id
        kept = asides.Aside(entry.service, entry.partition, each.home_id, entry.clock, each.reason, fact_id)
        asides.put(connection, kept)
        operations.raise_once(
            connection, operations.MONITOR_BLIND, entry.service, each.home_id, entry.clock, each.reason
        )


def bring_back(connection: Connection, entry: Entry, home_id: str) -> None:
    """The home is watched again."""
    asides.forget(connection, entry.service, entry.partition, home_id)
    operations.resolve(connection, operations.MONITOR_BLIND, entry.service, home_id, entry.clock)


def replace_all(connection: Connection, entry: Entry, homes: Collection[Aside]) -> None:
    """These homes are set aside, and no others: those that were and are not are watched again, those that still are
    stay as they were."""
    before = {each.home_id for each in asides.of_service(connection, entry.service, entry.partition)}
    still = {each.home_id for each in homes}
    for home_id in sorted(before - still):
        bring_back(connection, entry, home_id)
    set_aside(connection, entry, [each for each in homes if each.home_id not in before])
