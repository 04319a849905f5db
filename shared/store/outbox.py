"""The outbox: effects that are committed with the state that caused them, until they are in the log.

A row that is gone was published. Publishing twice is publishing once, because ids and bytes are
deterministic. What is *held* belongs to a rebuild and waits for the swap. Nothing here talks to the log.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from shared.events.canonical import canonical
from shared.instants import Instant
from shared.log.base import Draft
from shared.monitor import Effect
from shared.store.tables import OUTBOX


class Waiting(NamedTuple):
    """An effect on its way: its place in the outbox, when it is from, what the log will get."""

    number: int
    at: Instant
    draft: Draft


class Owner(NamedTuple):
    """Whose outbox."""

    service: str
    partition: int


def put(connection: Connection, owner: Owner, effects: Sequence[Effect], *, held: bool = False) -> None:
    """Append effects in order."""
    if effects:
        connection.execute(insert(OUTBOX), [_row(owner, effect, held) for effect in effects])


def waiting(connection: Connection, owner: Owner, limit: int = 1000) -> list[Waiting]:
    """What is to be published next, in order."""
    query = select(OUTBOX).where(*_of(owner), OUTBOX.c.held == 0).order_by(OUTBOX.c.number).limit(limit)
    return [
        Waiting(row.number, row.at, draft(row.topic, row.home_id, row.event_id, row.body))
        for row in connection.execute(query)
    ]


def mark(connection: Connection, owner: Owner, published: Sequence[Waiting]) -> None:
    """These are in the log. `published` is what `waiting` gave, whole: everything up to its last."""
    if published:
        last = published[-1].number
        connection.execute(delete(OUTBOX).where(*_of(owner), OUTBOX.c.held == 0, OUTBOX.c.number <= last))


def standing(connection: Connection, owner: Owner) -> tuple[int, Instant | None]:
    """How many wait (held ones apart), and the instant of the oldest."""
    query = select(func.count(), func.min(OUTBOX.c.at)).where(*_of(owner), OUTBOX.c.held == 0)
    count, oldest = connection.execute(query).one()
    return count, oldest


def held_alerts(connection: Connection, owner: Owner) -> set[str]:
    """The alerts of which something is held: after a rebuild, those that are open by its reading."""
    query = select(OUTBOX.c.alert_id).where(*_of(owner), OUTBOX.c.held == 1).distinct()
    return set(connection.scalars(query))


def release(connection: Connection, owner: Owner) -> None:
    """What is held is to be published now, in its order."""
    connection.execute(update(OUTBOX).where(*_of(owner), OUTBOX.c.held == 1).values(held=0))


def clear_held(connection: Connection, owner: Owner) -> None:
    """Forget what is held (a rebuild begins anew)."""
    connection.execute(delete(OUTBOX).where(*_of(owner), OUTBOX.c.held == 1))


def drop_alerts(connection: Connection, owner: Owner, alert_ids: Iterable[str]) -> None:
    """Forget what is held of these alerts."""
    rows = [{"gone": alert_id} for alert_id in alert_ids]
    if rows:
        statement = delete(OUTBOX).where(
            *_of(owner), OUTBOX.c.held == 1, OUTBOX.c.alert_id == bindparam("gone")
        )
        connection.execute(statement, rows)


def draft(topic: str, home_id: str, event_id: str, body: bytes) -> Draft:
    """A derived event as the log takes it: its `contenthash` is the SHA-256 of its canonical bytes."""
    return Draft(topic, home_id, event_id, hashlib.sha256(body).hexdigest(), body)


def _of(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return OUTBOX.c.service == owner.service, OUTBOX.c.partition == owner.partition


def _row(owner: Owner, effect: Effect, held: bool) -> dict[str, object]:
    return {
        "service": owner.service,
        "partition": owner.partition,
        "topic": effect.topic,
        "home_id": effect.home_id,
        "event_id": effect.id,
        "at": effect.at,
        "alert_id": effect.event["data"].get("alert_id"),
        "held": int(held),
        "body": canonical(effect.event),
    }
