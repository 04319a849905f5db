"""What `wakeful doctor` looks at in a folder (the embedded form). Nothing is changed."""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wakeful.cli.health.findings import (
    ANSWER_WITHIN_S,
    Found,
    Look,
    Mark,
    clock_beside,
    homes_aside,
    names_of_settings,
    rebuilds_under_way,
    watchdog,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shared.settings import Settings

_GIB: Final = 1 << 30
_LEAST_FREE: Final = _GIB


def _folder(settings: "Settings") -> Iterator[Found]:
    folder = settings.data
    if not folder.is_dir():
        yield Mark.WRONG, f"{folder} is not there", "start `wakeful up`, or say where it is with WAKEFUL_DATA"
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield (
            Mark.WRONG,
            f"{folder} has mode {mode:04o}, so others may look into it",
            f"run: chmod 700 {folder}",
        )
    elif not os.access(folder, os.W_OK):
        yield (
            Mark.WRONG,
            f"{folder} cannot be written to by this user",
            "run as its owner, or give it to this user",
        )
    else:
        yield Mark.GOOD, f"{folder.resolve()}, mode {mode:04o}"


def _disk(settings: "Settings") -> Iterator[Found]:
    if not settings.data.is_dir():
        return
    usage = shutil.disk_usage(settings.data)
    free = f"{usage.free / _GIB:.1f} GiB free of {usage.total / _GIB:.1f}"
    if usage.free < _LEAST_FREE:
        yield Mark.WRONG, free, "make room: a full disk shuts the door"
    else:
        yield Mark.GOOD, free


def _master_key(settings: "Settings") -> Iterator[Found]:
    from shared.security.keys import MasterKeyUnusable, load_master_key

    if not (settings.data / "keys.sqlite3").exists():
        yield (
            Mark.NOTE,
            "no text was sealed yet",
            "`wakeful up` makes the master key; back it up, apart from the log",
        )
        return
    try:
        load_master_key(settings.master_key_file, make=False, data_folder=settings.data)
    except MasterKeyUnusable as error:
        yield Mark.WRONG, str(error)
    else:
        yield Mark.GOOD, "there, and for nobody else to read"


def _key_file(settings: "Settings") -> Iterator[Found]:
    for name in ("keys.sqlite3", "access.sqlite3"):
        path = settings.data / name
        if not path.exists():
            continue
        mode, closed = (
            stat.S_IMODE(path.stat().st_mode),
            not stat.S_IMODE(settings.data.stat().st_mode) & 0o077,
        )
        if mode & 0o077 and not closed:
            yield Mark.WRONG, f"{path} has mode {mode:04o}, so others may read it", f"run: chmod 600 {path}"
        else:
            yield Mark.GOOD, f"{name}: for nobody else to read"


def _clock(settings: "Settings") -> Iterator[Found]:
    last = _last_instant(settings.data)
    if last is None:
        yield Mark.NOTE, "nothing in the log to compare the clock with"
    else:
        yield clock_beside(last)


def _last_instant(folder: Path) -> int | None:
    from shared.log.sqlite import SqliteLog

    path = folder / "log.sqlite3"
    if not path.exists():
        return None
    with closing(SqliteLog(path, read_only=True)) as log:
        return log.present(0) or None


def _schemas(settings: "Settings") -> Iterator[Found]:
    from shared.store.engine import make_engine
    from shared.store.schema import TooNew, current
    from wakeful.cli.health.schemas import schemas

    for schema in schemas():
        path = settings.data / schema.file
        if not path.exists():
            continue
        engine = make_engine(path, read_only=True)
        try:
            standing = current(engine, schema.scripts, schema.version_table)
        except TooNew as error:
            yield Mark.WRONG, str(error)
            continue
        finally:
            engine.dispose()
        if standing.up_to_date:
            yield Mark.GOOD, f"{schema.owner} {standing.found}"
        else:
            found = (
                f"{schema.owner} is {standing.found or 'not made yet'}, this Wakeful has {standing.newest}"
            )
            yield (
                Mark.NOTE,
                found,
                "the next start of `wakeful up` brings it up to date; back the folder up first",
            )


def _running(settings: "Settings") -> Iterator[Found]:
    import httpx

    holder = writer_of(settings.data)
    if holder is None:
        yield (
            Mark.WRONG,
            f"nobody watches: `wakeful up` does not run on {settings.data}",
            "start it: wakeful up",
        )
        return
    url = f"{settings.url}/readyz"
    try:
        answer = httpx.get(url, timeout=ANSWER_WITHIN_S)
    except httpx.HTTPError as error:
        found = f"process {holder} runs, but {url} does not answer ({type(error).__name__})"
        yield Mark.WRONG, found, "check WAKEFUL_PUBLIC_URL and WAKEFUL_PORT, and the log of the process"
        return
    if answer.status_code == 200:
        yield Mark.GOOD, f"process {holder} watches"
    else:
        yield (
            Mark.WRONG,
            f"process {holder} runs, but does not watch: {_detail(answer)}",
            "see its log: the door's probe",
        )


def _detail(answer: object) -> str:
    try:
        return str(answer.json()["detail"])  # type: ignore[attr-defined]
    except (ValueError, KeyError, TypeError):
        return "it does not say why"


def writer_of(folder: Path) -> str | None:
    """The id of the process that writes the log of that folder; None if there is none."""
    path = folder / "log.sqlite3.lock"
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # let go of at once
    except BlockingIOError:
        return os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
    else:
        return None
    finally:
        os.close(descriptor)


@contextmanager
def _views(settings: "Settings") -> "Iterator[Connection | None]":
    """The read models as they stand; None where there are none yet, or only an older version's."""
    from sqlalchemy import inspect

    from shared.store.engine import make_engine
    from shared.store.tables import REBUILDS

    path = settings.data / "views.sqlite3"
    if not path.exists():
        yield None
        return
    engine = make_engine(path, read_only=True)
    try:
        with engine.connect() as connection:
            yield connection if inspect(connection).has_table(REBUILDS.name) else None
    finally:
        engine.dispose()


def _aside(settings: "Settings") -> Iterator[Found]:
    with _views(settings) as views:
        yield from homes_aside(views)


def _rebuilds(settings: "Settings") -> Iterator[Found]:
    with _views(settings) as views:
        yield from rebuilds_under_way(views)


def _on_call(settings: "Settings") -> Iterator[Found]:
    from sqlalchemy import inspect

    from services.pager.tables import HOMES
    from shared.security.people import People
    from shared.store.engine import make_engine
    from wakeful.cli.health.oncall import on_call

    path = settings.data / "access.sqlite3"
    if not path.exists():
        yield Mark.NOTE, "nobody is known yet", "see `wakeful people add --help`"
        return
    access = make_engine(path, read_only=True)
    try:
        with _views(settings) as views:
            there = views is not None and inspect(views).has_table(HOMES.name)
            yield from on_call(People(access), views if there else None, settings)
    finally:
        access.dispose()


LOOKS: Final[dict[str, Look]] = {
    "settings": names_of_settings,
    "folder": _folder,
    "disk": _disk,
    "master key": _master_key,
    "key files": _key_file,
    "clock": _clock,
    "schemas": _schemas,
    "running": _running,
    "watchdog": watchdog,
    "homes set aside": _aside,
    "on-call": _on_call,
    "rebuilds": _rebuilds,
}
