"""Upserts: rows put into a table by their key, few at a time or thousands at once.

Few rows are one statement with many parameters (`executemany`; psycopg sends them in a pipeline). Many rows go to
Postgres by COPY, into a table of the session's own, and from there by one INSERT … SELECT: measured against each other
they cross at about fifty rows, and at thousands COPY takes half the time and a tenth of this process's.
What a row means is its caller's affair.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    Table,
    bindparam,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    import psycopg

MANY: Final = 50
"""From so many rows on COPY is the faster way."""

_Insert: TypeAlias = Callable[[Table], "sqlite.Insert | postgresql.Insert"]
_INSERTS: Final[dict[str, _Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
# In this order: a BigInteger is an Integer.
_COPIED: Final = (
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Boolean, "bool"),
    (LargeBinary, "bytea"),
    (JSON, "json"),
)


def upsert(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    constants: dict[str, Any] | None = None,
) -> None:
    """Put `rows`, each the values of `columns`; no key twice. A row that is there keeps the columns that are not named.
    `constants`: columns that have the same value in all of them."""
    same = constants or {}
    if connection.dialect.name == "postgresql" and len(rows) >= MANY:
        _copy(connection, table, columns, rows, same)
    elif connection.dialect.name == "sqlite" and rows:
        _put_plain(connection, table, columns, rows, same)
    elif rows:
        named = [dict(zip(columns, row, strict=True)) | same for row in rows]
        connection.execute(_statement(table, (*columns, *same), connection.dialect.name), named)


def insert_into(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """The INSERT of this database, that knows of conflicts."""
    return _INSERTS[connection.dialect.name](table)


@lru_cache(maxsize=256)
def _statement(table: Table, columns: tuple[str, ...], dialect: str) -> "sqlite.Insert | postgresql.Insert":
    statement = _INSERTS[dialect](table).values({column: bindparam(column) for column in columns})
    keys = [column.name for column in table.primary_key]
    others = {column: statement.excluded[column] for column in columns if column not in keys}
    if others:
        return statement.on_conflict_do_update(index_elements=keys, set_=others)
    return statement.on_conflict_do_nothing(index_elements=keys)


def _put_plain(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    constants: Mapping[str, Any],
) -> None:
    """The same by the driver's own parameters: naming and looking at each of thousands of values took longer than
    writing them."""
    statement, order, processed = _plain(table, (*columns, *constants), connection.dialect)
    same = tuple(constants.values())
    values = [order((*row, *same)) for row in rows] if same else [order(row) for row in rows]
    for place, process in processed:
        values = [(*row[:place], process(row[place]), *row[place + 1 :]) for row in values]
    connection.exec_driver_sql(statement, values)


_NOTHING_TO_DO: Final = (LargeBinary, Boolean, Integer)
"""Whose values the driver takes as they are."""


@lru_cache(maxsize=256)
def _plain(table: Table, columns: tuple[str, ...], dialect: Dialect) -> "_Plain":
    compiled = _statement(table, columns, dialect.name).compile(dialect=dialect)
    names: list[str] = getattr(compiled, "positiontup", None) or []
    processors = []
    for place, name in enumerate(names):
        kind = table.c[name].type
        processor = kind.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None and not isinstance(kind, _NOTHING_TO_DO):
            processors.append((place, processor))
    order = itemgetter(*(columns.index(name) for name in names)) if len(names) > 1 else tuple
    return _Plain(str(compiled), order, processors)


class _Plain(NamedTuple):
    """An upsert by place: the statement, a row's values in its order, and what becomes of some of them on their way."""

    statement: str
    order: Callable[[Sequence[Any]], tuple[Any, ...]]
    processed: Sequence[tuple[int, Callable[[Any], Any]]]


# -- COPY ------------------------------------------------------------------------------------------------------


def _copy(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    constants: Mapping[str, Any],
) -> None:
    """1. The session's own table of the same columns is there, and empty (it outlives the transaction, its rows do
    not: a table made for each transaction would have the server write its catalogue all the time). 2. COPY into it, in
    the binary format. 3. INSERT … SELECT … ON CONFLICT out of it."""
    empty, copy, put = _statements(table, columns, tuple(constants))
    nulls = [index for index, name in enumerate(columns) if _keeps_null(table.c[name])]
    with raw(connection, put) as cursor:
        cursor.execute(empty)
        with cursor.copy(copy) as into:
            into.set_types([_copied_as(table.c[name]) for name in columns])
            for row in _with_json_nulls(rows, nulls) if nulls else rows:
                into.write_row(row)
        cursor.execute(put, constants)


@contextmanager
def raw(connection: Connection, statement: bytes) -> "Iterator[psycopg.Cursor[Any]]":
    """A cursor of the driver's own, in the connection's transaction, for what is hot. Its errors are told as SQLAlchemy
    tells the same ones (of `statement`), so that nobody has to know which way was taken."""
    import psycopg

    driver: psycopg.Connection[Any] | None = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it is open: we are in its transaction
    try:
        with driver.cursor() as cursor:
            yield cursor
    except psycopg.Error as error:
        raise DBAPIError.instance(
            statement.decode(),
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=driver.closed or driver.broken,
            dialect=connection.dialect,
        ) from error


@lru_cache(maxsize=256)
def _statements(
    table: Table, columns: tuple[str, ...], constants: tuple[str, ...]
) -> tuple[bytes, bytes, bytes]:
    own, live = f'pg_temp."put_{table.info.get("live", table.name)}"', f'"{table.name}"'
    listed = ", ".join(f'"{name}"' for name in columns)
    into = ", ".join(f'"{name}"' for name in (*columns, *constants))
    taken = ", ".join([listed, *(f"%({name})s" for name in constants)])
    keys = [column.name for column in table.primary_key]
    others = [f'"{name}" = excluded."{name}"' for name in (*columns, *constants) if name not in keys]
    conflict = ", ".join(f'"{name}"' for name in keys)
    do = f"UPDATE SET {', '.join(others)}" if others else "NOTHING"
    # Every name is of our own tables; none is anybody's data.
    made = f"CREATE TEMP TABLE IF NOT EXISTS {own} ON COMMIT DELETE ROWS AS TABLE {live} WITH NO DATA"
    empty = f"{made}; DELETE FROM {own}"  # noqa: S608
    copy = f"COPY {own} ({listed}) FROM STDIN (FORMAT binary)"
    put = f"INSERT INTO {live} ({into}) SELECT {taken} FROM {own} ON CONFLICT ({conflict}) DO {do}"  # noqa: S608
    return empty.encode(), copy.encode(), put.encode()


def _copied_as(column: Column[Any]) -> str:
    return next((name for kind, name in _COPIED if isinstance(column.type, kind)), "text")


def _keeps_null(column: Column[Any]) -> bool:
    """Whether None is JSON's own null in this column, not SQL's."""
    return isinstance(column.type, JSON) and not column.type.none_as_null


def _with_json_nulls(rows: Iterable[Sequence[Any]], where: Sequence[int]) -> Iterable[Sequence[Any]]:
    from psycopg.types.json import Json

    null = Json(None)
    for row in rows:
        if any(row[index] is None for index in where):
            changed = list(row)
            for index in where:
                changed[index] = null if row[index] is None else row[index]
            yield changed
        else:
            yield row
