"""The lives of one process over one folder, each begun with a point at which it is to end, and the clients that go on
posting through all of them. Which points there are, and what must be left, is asked elsewhere.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import orjson
from sqlalchemy import inspect

from services.rules import MONITORS
from shared.store import ledger
from shared.store.engine import make_engine
from tests.integration.house.kill.errands import Errands
from tests.integration.house.posting import Acknowledged, Poster
from tests.servers.ports import free_port
from tests.waiting import LONG_S

POSTERS: Final = 2
PAUSE: Final = 0.01
WITHIN: Final = LONG_S
"""Seconds in which a life begins, or ends when it was told to."""


class Lives:
    """The launcher, and the clients. `with` it; then `live`, again and again."""

    def __init__(self, folder: Path, seed: int, *, posters: int = POSTERS, port: int | None = None) -> None:
        """`port`: of a door that stays open whoever is killed."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.acknowledged = Acknowledged()
        self._port = port or free_port()
        self._stop = threading.Event()
        url = f"http://127.0.0.1:{self._port}"
        self._client: httpx.Client | None = None
        self._posters = [
            Poster(self._own, self.acknowledged, self._stop, seed + n, pause=PAUSE) for n in range(posters)
        ]
        self._url = url
        self.errands = self._going(seed)
        self._lines: queue.Queue[str] = queue.Queue()
        self._running: list[Future[None]] = []

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", *self._launched()]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
        with (self.folder / "said").open("ab") as said:
            self._launcher = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                env=environment,
            )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._pool = ThreadPoolExecutor(len(self._posters) + 1)
        self._running = [self._pool.submit(self.errands.run)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        assert self._launcher.stdin is not None
        self._launcher.stdin.close()
        self._launcher.wait(WITHIN)
        self._reader.join()
        self._pool.shutdown()
        if self._client is not None:
            self._client.close()
        if kind is None:
            for each in self._running:
                each.result()

    def _launched(self) -> Sequence[str]:
        """The module that is the launcher, and what it is told."""
        return ("tests.integration.house.kill.launcher", str(self.folder), str(self._port))

    def _going(self, seed: int) -> Errands:
        """The client that goes its rounds."""
        return Errands(self.folder, self._url, self.acknowledged, self._posters, self._stop, seed)

    def _options(self) -> dict[str, Any]:
        """What a life is ordered to be beside."""
        return {}

    def settle(self) -> None:
        """Once nobody is killed any more, before the last life ends in order."""

    def judge(self) -> None:
        """After that. What is left is looked at elsewhere; here what no folder can tell."""

    @property
    def said(self) -> str:
        """The last of its standard error."""
        return (self.folder / "said").read_text("utf-8")[-4000:]

    def begin(self, armed: str = "", nth: int = 1, *, later: int | None = None) -> bool:
        """A life; True when its door is open, False if it ended before. `later`: by how many versions its rules are
        later than this code's (as those are that the rows of the checks are of, if nothing is said): with others it
        makes its rows anew."""
        stand = rows_later(self.folder)
        later = stand.get("checks", 0) if later is None else later
        self.errands.may_rebuild = later == 0 and not any(stand.values())
        wanted = {"armed": armed, "nth": nth, "later": later, **self._options()}
        order = orjson.dumps(wanted).decode()
        assert self._launcher.stdin is not None
        self._launcher.stdin.write(f"{order}\n")
        self._launcher.stdin.flush()
        self._pid = int(self._next("up").split()[1])
        if self._next("open", "gone").startswith("gone"):
            return False
        self._post()
        return True

    def ended_within(self, rounds: int) -> bool:
        """Whether it ends by itself before the errands have gone so many more rounds."""
        last = self.errands.rounds + rounds
        while self.errands.rounds < last:
            for each in self._running:
                if each.done():
                    each.result()
            try:
                self._lines.get(timeout=0.05)
            except queue.Empty:
                continue
            return True
        return False

    def stop(self) -> int:
        """SIGTERM, and wait until it is gone; its exit code."""
        os.kill(self._pid, signal.SIGTERM)
        return int(self._next("gone").split()[1])

    def _own(self) -> httpx.Client:
        assert self._client is not None
        return self._client

    def _post(self) -> None:
        """The checks, once there is somebody to check."""
        if self._client is None:
            headers = {"Authorization": f"Bearer {(self.folder / 'token').read_text('utf-8')}"}
            self._client = httpx.Client(
                base_url=f"{self._url}/api/v1", headers=headers, trust_env=False, timeout=LONG_S
            )
        if len(self._running) == 1 and self.errands.settled.is_set():
            self._running += [self._pool.submit(poster.post) for poster in self._posters]

    def _read(self) -> None:
        assert self._launcher.stdout is not None
        for line in self._launcher.stdout:
            self._lines.put(line)
        self._lines.put("gone 1")
        self._launcher.stdout.close()

    def _next(self, *wanted: str) -> str:
        """The next line that begins so."""
        while True:
            line = self._lines.get(timeout=WITHIN)
            if line.startswith(wanted):
                return line


def rows_later(folder: Path) -> dict[str, int]:
    """By service, by how many versions of the rules its rows are later than this code's; only those that have begun."""
    path = folder / "data" / "views.sqlite3"
    if not path.exists():
        return {}
    views = make_engine(path, read_only=True)
    try:
        with views.connect() as connection:
            if not inspect(connection).has_table("ledger"):
                return {}
            found = {name: ledger.find(connection, name, 0) for name in MONITORS}
    finally:
        views.dispose()
    return {name: entry.version - MONITORS[name]().version for name, entry in found.items() if entry}
