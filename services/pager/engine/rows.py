"""Rows of the engine's tables, as values, and back. No decision lives here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select, update

from services.pager.chain.parts import Chain, Purpose, Queued
from services.pager.desk import DeskAlert
from services.pager.engine.keys import key_of
from services.pager.engine.tables import CHAINS, MESSAGES, TIMES
from services.pager.engine.time import Stood
from shared.instants import Instant
from shared.store.upserts import insert_into, upsert

PORTION: Final = 5_000


@dataclass(frozen=True, slots=True)
class Sending:
    """A row of `pager_messages`."""

    key: str
    alert_id: str
    home_id: str
    partition: int
    kind: str
    step: int
    round: int
    person: str
    purpose: Purpose
    why: str
    channels: Sequence[str] | None
    queued_at: Instant
    state: str = "queued"
    bundle: str | None = None
    attempts: int = 0
    trying: bool = False
    """Of the last try nobody has written down what became of it: whoever should have is gone, or is about to."""
    failed: bool = False
    ended_at: Instant | None = None
    channel: str | None = None
    skipped: str | None = None

    @property
    def may_have_come(self) -> bool:
        """Whether the person knows of it, or may: a try that ended with its process may have come through."""
        return self.state == "sent" or (self.state == "skipped" and self.trying)


_CHAIN: Final = tuple(field.name for field in fields(Chain))
_CHAIN_COLUMNS: Final = (*_CHAIN, "home_id", "partition", "reason", "done")
_SENDING: Final = tuple(MESSAGES.c[field.name] for field in fields(Sending))


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A row of `pager_chains`."""

    chain: Chain
    home_id: str
    partition: int
    reason: str
    done: bool


def put_chains(connection: Connection, rows: Sequence[ChainRow]) -> None:
    """As they are now."""
    upsert(connection, CHAINS, _CHAIN_COLUMNS, [_values(row) for row in rows])


def _values(row: ChainRow) -> tuple[Any, ...]:
    return (*(getattr(row.chain, name) for name in _CHAIN), row.home_id, row.partition, row.reason, row.done)


def open_chains(connection: Connection, partition: int) -> dict[str, Chain]:
    """Those that are not done, by alert."""
    mine = (CHAINS.c.partition == partition, CHAINS.c.done.is_(False))
    return _chains(connection, *mine)


def chains_of(connection: Connection, alert_ids: Iterable[str]) -> dict[str, Chain]:
    """Those of these alerts, done or not."""
    found: dict[str, Chain] = {}
    for some in portions(alert_ids):
        found |= _chains(connection, CHAINS.c.alert_id.in_(some))
    return found


def _chains(connection: Connection, *where: ColumnElement[bool]) -> dict[str, Chain]:
    query = select(*(CHAINS.c[name] for name in _CHAIN)).where(*where)
    return {row["alert_id"]: Chain(**row) for row in connection.execute(query).mappings()}


def sending(alert: DeskAlert, partition: int, queued: Queued, at: Instant) -> Sending:
    """The row of a message that is queued now."""
    return Sending(
        key_of(alert.alert_id, queued), alert.alert_id, alert.home_id, partition, alert.kind, queued.step,
        queued.round, queued.person, queued.purpose, queued.why,
        None if queued.channels is None else list(queued.channels), at,
    )  # fmt: skip


def put_new(connection: Connection, messages: Sequence[Sending]) -> list[Sending]:
    """Queue them. Gives those that were not there."""
    if not messages:
        return []
    there: set[str] = set()
    for some in portions(message.key for message in messages):
        there.update(connection.scalars(select(MESSAGES.c.key).where(MESSAGES.c.key.in_(some))))
    new = [message for message in messages if message.key not in there]
    if new:
        connection.execute(insert_into(connection, MESSAGES), [asdict(message) for message in new])
    return new


def waiting(connection: Connection, partition: int) -> list[Sending]:
    """What is not told yet, in order."""
    mine = (MESSAGES.c.partition == partition, MESSAGES.c.state == "queued")
    return _sendings(connection, *mine)


def of_alerts(connection: Connection, alert_ids: Iterable[str]) -> list[Sending]:
    """Every message about these alerts."""
    return _sendings(connection, MESSAGES.c.alert_id.in_(list(alert_ids)))


def as_bundled(connection: Connection, messages: Sequence[Sending]) -> list[Sending]:
    """The same, under the keys under which they go now."""
    listed = [message.key for message in messages if message.bundle is not None]
    if not listed:
        return list(messages)
    query = select(MESSAGES.c.key, MESSAGES.c.bundle).where(MESSAGES.c.key.in_(listed))
    bundles = {row.key: row.bundle for row in connection.execute(query)}
    return [replace(each, bundle=bundles.get(each.key, each.bundle)) for each in messages]


def of_bundle(connection: Connection, bundle: str, but: Iterable[str]) -> list[Sending]:
    """What is still to go under this key, but for these."""
    waits = (MESSAGES.c.bundle == bundle, MESSAGES.c.state == "queued")
    return _sendings(connection, *waits, MESSAGES.c.key.not_in(list(but)))


def leave(connection: Connection, bundle: str, but: Iterable[str]) -> None:
    """All but these go under this key no more."""
    waits = (MESSAGES.c.bundle == bundle, MESSAGES.c.state == "queued")
    connection.execute(update(MESSAGES).where(*waits, MESSAGES.c.key.not_in(list(but))).values(bundle=None))


def _sendings(connection: Connection, *where: ColumnElement[bool]) -> list[Sending]:
    query = select(*_SENDING).where(*where).order_by(MESSAGES.c.queued_at, MESSAGES.c.key)
    return [_sending(row) for row in connection.execute(query)]


def _sending(row: Row[Any]) -> Sending:
    return Sending(**row._mapping)


def portions(listed: Iterable[str]) -> Iterable[list[str]]:
    """As many at once as a statement may name: a database that is asked for more says no, and goes on saying it."""
    each = iter(listed)
    while some := list(islice(each, PORTION)):
        yield some


def change(connection: Connection, keys: Iterable[str], **values: Any) -> None:
    """Put these values in these messages' rows."""
    for some in portions(keys):
        connection.execute(update(MESSAGES).where(MESSAGES.c.key.in_(some)).values(**values))


def told_of(connection: Connection, alert_ids: Iterable[str]) -> Mapping[str, list[str]]:
    """By alert: the persons to whom a page of it went."""
    listed = list(alert_ids)
    query = (
        select(MESSAGES.c.alert_id, MESSAGES.c.person)
        .where(MESSAGES.c.alert_id.in_(listed), MESSAGES.c.state == "sent", MESSAGES.c.purpose != "update")
        .order_by(MESSAGES.c.queued_at, MESSAGES.c.key)
    )
    told: dict[str, list[str]] = {}
    for row in connection.execute(query):
        told.setdefault(row.alert_id, []).append(row.person)
    return told


def stood(connection: Connection, partition: int) -> Stood | None:
    """How long the log has stood still, as it was kept last."""
    query = select(*(TIMES.c[name] for name in Stood._fields)).where(TIMES.c.partition == partition)
    row = connection.execute(query).one_or_none()
    return None if row is None else Stood(*row)


def put_stood(connection: Connection, partition: int, kept: Stood) -> None:
    """Keep it."""
    upsert(connection, TIMES, ("partition", *Stood._fields), [(partition, *kept)])
