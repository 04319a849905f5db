"""A backup of a data folder, beside a running `wakeful up`. The log's writer never waits for it.

    1. Beside the destination, in a folder of its owner's alone: copy the read models, then the log, then people and
       tokens; each as it stood at one instant (SQLite's backup, in one read transaction).
    2. Write the keys file, in another place.
    3. Write the manifest. Everything is durable by now.
    4. Rename the folder to the destination: it is there whole, or it is not there.

The order of 1 and 2 is what makes four files that are copied one after the other a state that a crash could have left:
read models are never ahead of the log, and of every text in the log the key is in the keys file. What was
acknowledged before the start is in the log by then. Keys never lie with the log.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from shared import clock
from shared.backup.manifest import FILES, LOG, BackupUnusable, Manifest, digest
from shared.durable import sync
from shared.instants import show_instant

_PAGES: Final = 4096
"""Copied in one go; between two the one who waits is told how far it is."""


def refuse_together(destination: Path, keys_file: Path, data: Path) -> None:
    """Raises BackupUnusable where whoever copies the folder of one gets the other."""
    here, there, source = destination.resolve(), keys_file.resolve(), data.resolve()
    if there.is_relative_to(here) or here.is_relative_to(there.parent):
        raise BackupUnusable(
            f"the keys {keys_file} would lie with the log {destination}: whoever has the one would have both; "
            "name a folder for the keys that does not hold the backup, on another disk if you can"
        )
    if there.is_relative_to(source):
        raise BackupUnusable(f"the keys {keys_file} would lie in the data folder; name a place apart from it")


def make(
    data: Path,
    destination: Path,
    *,
    installation: str | None,
    wakeful: str,
    and_keys: Callable[[], None] = lambda: None,
    reached: Callable[[float], None] = lambda _part: None,
) -> Manifest:
    """Back up the folder `data` to `destination`, which is not there yet. `and_keys` writes the keys, at the time that
    is right for it; `reached` is told what part of the log is copied.

    Raises BackupUnusable.
    """
    _refuse(data, destination)
    began = clock.now()
    destination.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=destination.parent, prefix=f".{destination.name}-"))  # mode 0700
    try:
        for name in FILES:
            if (data / name).exists():
                _copy(data / name, beside / name, reached if name == LOG else lambda _part: None)
        and_keys()
        last, facts = _of_log(beside / LOG)
        files = tuple(digest(beside / name) for name in FILES if (beside / name).exists())
        manifest = Manifest(
            wakeful,
            show_instant(began),
            show_instant(clock.now()),
            show_instant(last),
            facts,
            installation,
            files,
        )
        manifest.write(beside)
        sync(beside)
        os.rename(beside, destination)
    except BaseException:
        shutil.rmtree(beside)
        raise
    sync(destination.parent)
    return manifest


def _refuse(data: Path, destination: Path) -> None:
    if not (data / LOG).exists():
        raise BackupUnusable(f"there is no log in {data}; say where it is with --data or WAKEFUL_DATA")
    if destination.exists():
        raise BackupUnusable(f"{destination} is there already; name a new folder for each backup")
    if destination.resolve().is_relative_to(data.resolve()):
        raise BackupUnusable(
            f"{destination} lies in the data folder, and would be lost with it; name another place"
        )


def _copy(source: Path, target: Path, reached: Callable[[float], None]) -> None:
    """One database, as it stands now, in a file that needs no other beside it."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_reading(source)) as origin, closing(sqlite3.connect(target, isolation_level=None)) as copy:
        origin.execute("BEGIN")  # held throughout: else each commit meanwhile would begin the copy anew
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(copy, pages=_PAGES, progress=lambda _s, left, all_: reached(1 - left / max(1, all_)))
        copy.execute("PRAGMA journal_mode=DELETE")
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise BackupUnusable(
            f"{source} is damaged ({found}); restore the last good backup, and see to the disk"
        )
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30, isolation_level=None)


def _of_log(path: Path) -> tuple[int, int]:
    """The last instant of a log, and how many records it has."""
    with closing(_reading(path)) as connection:
        query = "SELECT coalesce(max(appended_at), 0), count(*) FROM facts"
        last, facts = connection.execute(query).fetchone()
    return last, facts
