"""Schema versions: every database is brought up to date by Alembic when it is opened.

Migrations lie in a folder beside their owner, as plain numbered Python files (`0001_facts.py`) without
`env.py` or an ini file: `shared/log/migrations` for the log, `shared/store/migrations` for what all services
share of the views, `services/<name>/migrations` for a service's read model. Several owners share one
database, each with a version table of its own (`version_table_of`); on Postgres each has a schema of its own too. No
table is defined here.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.schema import CreateSchema

from shared.store.engine import writing
from shared.store.postgres import MIGRATING, take_turn

LOG_MIGRATIONS = Path(__file__).parent.parent / "log" / "migrations"
STORE_MIGRATIONS = Path(__file__).parent / "migrations"

_ALEMBIC = threading.Lock()  # `alembic.op` is one object for the whole process
_WRITTEN = Table(
    "schema_written_by",
    MetaData(),
    Column("version_table", String, primary_key=True),
    Column("revision", String, nullable=False),
    Column("wakeful", String, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a schema stands: the revision found (None: never made) and the newest that this code knows."""

    found: str | None
    newest: str

    @property
    def up_to_date(self) -> bool:
        return self.found == self.newest


class TooNew(Exception):  # noqa: N818 - reads as what it says
    """The database was written by a newer Wakeful than this one. Nothing was touched."""


class TooOld(Exception):  # noqa: N818 - reads as what it says
    """The database has still to be brought up to date, by somebody whose task that is. Nothing was touched."""


def version_table_of(owner: str) -> str:
    """The name of an owner's own version table: `checks` → `schema_checks`."""
    return f"schema_{owner}"


def upgrade(engine: Engine, scripts: Path, version_table: str = "schema_version") -> None:
    """Bring the part of the database that `scripts` own up to date, in one transaction; nothing to do is
    fine. Of several processes that do it at once the others wait, and find nothing to do.

    Raises TooNew where the database is ahead of this code.
    """
    folder = _folder(scripts)
    newest = _newest(folder, scripts)
    with _ALEMBIC, writing(engine) as connection:
        on_postgres = engine.dialect.name == "postgresql"
        if on_postgres:
            take_turn(connection, MIGRATING)
        found = _found(connection, version_table)
        _refuse_newer(connection, folder, engine, version_table, found, newest)
        if found == newest:
            return
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": version_table,
                "transactional_ddl": True,
                "fn": lambda revision, _context: folder._upgrade_revs("head", revision),
            },
        )
        with Operations.context(context):
            context.run_migrations()
        if on_postgres:
            _order_by_bytes(connection)
        _sign(connection, version_table, newest)


def current(engine: Engine, scripts: Path, version_table: str = "schema_version") -> Standing:
    """Where the schema stands, without touching it. Raises TooNew where it is ahead of this code."""
    folder = _folder(scripts)
    newest = _newest(folder, scripts)
    with engine.connect() as connection:
        found = _found(connection, version_table)
        _refuse_newer(connection, folder, engine, version_table, found, newest)
    return Standing(found, newest)


def check(engine: Engine, scripts: Path, version_table: str = "schema_version") -> None:
    """For whoever must not bring it up to date, being one of many that share a database. Raises TooOld, TooNew."""
    standing = current(engine, scripts, version_table)
    if not standing.up_to_date:
        found = "not there yet" if standing.found is None else f"at {standing.found}"
        raise TooOld(
            f"{engine.url.database} is too old: its {version_table} is {found}, and this Wakeful ({_installed()}) "
            f"needs {standing.newest}; run `wakeful migrate` first (WAKEFUL_DATABASE_URL)"
        )


def opened(engine: Engine, scripts: Path, version_table: str) -> None:
    """What whoever opens a database does: a file of his own is brought up to date, one that many share is only looked
    at. Raises TooNew, TooOld."""
    (upgrade if engine.dialect.name == "sqlite" else check)(engine, scripts, version_table)


def make_schemas(engine: Engine, names: Iterable[str]) -> None:
    """Make those of Postgres's schemas that are not there."""
    with writing(engine) as connection:
        take_turn(connection, MIGRATING)
        there = inspect(connection).get_schema_names()
        for name in dict.fromkeys(names):  # two owners may share one
            if name not in there:  # asked first: the right to make schemas is needed only once
                connection.execute(CreateSchema(name))


def _folder(scripts: Path) -> ScriptDirectory:
    return ScriptDirectory(str(scripts), version_locations=[str(scripts)])


def _newest(folder: ScriptDirectory, scripts: Path) -> str:
    newest = folder.get_current_head()
    if newest is None:
        raise FileNotFoundError(f"{scripts} holds no migration: install wakeful again, whole")
    return newest


def _found(connection: Connection, version_table: str) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": version_table})
    return context.get_current_revision()


def _refuse_newer(
    connection: Connection,
    folder: ScriptDirectory,
    engine: Engine,
    version_table: str,
    found: str | None,
    newest: str,
) -> None:
    if found is None or any(script.revision == found for script in folder.walk_revisions()):
        return
    known = select(_WRITTEN.c.wakeful).where(_WRITTEN.c.version_table == version_table)
    writer = connection.scalar(known) if inspect(connection).has_table(_WRITTEN.name) else None
    raise TooNew(
        f"{engine.url.database} is too new: its {version_table} is {found}, and this Wakeful ({_installed()}) knows "
        f"up to {newest}; install wakeful >= {writer or 'the one that wrote it'}, or restore a backup "
        "made before it"
    )


_VARYING = text(
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND NOT a.attisdropped "
    "AND a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND a.attcollation <> '\"C\"'::regcollation "
    "ORDER BY 1, 2"
)


def _order_by_bytes(connection: Connection) -> None:
    """Text is compared by its bytes, as in SQLite, whatever the database was made with: what is in order in one is so
    in the other, and no index breaks with another version of the server's C library."""
    for table, column in connection.execute(_VARYING).all():
        connection.execute(text(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text COLLATE "C"'))


def _sign(connection: Connection, version_table: str, revision: str) -> None:
    _WRITTEN.create(connection, checkfirst=True)
    connection.execute(delete(_WRITTEN).where(_WRITTEN.c.version_table == version_table))
    row = {"version_table": version_table, "revision": revision, "wakeful": _installed()}
    connection.execute(insert(_WRITTEN).values(row))


def _installed() -> str:
    try:
        return version("wakeful")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0.0.0"
