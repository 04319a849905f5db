"""The outbox: effects that are committed with the state that caused them, until they are in the log.

A row that is gone was published. Publishing twice is publishing once, because ids and bytes are
deterministic. Nothing here talks to the log.

Numbers are given when a row is put, not when it is committed. Whoever puts or marks has the ledger's row, so that an
owner's numbers are in the order of his commits: none appears below one that was published and marked before.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from shared.events.canonical import canonical
from shared.instants import Instant
from shared.log.base import Draft
from shared.monitor import Effect
from shared.store.tables import OUTBOX
from shared.store.texts import storable


class Waiting(NamedTuple):
    """An effect on its way: its place in the outbox, when it is from, what the log will get."""

    number: int
    at: Instant
    draft: Draft


class Owner(NamedTuple):
    """Whose outbox."""

    service: str
    partition: int


def put(connection: Connection, owner: Owner, effects: Sequence[Effect]) -> None:
    """Append effects in order."""
    if effects:
        connection.execute(insert(OUTBOX), [_row(owner, effect) for effect in effects])


def waiting(connection: Connection, owner: Owner, limit: int = 1000) -> list[Waiting]:
    """What is to be published next, in order."""
    query = select(OUTBOX).where(*_of(owner)).order_by(OUTBOX.c.number).limit(limit)
    return [
        Waiting(row.number, row.at, draft(row.topic, row.home_id, row.event_id, row.body))
        for row in connection.execute(query)
    ]


def mark(connection: Connection, owner: Owner, published: Sequence[Waiting]) -> None:
    """These are in the log. `published` is what `waiting` gave, whole: everything up to its last."""
    if published:
        last = published[-1].number
        connection.execute(delete(OUTBOX).where(*_of(owner), OUTBOX.c.number <= last))


def standing(connection: Connection, owner: Owner) -> tuple[int, Instant | None]:
    """How many wait, and the instant of the oldest."""
    query = select(func.count(), func.min(OUTBOX.c.at)).where(*_of(owner))
    count, oldest = connection.execute(query).one()
    return count, oldest


def bodies(connection: Connection, owner: Owner, topic: str) -> list[tuple[str, bytes]]:
    """All that waits for this topic, in order: the home and the event's bytes."""
    query = select(OUTBOX.c.home_id, OUTBOX.c.body).where(*_of(owner), OUTBOX.c.topic == topic)
    return [(row.home_id, row.body) for row in connection.execute(query.order_by(OUTBOX.c.number))]


def draft(topic: str, home_id: str, event_id: str, body: bytes) -> Draft:
    """A derived event as the log takes it: its `contenthash` is the SHA-256 of its canonical bytes."""
    return Draft(topic, home_id, event_id, hashlib.sha256(body).hexdigest(), body)


def _of(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return OUTBOX.c.service == owner.service, OUTBOX.c.partition == owner.partition


def _row(owner: Owner, effect: Effect) -> dict[str, object]:
    return {
        "service": owner.service,
        "partition": owner.partition,
        "topic": effect.topic,
        "home_id": storable(effect.home_id),
        "event_id": effect.id,
        "at": effect.at,
        "body": canonical(effect.event),
    }
