"""Pager time against the database: what the ledger says goes in, how long the log has stood still is kept. The time
itself is `time`'s.
"""

import orjson
from sqlalchemy import Connection, select

from services.pager.engine import rows
from services.pager.engine.ports import Ports
from services.pager.engine.share import Share
from services.pager.engine.store import SERVICE, Store, guard
from services.pager.engine.time import PagerTime
from shared.instants import Duration
from shared.store.tables import LEDGER
from shared.topics import ALERTS


def watch(connection: Connection, ports: Ports, share: Share) -> None:
    """Look at the time of what is not begun yet: it goes on from where it was, by whoever had it."""
    if not share.watched:
        share.time = PagerTime(ports.blind_after, rows.stood(connection, share.partition))
        share.watched = True
    see(connection, ports, share)


def see(connection: Connection, ports: Ports, share: Share) -> Duration:
    """Tell the time what the ledger says; the monotonic clock then."""
    query = select(LEDGER.c.service, LEDGER.c.clock, LEDGER.c.published, LEDGER.c.positions)
    mine = query.where(LEDGER.c.partition == share.partition)
    entries = {row.service: row for row in connection.execute(mine)}
    published = [entries[name].published for name in ports.others if name in entries]
    clock, read_to = 0, 0
    if SERVICE in entries:
        clock = entries[SERVICE].clock
        read_to = orjson.loads(entries[SERVICE].positions).get(ALERTS, 0)
    monotonic = ports.monotonic()
    share.time.see(clock, min(published, default=clock), read_to, monotonic)
    return monotonic


async def keep(store: Store, ports: Ports, share: Share) -> None:
    """Now and then, while the log stands still, for how long. Raises LostOwnership."""
    stood = share.time.to_keep(ports.monotonic())
    if stood is None:
        return

    def put(connection: Connection) -> None:
        guard(connection, {share.partition: share.epoch}, [share.partition])
        rows.put_stood(connection, share.partition, stood)

    await store.write(put)
