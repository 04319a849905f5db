"""Rows of read models: put, delete and load them, many at a time.

Hot: every turn of every runner comes through here. Rows are grouped by statement and sent as `executemany`;
several rows of one key become the last of them. What a row means is its service's affair.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Executable,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    select,
    type_coerce,
)

from shared.monitor import Row
from shared.store.upserts import upsert

PARTITION: Final = "partition"
"""The column of a service's tables that says whose a row is. No `Row` names it: that is its owner's affair."""


class Tables(Protocol):
    """Tables by the name that rows give them: a MetaData, or what stands in for one."""

    @property
    def tables(self) -> Mapping[str, Table]: ...


def put(connection: Connection, metadata: Tables, rows: Iterable[Row], *, partition: int = 0) -> int:
    """Put and delete `rows` of this home-partition (in order: of several with one key the last wins); how many
    statements' rows that was.

    A row's `values` are all its columns but the key; one that names only some of them leaves the others as
    they are.
    """
    last = {(table, *key.values()): (table, key, values) for table, key, values in rows}
    puts: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = {}
    deletes: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    for table, key, values in last.values():
        if values is None:
            deletes.setdefault((table, tuple(key)), []).append(key)
            continue
        shape = (table, (*key, *values))
        if (portion := puts.get(shape)) is None:
            portion = puts[shape] = []
        portion.append((*key.values(), *values.values()))
    for (name, columns), keys in deletes.items():
        of = metadata.tables[name]
        whose = {PARTITION: partition} if PARTITION in of.primary_key.columns else {}
        named = [{f"k_{column}": value for column, value in {**each, **whose}.items()} for each in keys]
        connection.execute(_delete(of, (*columns, *whose)), named)
    for (name, columns), portion in puts.items():
        of = metadata.tables[name]
        upsert(connection, of, columns, portion, _whose(of, partition))
    return len(last)


def _whose(table: Table, partition: int) -> dict[str, int]:
    """The partition as a column to be put. 0 is what stands there of itself: the embedded form need not name it."""
    column = table.columns.get(PARTITION)
    if column is None or not (partition or column.primary_key or column.server_default is None):
        return {}
    return {PARTITION: partition}


def load(
    connection: Connection,
    metadata: Tables,
    tables: Sequence[str],
    *where: ColumnElement[bool],
    only: Collection[str] | None = None,
    unread: bool = False,
    partition: int | None = None,
) -> Iterator[Row]:
    """Every row of `tables` (for which `where` holds), table by table, in the order of their keys.

    `partition`: of that home-partition only.
    `only`: of the values, those columns alone. `unread`: JSON as the text that is stored; whoever wants it reads it.
    """
    text = _text_cast if connection.dialect.name == "postgresql" else _text_as_it_is
    for name in tables:
        table = metadata.tables[name]
        keys = [column.name for column in table.primary_key if column.name != PARTITION]
        others = [c.name for c in table.columns if c.name not in (*keys, PARTITION) and _asked(c.name, only)]
        columns = [text(table.c[name]) if unread else table.c[name] for name in (*keys, *others)]
        query = select(*columns).where(*where, *_of(table, partition)).order_by(*table.primary_key)
        # An option of this statement alone: set on the connection it would be of all that follow.
        for found in connection.execute(query, execution_options={"yield_per": 1000}):
            yield Row(
                name, dict(zip(keys, found, strict=False)), dict(zip(others, found[len(keys) :], strict=True))
            )


def clear(
    connection: Connection,
    metadata: Tables,
    tables: Sequence[str],
    home_id: str | None = None,
    *,
    partition: int | None = None,
) -> None:
    """Delete everything in `tables`, or everything of one home (each table has a `home_id` then), or of one
    home-partition."""
    for name in reversed(tables):
        table = metadata.tables[name]
        of_home = () if home_id is None else (table.c.home_id == home_id,)
        connection.execute(delete(table).where(*of_home, *_of(table, partition)))


def _of(table: Table, partition: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if partition is None else (table.c[PARTITION] == partition,)


def _asked(name: str, only: Collection[str] | None) -> bool:
    return only is None or name in only


def _text_as_it_is(column: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(column, Text) if isinstance(column.type, JSON) else column


def _text_cast(column: Column[Any]) -> ColumnElement[Any]:
    """The driver would read it else."""
    return cast(column, Text) if isinstance(column.type, JSON) else column


@lru_cache(maxsize=256)
def _delete(table: Table, key: tuple[str, ...]) -> Executable:
    return delete(table).where(*(table.c[column] == bindparam(f"k_{column}") for column in key))
