"""The pager's monitor as a running thing, and what its memory is made of. No rule and no route lives here."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select

from services.pager.model import PagerMonitor
from services.pager.saved import COUNTED
from services.pager.tables import ALERTS, HOMES, METADATA, MIGRATIONS, PLACEMENTS, STRETCHES
from shared.monitor import Row
from shared.runner.service import Service
from shared.store import rows


def _counted(connection: Connection, partition: int | None) -> Iterator[Row]:
    """Changes are counted on from the last one, whoever's it was: readers ask for what came after."""
    last = {}
    for table, name in ((ALERTS, "changed"), (HOMES, "on_calls")):
        mine = () if partition is None else (table.c.partition == partition,)
        last[name] = connection.execute(select(func.max(table.c.changed)).where(*mine)).scalar() or 0
    yield Row(ALERTS.name, {"alert_id": COUNTED}, last)


def _memory(connection: Connection, partition: int | None) -> Iterator[Row]:
    """The homes, the alerts that are open, how the log's present has moved, and how far changes have been counted: the
    rest is for readers."""
    homes = [HOMES.name, PLACEMENTS.name]
    yield from rows.load(connection, METADATA, homes, only=("state",), partition=partition)
    yield from rows.load(
        connection, METADATA, [ALERTS.name], ALERTS.c.state != "resolved", partition=partition
    )
    yield from rows.load(connection, METADATA, [STRETCHES.name], partition=partition)
    yield from _counted(connection, partition)


SERVICE: Final = Service("pager", PagerMonitor, METADATA, MIGRATIONS, memory=_memory, beside_others=_counted)
