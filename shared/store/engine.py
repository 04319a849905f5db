"""Engines: how a database of ours is opened, and what a writing transaction is.

Every file but the log itself is reached through SQLAlchemy Core, so that Postgres can stand in for it. What a
table holds never lives here; nor does the log's own writer (`shared.log`), which talks to SQLite directly.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from shared.store import postgres

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another one of the same file before it gives up."""

_TURNS: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
"""By database: whose turn it is to write, among the threads of this process."""
_TURN_OF: WeakKeyDictionary[Engine, threading.RLock] = WeakKeyDictionary()
"""The same by engine: to write a URL out for each transaction takes as long as a small one."""


def make_engine(
    url: str | Path,
    *,
    schema: Sequence[str] = (),
    durable: bool = False,
    read_only: bool = False,
    wal: bool = True,
    one_writer: bool = False,
) -> Engine:
    """An engine for `url` (or a SQLite file at a path).

    On Postgres names are looked up in `schema`, in that order (`shared.store.postgres`); a SQLite file has none.
    `one_writer`: there too only one transaction writes at a time in the first of them, as SQLite has it of itself.

    SQLite files get WAL, foreign keys and a busy timeout. `synchronous` is NORMAL unless `durable`: after a
    power cut the last transactions may be gone, whole and in order, and a read model is then simply further
    behind the log, which it reads again. What is not disposable (keys, people, tokens) says `durable=True`
    and gets FULL. `read_only` opens a file beside its writer and leaves it as it is.
    `wal=False`: a file that nobody reads while it is written, and that is one file when it is closed.
    """
    if isinstance(url, Path):
        url = f"sqlite:///file:{url}?mode=ro&uri=true" if read_only else f"sqlite:///{url}"
    if (address := make_url(url)).get_backend_name() != "sqlite":
        return postgres.create(address, schema, one_writer=one_writer)
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_S},
        json_serializer=_json,
        hide_parameters=True,  # an error must not quote what was written
    )
    pragmas = [f"synchronous={'FULL' if durable else 'NORMAL'}", "foreign_keys=ON", "temp_store=MEMORY"]
    _sqlite(engine, ["cache_size=-16000", *pragmas, *(["journal_mode=WAL"] if wal and not read_only else [])])
    return engine


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sqlite(engine: Engine, pragmas: list[str]) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # sqlite3 would begin transactions by itself, but not before DDL: we say BEGIN ourselves (below).
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("wakeful_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _turn(engine: Engine) -> threading.RLock:
    turn = _TURN_OF.get(engine)
    if turn is None:
        turn = _TURN_OF[engine] = _TURNS[str(engine.url)]
    return turn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: committed at the end, rolled back by an exception.

    On SQLite it takes the write lock at once: one that begins by reading and then writes may find that
    another writer has come between, and fails without ever waiting. The writers of this process queue for it
    here, because SQLite's own waiting is a sleep of up to 100 ms, whatever is free by then.

    On Postgres many write at once, each its own rows: whoever writes for a service and home-partition takes the
    ledger's row first (`shared.store.ledger.lock`), and files that have one writer say so (`one_writer`).
    """
    if engine.dialect.name == "sqlite":
        turn: AbstractContextManager[object] = _turn(engine)
        options: dict[str, Any] = {"wakeful_writes": True}
    else:
        turn, options = nullcontext(), {"isolation_level": "READ COMMITTED"}
    with turn, engine.connect() as connection:
        connection = connection.execution_options(**options)
        with connection.begin():
            if engine.dialect.name != "sqlite":
                postgres.begin_writing(connection)
            yield connection
