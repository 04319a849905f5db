"""Migrated databases for tests that do not ask how they were migrated: each is a copy of one that was, once a process.
Migrations themselves are `tests/integration/store`'s."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from services import monitors
from services.house import database
from shared.store.engine import make_engine
from tests.servers.plugin import Postgres


def views(folder: Path, migrate: Callable[[Engine], None] = monitors.migrate) -> Engine:
    """The read models' file of a folder, opened; where there is none it is a new one."""
    return opened(folder / "views.sqlite3", migrate)


def opened(path: Path, migrate: Callable[[Engine], None]) -> Engine:
    """The same of any file. One that is there already may be of an older version: that is migrated as it is."""
    if not path.exists():
        path.write_bytes(_file(migrate))
        return make_engine(path)
    engine = make_engine(path)
    migrate(engine)
    return engine


@cache
def _file(migrate: Callable[[Engine], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fresh.sqlite3")
        engine = make_engine(path)
        migrate(engine)
        engine.dispose()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def postgres_database(server: Postgres) -> str:
    """A database with all schemas, as SQLAlchemy's url."""
    return server.new_database(like=_template(server.url))


@cache
def _template(url: str) -> str:
    made = Postgres(url).new_database()
    database.migrate(made)
    return made
