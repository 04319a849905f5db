"""Kill points: every write of a process that runs over a folder, found by looking underneath everything it opens.

A point is a moment just before or just after a write: (before | after, file, kind of statement, table, who of ours
asked for it, in which loop). Nobody lists them by hand: `install` puts itself between the process and `sqlite3`, and
between the process and the few calls by which it writes files of its own, and each point gets its name when it is
passed for the first time.

What lies below SQLite (a page half written when the power fails) cannot be shown by ending a process: the kernel
still has what it was given. No rule about what a kill must leave behind lives here.
"""

import os
import re
import signal
import sqlite3
import sqlite3.dbapi2
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from services.monitors import SERVICES

ROOT: Final = Path(__file__).parents[4]
OURS: Final = (f"{ROOT}/shared/", f"{ROOT}/services/")
BETWEEN: Final = ("shared/store/engine.py",)
"""Stands between who asks and the database, and says nothing about who it is."""
PAGERS: Final = frozenset({"pager", "crew-pager", "pager-engine", "pager-store", "pager-publish"})
"""Where people are told: what reads the log for them (in a worker, its crew), the engine's loop, and what writes and
publishes for it."""
LOOPS: Final = frozenset(
    {*SERVICES, *PAGERS, "log-writer", "prober", "rotas", "operators", "watchdog", "MainThread"}
)
SHARED: Final = frozenset({"ledger", "outbox", "asides", "operations", "swaps"})
"""Tables that tell one commit of the views from another; all others are rows of read models."""
ENGINES: Final = (
    ("pager_messages", "outbox"),
    ("pager_messages", "pager_chains"),
    ("pager_messages",),
    ("pager_chains",),
    ("pager_receivers",),
    ("pager_times",),
)
"""Commits of the pager's engine, the rarest first: several of its writers may share one, as it happens."""
OFTEN: Final = 20
"""Passed so often a point is hot: it is also tried at a later passing."""

_WRITES: Final = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|VACUUM|COMMIT|ROLLBACK|END"
    r"|PRAGMA\s+(?:journal_mode\s*=|wal_checkpoint))",
    re.IGNORECASE,
)
_TABLE: Final = re.compile(
    r"(?:INTO|UPDATE|DELETE\s+FROM|ALTER\s+TABLE|TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?|INDEX(?:\s+IF\s+(?:NOT\s+)?EXISTS)?)"
    r"\s+[\"']?(\w+)",
    re.IGNORECASE,
)
_OF_A_POOL: Final = re.compile(r"_\d+$")
_ENDS: Final = frozenset({"COMMIT", "END", "ROLLBACK"})


@dataclass
class Points:
    """Counts what is passed, writes each new name to `found`, and ends the process at the armed one."""

    found: Path
    killed: Path
    armed: str = ""
    nth: int = 1
    _passed: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, name: str) -> None:
        """The process is at this point."""
        with self._lock:
            self._passed[name] += 1
            count = self._passed[name]
            if name == self.armed and count == self.nth:
                append(self.killed, f"{name}\n")
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()  # it is on its way
            if count in (1, OFTEN):
                append(self.found, f"{count}\t{name}\n")


def append(path: Path, line: str) -> None:
    """One whole line, whoever else writes and whatever comes after."""
    descriptor = _OPEN(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        _WRITE(descriptor, line.encode())
    finally:
        os.close(descriptor)


_OPEN: Final = os.open
_WRITE: Final = os.write


def install(
    points: Points, *, files: bool = True, committing: Callable[[str, int], object] | None = None
) -> None:
    """From here on every connection, and every file that this process writes, passes by `points`. `committing` is told
    of each commit: the file, and how far `synchronous` goes."""
    connect = sqlite3.dbapi2.connect

    def watched(database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(database, *args, **{**kwargs, "factory": _Connection})
        assert isinstance(connection, _Connection)
        connection.points, connection.file, connection.committing = points, _file_of(database), committing
        return connection

    for module in (sqlite3, sqlite3.dbapi2):
        setattr(module, "connect", watched)  # noqa: B010 - it is the module's, whatever its stubs say
    if not files:
        return
    for name in ("open", "write", "ftruncate", "fsync", "link", "unlink", "replace", "rename"):
        setattr(os, name, _around(points, name, getattr(os, name)))


def _around(points: Points, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        reads = name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        who = "" if reads else who_asked(sys._getframe(1))
        if not who:
            return call(*args, **kwargs)
        points.pass_by(f"before os.{name} {who}")
        result = call(*args, **kwargs)
        points.pass_by(f"after os.{name} {who}")
        return result

    return watched


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, *args: Any) -> "_Cursor":
        return self._told(sql, args, super().execute)

    def executemany(self, sql: str, *args: Any) -> "_Cursor":
        return self._told(sql, args, super().executemany)

    def executescript(self, sql: str) -> "_Cursor":
        return self._told(sql, (), super().executescript)

    def _told(self, sql: str, args: Any, call: Callable[..., Any]) -> "_Cursor":
        connection = self.connection
        assert isinstance(connection, _Connection)
        what = connection.name_of(sql, args)
        if what is None:
            call(sql, *args)
            return self
        connection.points.pass_by(f"before {what}")
        call(sql, *args)
        connection.points.pass_by(f"after {what}")
        return self


class _Connection(sqlite3.Connection):
    points: Points
    file: str
    committing: Callable[[str, int], object] | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._written: set[str] = set()

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor()
        return cursor.execute(sql, *args)

    def executemany(self, sql: str, *args: Any) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self.cursor()
        return cursor.executemany(sql, *args)

    def commit(self) -> None:
        self._end("COMMIT", super().commit)

    def rollback(self) -> None:
        self._end("ROLLBACK", super().rollback)

    def close(self) -> None:
        """The last one that closes brings the WAL home."""
        what = f"{self.file} CLOSE {who_asked(sys._getframe(1))}"
        self.points.pass_by(f"before {what}")
        super().close()
        self.points.pass_by(f"after {what}")

    def name_of(self, sql: str, args: Any) -> str | None:
        """What this statement is called as a point; None if it writes nothing."""
        match = _WRITES.match(sql)
        if match is None:
            return None
        kind = " ".join(match[1].upper().split())
        if kind in _ENDS:
            return self._end_name(kind) if self._written else None
        if kind.startswith("PRAGMA"):  # every connection says it; who opened one is no matter
            return f"{self.file} {kind}"
        found = _TABLE.search(sql)
        table = found[1] if found else "-"
        self._written.add(_facts(args) if kind == "INSERT" and table == "facts" else table)
        return f"{self.file} {kind} {table} {who_asked(sys._getframe(3))}"

    def _end(self, kind: str, call: Callable[[], None]) -> None:
        if not self.in_transaction or not self._written:  # nothing was written: it only read
            call()
            return
        what = self._end_name(kind)
        self.points.pass_by(f"before {what}")
        call()
        self.points.pass_by(f"after {what}")

    def _end_name(self, kind: str) -> str:
        written, self._written = self._written - {""}, set()
        if self.committing is not None and kind == "COMMIT":
            self.committing(self.file, super().execute("PRAGMA synchronous").fetchone()[0])
        return f"{self.file} {kind} {_class_of(self.file, written)} {who_asked(sys._getframe(3))}"


def _class_of(file: str, written: set[str]) -> str:
    """Which commit it is. Of the log: the rarest of what it takes; of the views: the shared tables in it."""
    if file == "log.sqlite3":
        return next((each for each in ("derived", "inputs", "probe") if each in written), "-")
    engines = next((each for each in ENGINES if written >= set(each)), None)
    if engines is not None:
        return "+".join(engines)
    if file == "views.sqlite3":
        return "+".join(sorted({each if each in SHARED else "rows" for each in written}))
    return "-"


def _facts(args: Any) -> str:
    from shared.topics import ALL, INPUTS

    codes = {row[1] for row in args[0]} if args else set()
    if not codes:
        return ""
    return "inputs" if codes <= {ALL.index(topic) + 1 for topic in INPUTS} else "derived"


def who_asked(frame: FrameType | None) -> str:
    """The two innermost functions of ours that asked, and the loop they run in; nothing if nobody of ours did."""
    names: list[str] = []
    while frame is not None and len(names) < 2:
        path = frame.f_code.co_filename
        if path.startswith(OURS) and not path.endswith(BETWEEN):
            module = path.removeprefix(f"{ROOT}/").removesuffix(".py").replace("/", ".")
            name = f"{module}.{frame.f_code.co_qualname}"
            if name not in names:
                names.append(name)
        frame = frame.f_back
    if not names:
        return ""
    thread = _OF_A_POOL.sub("", threading.current_thread().name)
    return f"by {' < '.join(names)} in {thread if thread in LOOPS else 'the door'}"


def _file_of(database: Any) -> str:
    return Path(str(database).removeprefix("file:").partition("?")[0]).name
