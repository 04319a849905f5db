"""Postgres: how a connection to it is set up, so that nothing waits for ever and a reader sees one commit.

`shared.store.engine` asks here for whatever is not a SQLite file. What is wrong with a database, and how that is said
to people, is `shared.store.outage`'s; no table is named here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine

CONNECT_S: Final = 5
"""How long a connection may take to be made: the server is away, and the next turn asks again."""
LOCK_S: Final = 10
"""How long a statement waits for another's lock: whoever has it longer is stuck, or is a rebuild's swap."""
STATEMENT_S: Final = 120
"""How long one statement may take: a swap puts a whole home-partition in place with one."""
IDLE_S: Final = 10
"""How long a transaction may stand idle. A worker that was stopped in the middle of one holds the ledger's row: the
server ends it, before whoever takes over has waited for as long as he may (`LOCK_S`, and another turn)."""
PATIENT_S: Final = 600
"""Both, for the few transactions that do more between two statements than to think (`patiently`)."""

_SETTINGS: Final = {
    "lock_timeout": f"{LOCK_S}s",
    "statement_timeout": f"{STATEMENT_S}s",
    "idle_in_transaction_session_timeout": f"{IDLE_S}s",
    "jit": "off",  # thousands of short statements: compiling one takes longer than it runs
    "client_min_messages": "warning",  # "it is there already" is no news
}
# A server whose machine has gone answers nothing and refuses nothing: the kernel gives up after 25 s instead of hours.
_SOCKET: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
_TURN: Final = "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))"
_OURS: Final = 0x57414B45  # "WAKE": the first half of every advisory lock of ours
_TURN_OPTION: Final = "wakeful_one_writer"
MIGRATING: Final = 1
"""What `take_turn` is taken for: schemas are made and changed by one at a time."""


def create(url: URL, schema: Sequence[str], *, one_writer: bool) -> Engine:
    """An engine whose unqualified names are looked up in these schemas; new tables are made in the first.

    Whatever the address says for itself (`?connect_timeout=…`, `?options=-c…`) stands before what is set here, but
    for the schemas. Reading transactions are REPEATABLE READ: all that one reads is of one commit, as in SQLite. Those
    that write (`shared.store.engine.writing`) are READ COMMITTED: each statement sees what others have committed, so
    that one that has waited for a row's lock compares the row that it then finds. Every commit is durable.
    """
    settings = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
    theirs = url.query.get("options", "")
    path = [f"-c search_path={','.join(schema)}"] if schema else []
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_S,
        "fallback_application_name": f"wakeful {schema[0]}" if schema else "wakeful",
        **_SOCKET,
    }
    arguments = {name: value for name, value in defaults.items() if name not in url.query}
    arguments["options"] = " ".join([*settings, *([theirs] if isinstance(theirs, str) else theirs), *path])
    return create_engine(
        url,
        connect_args=arguments,
        isolation_level="REPEATABLE READ",
        pool_pre_ping=True,  # a server that was restarted costs nobody a turn
        json_serializer=_json,
        json_deserializer=orjson.loads,
        hide_parameters=True,
        use_native_hstore=False,  # we have none, and looking for it is a question to the server
        execution_options={_TURN_OPTION: True} if one_writer else {},
    )


def begin_writing(connection: Connection) -> None:
    """The first thing of a transaction that writes: where there is to be one writer at a time, wait for the turn."""
    if connection.get_execution_options().get(_TURN_OPTION, False):
        connection.exec_driver_sql(_TURN, (_OURS,))


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Hold off whoever else would write where there is to be one writer at a time; for what no transaction can do."""
    connection.exec_driver_sql("SELECT pg_advisory_lock(%s, hashtext(current_schema()))", (_OURS,))
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql("SELECT pg_advisory_unlock(%s, hashtext(current_schema()))", (_OURS,))


def take_turn(connection: Connection, what: int) -> None:
    """Wait, as long as it may take, until nobody else does this one thing in this database; till the end of the
    transaction."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENT_S}s'")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", (_OURS, what))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_S}s'")


def patiently(connection: Connection) -> None:
    """This transaction may take its time: it reads a log between its statements. No-op on SQLite."""
    if connection.dialect.name == "postgresql":
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {name} = '{PATIENT_S}s'")


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
