"""A file of the data folder that the disk has spoilt: how it is known, what is said, and what may be put aside.

The log, the keys and the access file are put back from a backup by whoever runs the system. The read models are made
anew from the log, so they are put aside at once: nobody has to be woken for them. Nothing is ever deleted here.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from shared.instants import Instant, show_instant

_SPOILT: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BESIDE: Final = ("", "-wal", "-shm")


class Damaged(Exception):  # noqa: N818 - reads as what it says
    """A file that is not disposable is spoilt. The message names it, and says what to do."""


def is_damage(error: BaseException) -> bool:
    """Whether a database says that its file is spoilt. SQLAlchemy's errors carry the driver's own."""
    cause = getattr(error, "orig", None) or error
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SPOILT


def said(path: Path, error: object) -> str:
    """For people: which file, and what to do."""
    cause = getattr(error, "orig", None) or error
    return (
        f"{path} is damaged ({cause}); keep it, look at the disk, and put the newest backup into a new folder: "
        "wakeful restore"
    )


def look(path: Path) -> None:
    """Read the whole of a file, if it is there. Raises Damaged."""
    try:
        found = _first_fault(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        found = str(error)
    if found is not None:
        raise Damaged(said(path, found))


def put_aside(path: Path, at: Instant) -> Path | None:
    """Put read models aside that are spoilt, under a name with the instant; where they are now, or None."""
    try:
        look(path)
    except Damaged:
        aside = path.with_name(f"{path.name}.damaged-{show_instant(at).replace(':', '')}")
        for end in reversed(_BESIDE):  # the file itself last: until then the next start does the same again
            part = path.with_name(path.name + end)
            if part.exists():
                part.rename(aside.with_name(aside.name + end))
        return aside
    return None


def _first_fault(path: Path) -> str | None:
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return None if found == "ok" else str(found).splitlines()[-1]
