"""One server for all processes of a test run: started by the first that needs it, ended after the last.

What it rests on is the kernel's file locks, which die with their holders; nothing is counted, and no pid is watched.
How a server is started, and what tests do with it, never lives here.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.process import ServerFailed, Unavailable, locked, tail, until

ROOT: Final = Path(__file__).parents[2]
_STARTED_WITHIN: Final = 700.0


class Place:
    """Where the processes of one run meet over one kind of server."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder / kind
        self.kind = kind
        self.users = self.folder / "users.lock"
        self.starting = self.folder / "starting.lock"
        self.told = self.folder / "told.json"
        self.log = self.folder / "keeper.log"

    def tell(self, **what: str) -> None:
        """Write what users of the server must know, whole or not at all."""
        draft = self.told.with_suffix(".new")
        draft.write_text(json.dumps(what))
        draft.rename(self.told)


@contextmanager
def shared(folder: Path, kind: str) -> Iterator[str]:
    """The address of this run's server of this kind.

    1. Share the lock of its users: while anybody does, its keeper keeps it.
    2. Alone among those who start: if nobody has told its address, start a keeper, and wait until it tells.
    3. What it tells is an address, or why there is none; those who come later are told the same.
    """
    place = Place(folder, kind)
    place.folder.mkdir(parents=True, exist_ok=True)
    with locked(place.users, _STARTED_WITHIN, share=True):
        with locked(place.starting, _STARTED_WITHIN):
            if not place.told.exists():
                _start(place)
            told = json.loads(place.told.read_text())
        if "unavailable" in told:
            raise Unavailable(told["unavailable"])
        if "failed" in told:
            raise ServerFailed(told["failed"])
        yield told["address"]


def _start(place: Place) -> None:
    with place.log.open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.keeper", place.kind, str(place.folder.parent)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
        )
    silent = ServerFailed(f"the keeper of the run's {place.kind} told nothing" + tail(place.log))
    until(lambda: place.told.exists() or keeper.poll() is not None, _STARTED_WITHIN, lambda: silent)
    if not place.told.exists():
        raise ServerFailed(
            f"the keeper of the run's {place.kind} ended with {keeper.returncode}" + tail(place.log)
        )
    keeper.returncode = 0  # it goes on without us: that is no forgotten child
