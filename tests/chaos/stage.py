"""What a chaotic night happens on: a broker and a Postgres, topics and schemas in them, and the processes of the house.

A process that ends by itself is taken note of (`fallen`) and started again, as a supervisor would. Which of them is
disturbed when, and what must be left, is said elsewhere.
"""

import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Final, Self

import httpx
import orjson

from services.house import database
from services.monitors import SERVICES
from shared.clock import now
from shared.log.kafka import topics
from shared.log.kafka.connection import Broker
from shared.security.access import Access
from shared.security.people import Person
from shared.security.rights import Right, Scope
from tests.chaos.homes import STAFF
from tests.integration.house.serving import PROVIDER, token_for_tests
from tests.servers.broker import free_port
from tests.servers.process import Process, ServerFailed, tail, until

TICK_EVERY: Final = 500
BLIND_AFTER: Final = 4_000
WITHIN: Final = 60.0
"""Seconds in which a process is there, or gone: a bound, and no promise."""
ALL: Final = tuple(SERVICES)
"""Every service of this house."""
_OWNED: Final = "home-partitions owned"


class Part:
    """One process of the house: the gateway, or a worker of some services."""

    def __init__(self, name: str, command: Sequence[str], port: int, log: Path) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self.services: tuple[str, ...] = ()
        self.stopped = False
        """Whether it stands still at the moment (SIGSTOP)."""
        self._command = command
        self._process = Process(command, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.alive

    @property
    def said(self) -> str:
        """What it has logged since it was started."""
        return self._process.said()

    @property
    def owns(self) -> bool:
        """Whether it owned some home-partition of some service when it last said what it owns."""
        lines = [orjson.loads(line) for line in self.said.splitlines() if line.endswith("}")]
        told = {line["group"]: line["partitions"] for line in lines if line["event"] == _OWNED}
        return any(told.values())

    def again(self) -> None:
        """Start it once more, as it was."""
        self._process = Process(self._command, self.log)

    def answers(self, path: str = "/healthz") -> bool:
        """Whether it says yes there; False where it does not answer at all."""
        with suppress(httpx.HTTPError):
            return httpx.get(self.url + path, trust_env=False, timeout=5).status_code == 200
        return False

    def wait_up(self) -> None:
        """Until it answers."""
        until(lambda: self.answers() or not self.alive, WITHIN, self._failure)
        if not self.alive:
            raise self._failure()

    def kill(self) -> None:
        """SIGKILL, also of one that stands still."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and wait until it has let go of everything."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """SIGSTOP: whatever it was doing, it will go on with later."""
        self.stopped = True
        self._process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._process.send(signal.SIGCONT)
        self.stopped = False

    def _failure(self) -> ServerFailed:
        return ServerFailed(f"{self.name} did not come up{tail(self.log)}")

    def _end(self, number: signal.Signals) -> None:
        if self.stopped and number is not signal.SIGKILL:
            self.thaw()
        self._process.end(number, WITHIN)


class Stage:
    """`with` it: topics and schemas are made, and whatever was started on it is gone afterwards."""

    def __init__(
        self,
        folder: Path,
        bootstrap: str,
        url: str,
        partitions: int,
        *,
        prefix: str = "",
        importing: bool = False,
    ) -> None:
        """`url`: of an empty database. `importing`: the topics bring their own times."""
        self.folder = folder
        self.broker = Broker(bootstrap, partitions, prefix)
        self.url = url
        self.importing = importing
        self.gateway_port = free_port()
        self.token = ""
        self.parts: list[Part] = []
        """Those that should be running."""
        self.fallen: list[str] = []
        """Those that ended by themselves, with the last they said."""
        self._begun = 0

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        topics.make(self.broker, importing=self.importing)
        database.migrate(self.url)
        with_access = Access(database.access(self.url))
        try:
            token_for_tests(SimpleNamespace(access=with_access))  # and whoever acts by it
            scope, rights = Scope(provider_id=PROVIDER), frozenset(Right) - {Right.ADMIN}
            self.token = with_access.tokens.issue_system("sample-phones", rights, scope, now()).secret
            for each in STAFF:
                may = frozenset({Right.RECORD, Right.RESPOND})
                person = Person(each, "Sample worker (invented)", scope, may)
                with_access.put_person(person, now())
        finally:
            with_access.close()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        for part in self.parts:
            part.kill()

    @property
    def gateway_url(self) -> str:
        """Where phones come in, whichever gateway is there."""
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def workers(self) -> list[Part]:
        return [part for part in self.parts if part.name != "gateway"]

    @property
    def gateway(self) -> Part:
        return next(part for part in self.parts if part.name == "gateway")

    def begin_gateway(self) -> Part:
        """Start the gateway, always on the same port."""
        return self._begin("gateway", self.gateway_port, {})

    def begin_worker(self, services: Sequence[str] = ALL, *, newer: bool = False, deaf: bool = False) -> Part:
        """Start a worker. `newer`: its checks are of the next version. `deaf`: it hears late what it owns no more."""
        more = {"services": list(services), "newer": newer, "deaf": deaf, "importing": self.importing}
        name = f"worker of {'+'.join(services)}{' (next version)' if newer else ''}"
        part = self._begin(name, free_port(), more)
        part.services = tuple(services)
        return part

    def remove(self, part: Part) -> None:
        """It need not run any more; whoever calls has ended it, or does."""
        self.parts.remove(part)

    def look_after(self) -> None:
        """Start again what has ended by itself, and keep what it said last."""
        for part in self.parts:
            if not part.alive:
                self.fallen.append(f"{part.name} ended by itself{tail(part.log)}")
                part.again()

    def _begin(self, name: str, port: int, more: dict[str, Any]) -> Part:
        self._begun += 1
        settings = {
            "port": port,
            "data": str(self.folder / "data"),
            "master_key_file": str(self.folder / "configuration" / "master.key"),
            "tick_every": TICK_EVERY,
            "blind_after": BLIND_AFTER,
            "kafka": self.broker.bootstrap,
            "partitions": self.broker.partitions,
            "database_url": self.url,
        }
        options = orjson.dumps({"settings": settings, "prefix": self.broker.prefix, **more}).decode()
        what = "gateway" if name == "gateway" else "worker"
        command = [sys.executable, "-m", "tests.chaos.launcher", what, options]
        part = Part(name, command, port, self.folder / f"{self._begun:03}-{name.split()[0]}.log")
        self.parts.append(part)
        return part
