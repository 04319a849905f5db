"""How long nobody watches when the process is started anew over 100,000 placements.

`run()` makes the folder (`large_house`), starts a real `wakeful up` over it once, and then twice more: after SIGTERM,
and after SIGKILL. What is measured is from exec until the door is open, the present is fresh (`/readyz`) and every
service has begun: it has made its first turn (`/metrics`). Where others work on the machine, look at the seconds of a
processor that the process took until then (`restart_100k_cpu_s`): they are what it would take alone.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

import httpx

from tests.load.large_house import fill
from tests.servers.ports import free_port

PLACEMENTS: Final = 100_000
SERVICES: Final = {"checks", "alerts"}
_LOOK_EVERY: Final = 0.2
"""Seconds: whoever asks for metrics every few milliseconds measures himself."""
_LIVES: Final = 3.0
"""How many seconds it runs before it is ended."""
_TURNED: Final = re.compile(r'wakeful_present_lag_seconds\{service="(\w+)"\} (?!0\.0$)', re.MULTILINE)
"""A service that has not turned yet says 0.0; one that has, how far the machine's clock is ahead of its own."""


def run() -> dict[str, float]:
    """`restart_100k_s`: the longer of the two restarts. Also each of them, the first start, and the memory of the
    process when it watches (MiB)."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        fill(data, PLACEMENTS)
        first, _, _ = _start(data, signal.SIGTERM)
        stopped, cpu, resident = _start(data, signal.SIGKILL)
        killed, cpu_killed, _ = _start(data, signal.SIGTERM)
    return {
        "restart_100k_s": max(stopped, killed),
        "restart_100k_stopped_s": stopped,
        "restart_100k_killed_s": killed,
        "restart_100k_first_s": first,
        "restart_100k_cpu_s": max(cpu, cpu_killed),
        "restart_100k_mib": resident,
    }


def _start(data: Path, end_by: signal.Signals) -> tuple[float, float, float]:
    """Start it, and end it: seconds until it watched, those of a processor, and its memory then."""
    os.sync()  # what was written before is not this start's
    began = perf_counter()
    with _up(data, end_by) as (process, client):
        _until(lambda: _ready(client), process)
        _until(lambda: _turned(client) >= SERVICES, process)
        took = perf_counter() - began
        cpu, resident = _cpu(process.pid), _resident(process.pid)
        sleep(_LIVES)
    return took, cpu, resident


@contextmanager
def _up(data: Path, end_by: signal.Signals) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    port = free_port()
    settings = {
        "WAKEFUL_DATA": str(data),
        "WAKEFUL_PORT": str(port),
        "WAKEFUL_MASTER_KEY_FILE": str(data.parent / "configuration" / "master.key"),
        "WAKEFUL_LOG_LEVEL": "error",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("WAKEFUL_")}
    process = subprocess.Popen([sys.executable, "-m", "wakeful", "up"], env=others | settings)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=120) as client:
            yield process, client
    finally:
        process.send_signal(end_by)
        process.wait(120)


def _until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not _so(holds):
        if process.poll() is not None:
            raise RuntimeError(f"`wakeful up` ended with {process.returncode} before it watched")
        sleep(_LOOK_EVERY)


def _so(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except httpx.TransportError:  # nobody listens yet
        return False


def _ready(client: httpx.Client) -> bool:
    return client.get("/readyz").status_code == 200


def _turned(client: httpx.Client) -> set[str]:
    return set(_TURNED.findall(client.get("/metrics").text))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return float("nan") if found is None else int(found[1]) / 1024


if __name__ == "__main__":
    print(run())
