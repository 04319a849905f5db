"""The same broker in a container, where a Docker daemon answers.

Testcontainers sees to it that a killed run leaves none behind.
"""

import warnings
from pathlib import Path
from typing import Any, Final

from tests.servers.broker import ALONE, READY, READY_WITHIN
from tests.servers.ports import free_port
from tests.servers.process import ServerFailed, tail, until

IMAGE: Final = "apache/kafka:4.3.1"
_STOPS_WITHIN: Final = 60

with warnings.catch_warnings():
    # tests treat warnings as errors, and these libraries' own are none of ours
    warnings.simplefilter("ignore")
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.docker_client import DockerClient


class KafkaContainer:
    """A broker in a container, on a port of 127.0.0.1 that stays its own. `folder` gets its log."""

    def __init__(self, folder: Path, *, log: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.log = log or folder / "kafka.log"
        # the image formats its data itself, and can do so only for a quorum that is listed
        settings = ALONE | {
            "listeners": "PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "controller.quorum.voters": "1@127.0.0.1:9093",
        }
        self._container = DockerContainer(IMAGE)
        self._container.ports["9092/tcp"] = ("127.0.0.1", self.port)  # type: ignore[assignment]
        for name, value in settings.items():
            self._container.with_env("KAFKA_" + name.upper().replace(".", "_"), value)
        self._starts = 0

    @property
    def bootstrap(self) -> str:
        """Where clients find it: the same through every stop and start."""
        return f"127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether it runs; a paused one does."""
        return self._starts > 0 and self._status() in ("running", "paused")

    def start(self) -> None:
        """Start it, on what data it has, and wait until it takes requests."""
        assert not self.alive, "this broker runs already"
        if self._starts:
            self._docker.start()
        else:
            self._container.start()
        self._starts += 1
        until(
            lambda: self._status() != "running" or self._ready(),
            READY_WITHIN,
            lambda: self._failure("was not ready"),
        )
        if self._status() != "running":
            raise self._failure("ended")

    def stop(self) -> None:
        """Stop it in order: logs are flushed and closed."""
        self.resume()
        if self.alive:
            self._docker.stop(timeout=_STOPS_WITHIN)

    def kill(self) -> None:
        """SIGKILL: the next start recovers."""
        self.resume()
        if self.alive:
            self._docker.kill()
            self._docker.wait(timeout=_STOPS_WITHIN)

    def pause(self) -> None:
        """Its processes are frozen: connections stay, and nothing answers on them."""
        self._docker.pause()

    def resume(self) -> None:
        """It goes on where it was."""
        if self._starts and self._status() == "paused":
            self._docker.unpause()

    def remove(self) -> None:
        """Kill it, and leave nothing of it but its log."""
        if self._starts:
            self._keep_log()
            self._container.stop()
            self._starts = 0

    @property
    def _docker(self) -> Any:
        return self._container.get_wrapped_container()

    def _status(self) -> str:
        self._docker.reload()
        return str(self._docker.status)

    def _ready(self) -> bool:
        return int(self._docker.logs().count(READY.encode())) >= self._starts

    def _keep_log(self) -> None:
        self.log.write_bytes(self._docker.logs())

    def _failure(self, what: str) -> ServerFailed:
        self._keep_log()
        return ServerFailed(f"Kafka in a container {what}" + tail(self.log))


def bring() -> None:
    """Get the broker's image, if it is not here; raises whatever says that there is no Docker to do so."""
    docker = DockerClient().client
    docker.ping()
    if not docker.images.list(IMAGE):
        docker.images.pull(IMAGE)


if __name__ == "__main__":
    bring()
