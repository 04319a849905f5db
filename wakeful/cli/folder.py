"""The data folder as commands open it: beside a running `wakeful up`, unless they say otherwise. No command lives
here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wakeful.cli.errors import Failure

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.log.sqlite import SqliteLog
    from shared.security.access import Access
    from shared.settings import Settings


def settings_of(data: Path | None) -> "Settings":
    """The settings; `data` goes before what they say of the folder. Raises SettingsWrong."""
    from shared.settings import Settings

    return Settings.read() if data is None else Settings.read(data=data)


@contextmanager
def reading_log(folder: Path) -> Iterator["SqliteLog"]:
    """The log, for reading only."""
    from shared.log.sqlite import SqliteLog

    log = SqliteLog(folder / "log.sqlite3", read_only=True)
    try:
        yield log
    finally:
        log.close()


@contextmanager
def reading_views(folder: Path) -> Iterator["Engine"]:
    """The read models, for reading only. Raises Failure where there are none."""
    from shared.store.engine import make_engine

    path = folder / "views.sqlite3"
    if not path.exists():
        raise Failure(f"there are no read models at {path}; start `wakeful up`, which makes them")
    engine = make_engine(path, read_only=True)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def access_of(folder: Path) -> Iterator["Access"]:
    """People and tokens; made where there are none yet, so that a first token can be had before the first start."""
    from shared.security.access import Access

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    access = Access.open(folder / "access.sqlite3")
    try:
        yield access
    finally:
        access.close()
