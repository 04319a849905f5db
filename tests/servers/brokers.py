"""Which broker this machine gives: a container where Docker answers, otherwise a process from the published jars."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

from tests.servers.artifacts import jars, java
from tests.servers.broker import Broker, KafkaServer

_ROOT: Final = Path(__file__).parents[2]
_IMAGE_WITHIN: Final = 600.0


def start_broker(folder: Path, log: Path | None = None) -> Broker:
    """The first that starts. A daemon that answers and cannot run the broker is no reason to have none."""
    if _docker():
        from tests.servers.container import KafkaContainer

        try:
            return _started(KafkaContainer(folder, log=log))
        except Exception as why:  # from wherever in Docker it comes
            (folder / "docker.txt").write_text(f"Docker answered, but: {why}\n")
    return _started(KafkaServer(folder, log=log))


def prepare() -> None:
    """Bring what the first broker needs, if it is not here; it may take minutes, and nothing is started."""
    if not _docker():
        java()
        jars()


@cache
def _docker() -> bool:
    """Whether Docker answers and has the image. Asked in another process: a refused call leaves its socket open."""
    command = [sys.executable, "-m", "tests.servers.container"]
    try:
        asked = subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=_IMAGE_WITHIN, check=False)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def _started(server: Broker) -> Broker:
    try:
        server.start()
    except BaseException:
        server.remove()
        raise
    return server
