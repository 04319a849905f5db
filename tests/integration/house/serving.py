"""A real `wakeful up` in a process of its own, on a free port, over a folder of the test's own.

`Up` starts it, waits until its door is open, and ends it: by SIGTERM, or by SIGKILL at any moment. Run as a module it
is that process: `python -m tests.integration.house.serving FOLDER PORT [SAMPLE_PACE]`.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Self

import httpx
import orjson

PROVIDER: Final = "sample-provider"
"""Whose system the token of `Up` is; with the sample, its own."""
ACTOR: Final = "sample-tester"
_UP: Final = "the door is open"


class Up:
    """The process, and a client of it with a system's token for every home of PROVIDER."""

    def __init__(self, folder: Path, *, pace: float | None = None) -> None:
        """`pace`: play the sample, so many times as fast as usual."""
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._pace = pace
        self.process: subprocess.Popen[str]
        self.client: httpx.Client

    def start(self) -> Self:
        """Start it, and wait until its door is open."""
        command = [sys.executable, "-m", __name__, str(self.folder), str(self.port)]
        if self._pace is not None:
            command.append(str(self._pace))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
        with self._said.open("ab") as said:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=said, text=True, env=environment, cwd=Path.cwd()
            )
        self.line(_UP)
        token = (self.folder / "token").read_text("utf-8")
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.Client(
            base_url=f"{self.url}/api/v1", headers=headers, trust_env=False, timeout=30
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

    @property
    def said(self) -> str:
        """Its standard error so far, of all its lives."""
        return self._said.read_text("utf-8")

    @property
    def _said(self) -> Path:
        return self.folder / "said"

    def _end(self, signal_: signal.Signals) -> int:
        self.client.close()
        self.process.send_signal(signal_)
        code = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def steps(client: httpx.Client, after: int = 0) -> Any:
    """What the alert stream says behind a position, one step after the other, for as long as one listens."""
    with client.stream("GET", "/alerts/stream", params={"after": after}, timeout=60) as answer:
        answer.raise_for_status()
        event = ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "alert":
                yield orjson.loads(value)


def main(folder: Path, port: int, pace: float | None) -> None:
    """Be the process."""
    from services import sample
    from services.sample.cast import Pace
    from services.up import House, serve
    from shared.settings import Settings

    def ready(house: House) -> None:
        if not (folder / "token").exists():
            (folder / "token").write_text(token_for_tests(house), "utf-8")
        print(_UP, flush=True)
        if pace is not None:
            sample.start(house, pace=Pace.times(pace))

    key = folder / "configuration" / "master.key"
    serve(Settings(port=port, data=folder / "data", master_key_file=key, tick_every=500), ready=ready)


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
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else None)
