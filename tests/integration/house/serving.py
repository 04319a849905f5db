"""A real `wakeful up` in a process of its own, on a free port, over a folder of the test's own.

`Up` starts it, waits until its door is open, and ends it: by SIGTERM, or by SIGKILL at any moment. Run as a module it
is that process: `python -m tests.integration.house.serving FOLDER PORT '{"pace": SAMPLE_PACE, SETTING: …}'`.

The wall clock of that process is the machine's and what `FOLDER/clock` says in milliseconds, where it is.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, Self

import httpx
import orjson

from tests.servers.ports import free_port as free_port  # also by this name
from tests.waiting import LONG_S

PROVIDER: Final = "sample-provider"
"""Whose system the token of `Up` is; with the sample, its own."""
ACTOR: Final = "sample-tester"
_UP: Final = "the door is open"
_IMPORTED: Final = "a past was imported"
_THERE: Final = "there was a log"


class Up:
    """The process, and a client of it with a system's token for every home of PROVIDER."""

    def __init__(
        self, folder: Path, *, pace: float | None = None, past: int = False, **settings: int
    ) -> None:
        """`pace`: play the sample, so many times as fast as usual. `past`: begin an empty log with the sample's."""
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._options = orjson.dumps({"pace": pace, "past": past, **settings}).decode()
        self.process: subprocess.Popen[str]
        self.client: httpx.Client

    def start(self) -> Self:
        """Start it, and wait until its door is open."""
        command = [sys.executable, "-m", __name__, str(self.folder), str(self.port), self._options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
        with self._said.open("ab") as said:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=said, text=True, env=environment, cwd=Path.cwd()
            )
        self.line(_UP)
        token = (self.folder / "token").read_text("utf-8")
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.Client(
            base_url=f"{self.url}/api/v1", headers=headers, trust_env=False, timeout=LONG_S
        )
        return self

    def line(self, wanted: str) -> str:
        """The next line of its standard output with `wanted` in it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if wanted in line:
                return line
        raise AssertionError(f"it ended without saying {wanted!r}:\n{self._said.read_text('utf-8')}")

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM, and wait until it is gone; its exit code."""
        return self._end(signal.SIGTERM)

    def ended(self) -> int:
        """Wait until it ends by itself; its exit code."""
        return self._end(None)

    @property
    def said(self) -> str:
        """Its standard error so far, of all its lives."""
        return self._said.read_text("utf-8")

    @property
    def _said(self) -> Path:
        return self.folder / "said"

    def _end(self, signal_: signal.Signals | None) -> int:
        self.client.close()
        if signal_ is not None:
            self.process.send_signal(signal_)
        code = self.process.wait(LONG_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()


def steps(client: httpx.Client, after: int = 0) -> Any:
    """What the alert stream says behind a position, one step after the other, for as long as one listens."""
    with client.stream("GET", "/alerts/stream", params={"after": after}, timeout=LONG_S) as answer:
        answer.raise_for_status()
        event = ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "alert":
                yield orjson.loads(value)


def set_clock(folder: Path, ahead: int) -> None:
    """From here on the process believes to be so many milliseconds ahead of the machine."""
    beside = folder / "clock.new"
    beside.write_text(str(ahead), "utf-8")
    beside.replace(folder / "clock")


def _bend_the_clock(folder: Path) -> None:
    path, real = folder / "clock", time.time_ns

    def bent() -> int:
        return real() + (int(path.read_text("utf-8")) * 1_000_000 if path.exists() else 0)

    time.time_ns = bent


def main(folder: Path, port: int, pace: float | None = None, past: int = False, **options: int) -> None:
    """Be the process."""
    _bend_the_clock(folder)
    from services.sample.cast import Pace
    from services.sample.running import start
    from services.up import House, serve
    from shared.settings import Settings

    def ready(house: House) -> None:
        if not (folder / "token").exists():
            (folder / "token").write_text(token_for_tests(house), "utf-8")
        print(_UP, flush=True)
        if pace is not None:
            start(house, pace=Pace.times(pace))

    key = folder / "configuration" / "master.key"
    settings = {"tick_every": 500, **options}
    whole = Settings(port=port, data=folder / "data", master_key_file=key, **settings)
    if past:
        from wakeful.cli.running.samplepast import begin_with_a_past

        print(_IMPORTED if begin_with_a_past(whole) else _THERE, flush=True)
    serve(whole, ready=ready)


def token_for_tests(house: Any) -> str:
    """A system's token for all homes of PROVIDER, and ACTOR as one of its people."""
    from shared.clock import now
    from shared.security.people import Person
    from shared.security.rights import Right, Scope

    scope, rights = Scope(provider_id=PROVIDER), frozenset({Right.RECORD, Right.MANAGE, Right.READ})
    house.access.put_person(Person(ACTOR, "Sample tester (invented)", scope, rights), now())
    secret: str = house.access.tokens.issue_system("sample-tests", rights, scope, now()).secret
    return secret


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), **orjson.loads(sys.argv[3]))
