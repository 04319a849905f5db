"""A worker in a process of its own that begins to watch when it is told to, and says what that took.

`python -m tests.load.kafka.watching SHARE END`: the settings come from the environment. It says `owns` when so many
home-partitions are its own; told `go` it watches until all of them have come to END, and says how many seconds of the
clock and of the processor that took.
"""

import json
import os
import subprocess
import sys
import threading
from time import perf_counter, process_time, sleep
from typing import Final, NamedTuple

from services.checks.running import SERVICE
from shared.instants import Instant
from shared.settings import Settings
from tests.load.kafka.ground import environment

OWNED: Final = "owns"
_WITHIN_S: Final = 120.0


class Took(NamedTuple):
    """What it took."""

    seconds: float
    cpu_seconds: float


class Watching:
    """The process, as the benchmark sees it."""

    def __init__(self, settings: Settings, share: int, end: Instant) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.load.kafka.watching", str(share), str(end)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(settings),
            text=True,
        )

    def owns(self) -> None:
        """Wait until it owns its share."""
        self._said(OWNED)

    def go(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def took(self) -> Took:
        """Wait until it is there."""
        return Took(**json.loads(self._said("{")))

    def end(self) -> None:
        """Let it go."""
        self._process.kill()
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _said(self, wanted: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(wanted):
                return line
        raise RuntimeError(f"the worker ended with {self._process.wait()} before it said {wanted!r}")


def _watch(share: int, end: Instant) -> None:
    from services.worker import Worker

    worker = Worker(Settings.read(), [SERVICE], sealed=False)
    crew = worker.crews[SERVICE.name]
    worker.own()
    while len(crew.owned) != share:
        sleep(0.1)
    print(OWNED, flush=True)
    sys.stdin.readline()
    began, cpu = perf_counter(), process_time()
    worker.watch()
    while not all((reached or 0) >= end for reached in crew.clocks().values()):
        sleep(0.02)
    print(json.dumps({"seconds": perf_counter() - began, "cpu_seconds": process_time() - cpu}), flush=True)
    threading.Event().wait(_WITHIN_S)  # whoever leaves makes the others take over, and that is not measured
    os._exit(0)


if __name__ == "__main__":
    _watch(int(sys.argv[1]), int(sys.argv[2]))
