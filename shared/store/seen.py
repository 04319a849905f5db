"""Ids that a home-partition has seen, and which records of the log were repetitions of one.

A broker's log may hold an id twice: a send that was answered 503 and landed all the same, a phone that sends again.
The first one stands. Whoever reads looks a batch up at once, and writes what is new in the transaction of its rows and
its ledger: ids are known exactly as far as the ledger says. How long an id is known, and what a repetition means, is
`shared.runner.sieve`'s.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from sqlalchemy import Connection, delete, select, tuple_

from shared.instants import Instant
from shared.store.tables import REPEATS, SEEN
from shared.store.upserts import raw, upsert

Key: TypeAlias = tuple[str, str]
"""Home and id: an id is its home's."""
Repeated: TypeAlias = Literal["same", "conflict"]

_AT_ONCE: Final = 500
"""Keys a question to SQLite."""


class Known(NamedTuple):
    """What is known of an id: the record that brought it first."""

    home_id: str
    id: str
    contenthash: str
    topic: str
    position: int
    appended_at: Instant
    type: str
    subject: str

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.home_id, self.id


class Repeat(NamedTuple):
    """A record that brought an id again: with the same content, or with another."""

    topic: str
    position: int
    verdict: Repeated


_COLUMNS: Final = [SEEN.c[name] for name in Known._fields]
# One walk down the index for each key, whatever the planner believes of a table that grows by the second (LIMIT keeps
# it from joining the two as a whole).
_FIND: Final = f"""
    SELECT {", ".join(f"known.{name}" for name in Known._fields)}
    FROM unnest(%(homes)b::text[], %(ids)b::text[]) AS asked (home_id, id)
    CROSS JOIN LATERAL (
        SELECT * FROM seen
        WHERE seen.service = %(service)s AND seen.home_id = asked.home_id AND seen.id = asked.id
          AND seen.partition = %(partition)s
        LIMIT 1
    ) AS known
""".encode()  # noqa: S608 - the names are our own columns


def find(connection: Connection, service: str, partition: int, keys: Collection[Key]) -> dict[Key, Known]:
    """What is known of these; of one that is not among them, nothing."""
    if not keys:
        return {}
    if connection.dialect.name == "postgresql":
        homes, ids = zip(*keys, strict=True)
        asked = {"homes": list(homes), "ids": list(ids), "service": service, "partition": partition}
        with raw(connection, _FIND) as cursor:
            # Planned each time: a plan that was made while the table was small is no plan for when it has grown.
            found: Iterable[Sequence[Any]] = cursor.execute(_FIND, asked, prepare=False).fetchall()
    else:
        found = _find_in_portions(connection, service, partition, list(keys))
    return {(row[0], row[1]): Known(*row) for row in found}


def put(connection: Connection, service: str, partition: int, known: Sequence[Known]) -> None:
    """These are known from now on; what was known under the same keys is not any more."""
    upsert(connection, SEEN, Known._fields, known, {"service": service, "partition": partition})


def of_home(
    connection: Connection, service: str, home_id: str, topics: Collection[str]
) -> list[tuple[str, int, Instant]]:
    """Where a home's facts of these topics lie: topic, position and append time, in that order. Repetitions are not
    among them."""
    where = (SEEN.c.service == service, SEEN.c.home_id == home_id, SEEN.c.topic.in_(sorted(topics)))
    query = select(SEEN.c.topic, SEEN.c.position, SEEN.c.appended_at).where(*where)
    return [
        (row[0], row[1], row[2]) for row in connection.execute(query.order_by(SEEN.c.topic, SEEN.c.position))
    ]


def put_repeats(connection: Connection, service: str, partition: int, repeats: Sequence[Repeat]) -> None:
    """These records are repetitions."""
    upsert(connection, REPEATS, Repeat._fields, repeats, {"service": service, "partition": partition})


def load_repeats(connection: Connection, service: str, partition: int) -> list[Repeat]:
    """Every record of this home-partition that is one, by topic and position."""
    query = select(REPEATS.c.topic, REPEATS.c.position, REPEATS.c.verdict)
    mine = query.where(REPEATS.c.service == service, REPEATS.c.partition == partition)
    found = connection.execute(mine.order_by(REPEATS.c.topic, REPEATS.c.position))
    return [Repeat(*row) for row in found]


def forget(connection: Connection, service: str, partition: int) -> None:
    """Nothing is known any more: the log is read from its start."""
    for table in (SEEN, REPEATS):
        connection.execute(delete(table).where(table.c.service == service, table.c.partition == partition))


def _find_in_portions(
    connection: Connection, service: str, partition: int, keys: list[Key]
) -> Iterator[Sequence[Any]]:
    query = select(*_COLUMNS).where(SEEN.c.service == service, SEEN.c.partition == partition)
    for first in range(0, len(keys), _AT_ONCE):
        asked = tuple_(SEEN.c.home_id, SEEN.c.id).in_(keys[first : first + _AT_ONCE])
        yield from connection.execute(query.where(asked))
