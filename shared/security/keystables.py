"""The tables of the key ring, how a key is wrapped by the master key, and how nothing is left of a key that was
destroyed. What a key is for never lives here.
"""

import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared import clock
from shared.events.canonical import canonical
from shared.instants import SECOND
from shared.security.masterkey import MasterKeyUnusable
from shared.store.engine import BUSY_TIMEOUT_S
from shared.store.postgres import LOCK_S, alone

NONCE_BYTES: Final = 12
HOME: Final = ""
"""Stands for the placement in the row of a home's own key."""
CONTENTHASH: Final = "contenthash"
"""The installation's own key, of content hashes."""
_AGAIN_S: Final = 0.2
_LOCKED: Final = "55P03"
"""Postgres: somebody else has the table."""

META = sa.MetaData()
DATA_KEYS = sa.Table(
    "data_keys",
    META,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("home_id", sa.Text, nullable=False),
    sa.Column("placement_id", sa.Text, nullable=False),
    sa.Column("wrapped", sa.LargeBinary),
    sa.Column("rewrapped", sa.LargeBinary),
)
INSTALLATION_KEYS = sa.Table(
    "installation_keys",
    META,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("rewrapped", sa.LargeBinary),
)


class NotScrubbed(Exception):  # noqa: N818 - reads as what it says
    """The key is gone, but its old page could not be taken out of the file yet: somebody reads it. Do it again."""


class Wrapping:
    """Wraps keys by one master key. Each wrapping is bound to what the key is of: a row that was moved to another
    placement does not open."""

    def __init__(self, master_key: bytes) -> None:
        self._master = AESGCM(master_key)

    def wrap(self, key: bytes, *of: str) -> bytes:
        """The key, wrapped."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, _bound_to(of))

    def opens(self, wrapped: bytes, *of: str) -> bool:
        """Whether this is the master key that it was wrapped by."""
        try:
            self.unwrap(wrapped, *of)
        except MasterKeyUnusable:
            return False
        return True

    def unwrap(self, wrapped: bytes, *of: str) -> bytes:
        """The key itself. Raises MasterKeyUnusable where another master key wrapped it."""
        try:
            return self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_to(of))
        except InvalidTag as error:
            raise MasterKeyUnusable(
                "the keys in keys.sqlite3, or the schema keys, were wrapped by another master key; put the right one "
                "back, or name it in WAKEFUL_MASTER_KEY_FILE"
            ) from error


def _bound_to(of: tuple[str, ...]) -> bytes:
    return canonical(["wakeful key", *of])


def at(home_id: str, placement_id: str) -> sa.ColumnElement[bool]:
    """The row of a placement's key, or (HOME) of a home's own."""
    return (DATA_KEYS.c.home_id == home_id) & (DATA_KEYS.c.placement_id == placement_id)


def settle(connection: sa.Connection, wrapping: Wrapping) -> None:
    """Where this master key made the second wrappings of a rotation, they count from now on. Under the old master key
    nothing has happened yet."""
    row = connection.execute(sa.select(INSTALLATION_KEYS)).one()
    if row.rewrapped is None or not wrapping.opens(row.rewrapped, CONTENTHASH):
        return
    overwrite(connection)
    for table in (DATA_KEYS, INSTALLATION_KEYS):
        again = sa.update(table).where(table.c.rewrapped.is_not(None))
        connection.execute(again.values(wrapped=table.c.rewrapped, rewrapped=None))


def overwrite(connection: sa.Connection) -> None:
    """Let what is deleted from here on be overwritten in its page, where the database can do that."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def scrub(path: Path, timeout_s: float = BUSY_TIMEOUT_S) -> None:
    """Leave nothing of what was deleted or overwritten in the file or its write-ahead log: a page that was split or
    given back may still hold it, `secure_delete` or not, so every page is written anew. Beside other processes.

    Raises NotScrubbed where somebody reads the old pages for longer than `timeout_s`.
    """
    with closing(sqlite3.connect(path, timeout=timeout_s, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA temp_store=MEMORY")  # VACUUM's copy must lie in no file of its own
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise NotScrubbed(
            f"the key is destroyed, but somebody is reading {path}, and its old page is still there; "
            "run the same command again"
        )


def scrub_schema(engine: sa.Engine, timeout_s: float = LOCK_S) -> None:
    """The same in Postgres: the tables are written anew, and the old ones deleted. Nobody adds a key meanwhile, and
    whoever still reads what was before is waited for; who reads a key waits for a moment only.

    Raises NotScrubbed where that takes longer than `timeout_s`, or where this user is not the tables' owner.
    """
    until = clock.monotonic() / SECOND + timeout_s
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        with alone(connection):
            left = [DATA_KEYS.name, INSTALLATION_KEYS.name]
            while left := [name for name in left if not _anew(connection, name)]:
                if clock.monotonic() / SECOND > until:
                    raise NotScrubbed(
                        f"the key is destroyed, but its old row may still be in the table {left[0]}: somebody reads "
                        "it, or the table is another user's; run the same command again, as the owner of the table"
                    )
                time.sleep(_AGAIN_S)


def _anew(connection: sa.Connection, table: str) -> bool:
    """Write the table anew; whether nothing is left of what was in it before. A table that is another's is passed over
    with a warning, and keeps its file. What an older reader may see is copied along: the short VACUUM counts it."""
    about = sa.text(f"SELECT pg_relation_filenode('{table}')")
    before = connection.scalar(about)
    connection.exec_driver_sql(
        f"SET lock_timeout = '{_AGAIN_S}s'"
    )  # all who read a key stand behind whoever waits
    try:
        connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        connection.exec_driver_sql(f"VACUUM {table}")
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCKED:
            raise
        return False
    finally:
        if not connection.invalidated:
            connection.exec_driver_sql("RESET lock_timeout")
    dead = connection.scalar(sa.text(f"SELECT pg_stat_get_dead_tuples('{table}'::regclass)"))
    return bool(dead == 0 and connection.scalar(about) != before)
