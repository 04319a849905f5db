"""Rows of read models: put, delete and load them, many at a time.

Hot: every turn of every runner comes through here. Rows are grouped by statement and sent as `executemany`;
several rows of one key become the last of them. What a row means is its service's affair.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Executable,
    Table,
    Text,
    bindparam,
    delete,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite

from shared.monitor import Row

_Insert = Callable[[Table], "sqlite.Insert | postgresql.Insert"]
_INSERTS: dict[str, _Insert] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Tables(Protocol):
    """Tables by the name that rows give them: a MetaData, or what stands in for one."""

    @property
    def tables(self) -> Mapping[str, Table]: ...


def put(connection: Connection, metadata: Tables, rows: Iterable[Row]) -> int:
    """Put and delete `rows` (in order: of several with one key the last wins); how many statements' rows
    that was.

    A row's `values` are all its columns but the key; one that names only some of them leaves the others as
    they are.
    """
    last: dict[tuple[str, tuple[Any, ...]], Row] = {}
    for row in rows:
        last[row.table, tuple(row.key.values())] = row
    puts: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    deletes: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    for row in last.values():
        if row.values is None:
            deletes.setdefault((row.table, tuple(row.key)), []).append(row.key)
        else:
            puts.setdefault((row.table, (*row.key, *row.values)), []).append({**row.key, **row.values})
    for (table, key), parameters in deletes.items():
        named = [{f"k_{column}": value for column, value in row_key.items()} for row_key in parameters]
        connection.execute(_delete(metadata.tables[table], key), named)
    for (table, columns), parameters in puts.items():
        connection.execute(_upsert(metadata.tables[table], columns, connection.dialect.name), parameters)
    return len(last)


def load(
    connection: Connection,
    metadata: Tables,
    tables: Sequence[str],
    *where: ColumnElement[bool],
    only: Collection[str] | None = None,
    unread: bool = False,
) -> Iterator[Row]:
    """Every row of `tables` (for which `where` holds), table by table, in the order of their keys.

    `only`: of the values, those columns alone. `unread`: JSON as the text that is stored, where the database keeps
    text; whoever wants it reads it.
    """
    for name in tables:
        table = metadata.tables[name]
        keys = [column.name for column in table.primary_key]
        others = [c.name for c in table.columns if c.name not in keys and (only is None or c.name in only)]
        columns = [_unread(table.c[name]) if unread else table.c[name] for name in (*keys, *others)]
        streaming = connection.execution_options(yield_per=1000)
        for found in streaming.execute(select(*columns).where(*where).order_by(*table.primary_key)):
            yield Row(
                name, dict(zip(keys, found, strict=False)), dict(zip(others, found[len(keys) :], strict=True))
            )


def _unread(column: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(column, Text) if isinstance(column.type, JSON) else column


def clear(
    connection: Connection, metadata: Tables, tables: Sequence[str], home_id: str | None = None
) -> None:
    """Delete everything in `tables`, or everything of one home (each table has a `home_id` then)."""
    for name in reversed(tables):
        table = metadata.tables[name]
        connection.execute(
            delete(table) if home_id is None else delete(table).where(table.c.home_id == home_id)
        )


@lru_cache(maxsize=256)
def _upsert(table: Table, columns: tuple[str, ...], dialect: str) -> Executable:
    statement = _INSERTS[dialect](table).values({column: bindparam(column) for column in columns})
    keys = [column.name for column in table.primary_key]
    others = {column: statement.excluded[column] for column in columns if column not in keys}
    if others:
        return statement.on_conflict_do_update(index_elements=keys, set_=others)
    return statement.on_conflict_do_nothing(index_elements=keys)


@lru_cache(maxsize=256)
def _delete(table: Table, key: tuple[str, ...]) -> Executable:
    return delete(table).where(*(table.c[column] == bindparam(f"k_{column}") for column in key))
