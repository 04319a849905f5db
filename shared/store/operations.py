"""Operations' alerts: what concerns whoever runs the system (`monitor_blind`, `rota_gap`,
`page_undelivered`).

They live here, beside the feed, never in the log: they are not part of replay (EVENTS.md). An entry is
opened once for what it is about, and resolved; nothing is deleted. Who was told of it, and who has it, stands beside.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

import orjson
from sqlalchemy import Connection, select, update

from shared.instants import Instant
from shared.monitor import Row
from shared.store import rows
from shared.store.tables import METADATA, OPERATIONS, OPERATIONS_TOLD
from shared.store.texts import storable

MONITOR_BLIND: Final = "monitor_blind"
ROTA_GAP: Final = "rota_gap"
PAGE_UNDELIVERED: Final = "page_undelivered"
KINDS: Final = (MONITOR_BLIND, ROTA_GAP, PAGE_UNDELIVERED)
_NAMESPACE: Final = UUID("7c1f2f0a-8f43-5b51-9b0c-0d4f5f0f3a11")


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry. `told`: when somebody was told; `resolved`: when it was over (None: not yet)."""

    id: str
    kind: str
    home_id: str | None
    service: str | None
    since: Instant
    told: Instant | None
    resolved: Instant | None
    detail: str
    acknowledged_by: str | None = None
    action: str | None = None
    """What he will do, sealed (`shared.security.sayings`)."""
    until: Instant | None = None
    """Until when nobody is told of it again."""

    def quiet(self, now: Instant) -> bool:
        """Whether somebody has it now."""
        return self.until is not None and now < self.until


@dataclass(frozen=True, slots=True)
class Told:
    """One person was told of one entry."""

    entry_id: str
    person_id: str
    thread: str
    """Of the message that told it first."""
    told: Instant
    """Last."""
    over: Instant | None = None
    """When he was told that it is over; None: not yet."""


def raise_once(
    connection: Connection, kind: str, service: str | None, home_id: str | None, since: Instant, detail: str
) -> str:
    """Open an entry; the same (kind, service, home, since) again changes nothing but the detail. Its id."""
    about = orjson.dumps([kind, service, home_id, since]).decode()
    entry_id = str(uuid5(_NAMESPACE, about))
    values = {
        "kind": kind,
        "home_id": home_id,
        "service": service,
        "since": since,
        "detail": storable(detail),
    }
    rows.put(connection, METADATA, [Row(OPERATIONS.name, {"id": entry_id}, values)])
    return entry_id


def resolve(connection: Connection, kind: str, service: str | None, home_id: str | None, at: Instant) -> None:
    """Close what is open of this kind for this service and home (None: the service as a whole)."""
    same = [
        column.is_(None) if value is None else column == value
        for column, value in ((OPERATIONS.c.service, service), (OPERATIONS.c.home_id, home_id))
    ]
    opened = (OPERATIONS.c.kind == kind, OPERATIONS.c.resolved.is_(None), *same)
    connection.execute(update(OPERATIONS).where(*opened).values(resolved=at))


def latest(connection: Connection, limit: int = 200, *, only_open: bool = False) -> list[Operation]:
    """The newest entries first."""
    query = select(OPERATIONS).order_by(OPERATIONS.c.since.desc(), OPERATIONS.c.id).limit(limit)
    if only_open:
        query = query.where(OPERATIONS.c.resolved.is_(None))
    return [Operation(**row) for row in connection.execute(query).mappings()]


def over(connection: Connection, limit: int = 50) -> list[Operation]:
    """Entries that are over, the latest first."""
    query = select(OPERATIONS).where(OPERATIONS.c.resolved.is_not(None))
    query = query.order_by(OPERATIONS.c.resolved.desc(), OPERATIONS.c.id).limit(limit)
    return [Operation(**row) for row in connection.execute(query).mappings()]


def mark_told(connection: Connection, entry_id: str, at: Instant) -> None:
    """Somebody was told."""
    connection.execute(update(OPERATIONS).where(OPERATIONS.c.id == entry_id).values(told=at))


def find(connection: Connection, entry_id: str) -> Operation | None:
    """The entry of that id, which may be anything that somebody wrote into an address."""
    row = (
        connection.execute(select(OPERATIONS).where(OPERATIONS.c.id == storable(entry_id))).mappings().first()
    )
    return None if row is None else Operation(**row)


def acknowledge(connection: Connection, entry_id: str, by: str, action: str, until: Instant) -> bool:
    """`by` has it until then; whether it was open. `action`: sealed. How long he may is not asked here."""
    opened = (OPERATIONS.c.id == entry_id, OPERATIONS.c.resolved.is_(None))
    values = {"acknowledged_by": by, "action": action, "until": until}
    swap = update(OPERATIONS).where(*opened).values(**values)
    return connection.execute(swap, execution_options={"preserve_rowcount": True}).rowcount == 1


def said(connection: Connection) -> list[tuple[str, str]]:
    """What somebody says of each entry, as it is kept."""
    query = select(OPERATIONS.c.id, OPERATIONS.c.action).where(OPERATIONS.c.action.is_not(None))
    return [(row.id, row.action) for row in connection.execute(query)]


def keep_said(connection: Connection, entry_id: str, action: str) -> None:
    """The same, kept otherwise."""
    connection.execute(update(OPERATIONS).where(OPERATIONS.c.id == entry_id).values(action=action))


def open_of(connection: Connection, kinds: Iterable[str]) -> list[Operation]:
    """All that is open of these kinds, the oldest first."""
    query = select(OPERATIONS).where(OPERATIONS.c.resolved.is_(None), OPERATIONS.c.kind.in_(list(kinds)))
    found = connection.execute(query.order_by(OPERATIONS.c.since, OPERATIONS.c.id))
    return [Operation(**row) for row in found.mappings()]


def over_untold(connection: Connection, kinds: Iterable[str]) -> list[Operation]:
    """What of these kinds is over, while somebody who was told of it was not told that."""
    owed = select(OPERATIONS_TOLD.c.entry_id).where(OPERATIONS_TOLD.c.over.is_(None))
    query = select(OPERATIONS).where(OPERATIONS.c.resolved.is_not(None), OPERATIONS.c.kind.in_(list(kinds)))
    found = connection.execute(query.where(OPERATIONS.c.id.in_(owed)).order_by(OPERATIONS.c.since))
    return [Operation(**row) for row in found.mappings()]


def told_people(connection: Connection) -> list[Told]:
    """Who was told of what, and was not told that it is over."""
    query = select(OPERATIONS_TOLD).where(OPERATIONS_TOLD.c.over.is_(None))
    return [Told(**row) for row in connection.execute(query).mappings()]


def put_told(connection: Connection, told: Iterable[Told]) -> None:
    """So it stands now."""
    rows.put(
        connection,
        METADATA,
        [
            Row(
                OPERATIONS_TOLD.name,
                {"entry_id": each.entry_id, "person_id": each.person_id},
                {"thread": each.thread, "told": each.told, "over": each.over},
            )
            for each in told
        ],
    )
