"""A real Kafka broker of a test's own: one process that is broker and controller, on fixed ports and fixed data.

It is formatted, started, killed, stopped for a while and started again as an operator's would be. Topics and what is
in them never live here.
"""

import shutil
import signal
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Final, Protocol

from tests.servers.artifacts import jars, java
from tests.servers.ports import free_port as free_port  # also by this name
from tests.servers.process import Process

_FORMATTED_WITHIN: Final = 240.0
_STOPS_WITHIN: Final = 240.0
# A broker of a test lives for seconds: what a second compiler gains is less than it costs.
_JVM: Final = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# A broker that is its own controller, alone. After a kill it waits until its own old session has passed: nine seconds,
# if not told otherwise.
ALONE: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "500",
    "log.segment.delete.delay.ms": "1000",
}

READY: Final = "Kafka Server started"
READY_WITHIN: Final = 240.0


class Broker(Protocol):
    """What tests may do to a broker of their own."""

    @property
    def bootstrap(self) -> str:
        """Where clients find it: the same through every stop and start."""

    @property
    def alive(self) -> bool:
        """Whether it runs; a paused one does."""

    def start(self) -> None:
        """Start it, on what data it has, and wait until it takes requests."""

    def stop(self) -> None:
        """Stop it in order: logs are flushed and closed."""

    def kill(self) -> None:
        """SIGKILL: the next start recovers."""

    def pause(self) -> None:
        """SIGSTOP: its connections stay, and nothing answers on them."""

    def resume(self) -> None:
        """SIGCONT: it goes on where it was."""

    def remove(self) -> None:
        """Kill it, and leave nothing of it but its log."""


class KafkaServer:
    """A broker whose settings, data and log lie in `folder`, on `port` or a free one of 127.0.0.1."""

    def __init__(self, folder: Path, port: int | None = None, *, log: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.log = log or folder / "kafka.log"
        self._data = folder / "kafka-data"
        self._settings = folder / "server.properties"
        self._controller = free_port()
        self._java = java()
        self._classes = str(jars() / "*")
        self._process: Process | None = None

    @property
    def bootstrap(self) -> str:
        """Where clients find it."""
        return f"127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether it runs; a paused one does."""
        return self._process is not None and self._process.alive

    def start(self) -> None:
        """Format its data if it has none, start it on the same ports, and wait until it takes requests."""
        assert not self.alive, "this broker runs already"
        if not self._data.exists():
            self.format()
        self._process = self._run("kafka.Kafka", self._settings)
        self._process.wait_ready(self._ready, READY_WITHIN, "Kafka")

    def format(self) -> None:
        """Write its settings, and make its data those of a new cluster."""
        address, controller = f"PLAINTEXT://{self.bootstrap}", f"127.0.0.1:{self._controller}"
        settings = ALONE | {
            "listeners": f"{address},CONTROLLER://{controller}",
            "advertised.listeners": address,
            "controller.quorum.bootstrap.servers": controller,
            "log.dirs": str(self._data),
        }
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        # Its first byte is ours: an id that began with a hyphen would be taken for an option.
        cluster = urlsafe_b64encode(b"\x00" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        tool = self._run(
            "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", self._settings
        )
        tool.run(_FORMATTED_WITHIN, "the formatting of Kafka's data")

    def stop(self) -> None:
        """Stop it in order: logs are flushed and closed."""
        self.resume()
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: the next start recovers."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """SIGSTOP: its connections stay, and nothing answers on them."""
        if self._process is not None:
            self._process.send(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it goes on, and takes its time for what it was."""
        if self._process is not None:
            self._process.send(signal.SIGCONT)

    def remove(self) -> None:
        """Kill it, and leave nothing of it but its log."""
        self.kill()
        shutil.rmtree(self._data, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.end(number, _STOPS_WITHIN)
            self._process = None

    def _run(self, main: str, *arguments: str | Path) -> Process:
        logging = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties')}"
        command = [self._java, *_JVM, logging, "-cp", self._classes, main, *arguments]
        return Process(command, self.log)

    def _ready(self) -> bool:
        assert self._process is not None
        return READY in self._process.said()
