"""Lives of a pager's worker over a broker and Postgres: the door, and all who watch beside it, stay as they are.

Each has a broker's topics and a database of its own. What a life is, who is told, and what must be true of it is a
whole house's: `pagelives`.
"""

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson
import uvicorn
from sqlalchemy import Engine

from services.house import database
from services.house.serving import listen
from services.monitors import SERVICES
from shared.instants import NEVER, Instant
from shared.log.kafka.connection import Broker
from shared.log.kafka.log import KafkaLog
from shared.settings import Settings
from shared.topics import ALERTS
from tests.integration.gateway.broker_house import PARTITIONS, BrokerHouse, Ground
from tests.integration.house.kill.apart import PAGER, owns
from tests.integration.house.kill.launcher import RIGHTS, people
from tests.integration.house.kill.pagelives import PageLives
from tests.integration.house.kill.pageverdict import Pages
from tests.integration.house.serving import ACTOR, PROVIDER, free_port
from tests.integration.pager.receivers import Receiver
from tests.servers.plugin import Kafka, Postgres

TICK_S: Final = 0.5


class BrokerLives(PageLives):
    """The lives over one broker's topics. `with` it: the door opens, and whoever watches begins."""

    patience_s = 180.0

    def __init__(
        self,
        folder: Path,
        seed: int,
        *,
        kafka: Kafka,
        postgres: Postgres,
        receiver: Receiver,
        outcome: Pages,
        group: bool = False,
    ) -> None:
        """`group`: who owns what is decided at the broker (`apart`)."""
        self._ground = Ground(kafka, postgres, folder, allow_private_receivers=True, port=free_port())
        self._group = group
        self._around = ExitStack()
        super().__init__(folder, seed, receiver=receiver, outcome=outcome, port=self._ground.settings.port)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            house = stack.enter_context(BrokerHouse(self._ground))
            self._let_in(house)
            stack.enter_context(_Running(house, self._ground.settings))
            others = self._ground.worker(*(name for name in SERVICES if name != PAGER))
            stack.callback(others.stop)
            owns(others, self._ground.settings)
            others.watch()
            self._log = KafkaLog(Broker.of(self._ground.settings, self._ground.prefix), read_only=True)
            stack.callback(self._log.close)
            self._ended: dict[str, Instant] = {}
            self._read_to: dict[int, Any] = {each: {} for each in range(PARTITIONS)}
            self._around = stack.pop_all()
        return super().__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        with self._around:
            super().__exit__(kind, error, trace)

    def _let_in(self, house: BrokerHouse) -> None:
        """Whoever calls has a token, and whoever is told can be reached."""
        house.person(ACTOR, PROVIDER, RIGHTS)
        for person in people(self._receiver.url, house.gate.reach.sealing):
            house.access.put_person(person, house.now)
        (self.folder / "token").write_text(house.system(PROVIDER, RIGHTS).secret, "utf-8")

    def _launched(self) -> Sequence[str]:
        settings = self._ground.settings
        assert settings.database_url is not None
        told = {
            "kafka": settings.kafka,
            "database_url": settings.database_url.get_secret_value(),
            "data": str(settings.data),
            "master_key_file": str(settings.master_key_file),
            "partitions": settings.partitions,
            "allow_private_receivers": True,
        }
        order = {
            "settings": told, "prefix": self._ground.prefix, "folder": str(self.folder), "group": self._group,
        }  # fmt: skip
        return ("tests.integration.house.kill.apart", orjson.dumps(order).decode())

    def _views(self) -> Engine:
        return database.views(database.address(self._ground.settings), PAGER)

    def _resolved(self) -> Mapping[str, Instant]:
        for partition, position in self._read_to.items():
            records, self._read_to[partition] = self._log.read(
                partition, (ALERTS,), position, NEVER, 1_000_000
            )
            for record in records:
                event = orjson.loads(record.body)
                if event["type"].startswith("alert.resolved"):
                    self._ended.setdefault(event["data"]["alert_id"], record.appended_at)
        return self._ended


class _Running:
    """The door as a server, and time that goes on; `with` it."""

    def __init__(self, house: BrokerHouse, settings: Settings) -> None:
        self._house = house
        self._socket = listen(settings)
        config = uvicorn.Config(house.app, ws="none", log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.run, args=([self._socket],), name="door"),
            threading.Thread(target=self._pass, name="time"),
        ]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def _pass(self) -> None:
        while not self._stop.wait(TICK_S):
            self._house.tick()
