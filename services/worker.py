"""The composition root of a worker (`wakeful worker SERVICE…`): services over the home-partitions that it owns.

1. The broker and its topics, the database and its schemas: looked at, never made here.
2. A crew a service, in a thread of its own, and who owns what (`shared.worker`). A fault of a crew ends the process:
   the supervisor starts it again, and nothing is lost.
3. `/healthz`, `/readyz` and `/metrics`, and nothing else, at WAKEFUL_HOST and WAKEFUL_PORT.
4. On SIGTERM or SIGINT: the turn under way is finished, the groups are left, so that others take over at once.

Any number may run, of each service. No rule lives here.
"""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

import structlog
import uvicorn
from sqlalchemy import Engine

from services.alerts.feed import Feed
from services.gate import INDEX
from services.house import apart, database, paging
from services.house.reached import Reach
from services.house.rotas import Rotas
from services.house.serving import guarded, heed_signals, listen
from services.pager.running import SERVICE as PAGER
from shared import clock, logs
from shared.instants import Instant
from shared.log.kafka.log import KafkaLog
from shared.log.kafka.producer import Producer
from shared.metrics import Metrics
from shared.runner.service import Service
from shared.security.access import Access
from shared.security.keys import KeyRing, load_master_key
from shared.settings import Settings
from shared.web import access as web_access
from shared.web import problems
from shared.web.app import App
from shared.worker.crew import Crew
from shared.worker.health import Standing, health_routes
from shared.worker.ownership import Ownership

LEAVE_WITHIN_S: Final = 5.0
"""How long leaving the group may take: a broker that is gone holds nobody up."""
FIRST: Final = 0
"""Whose pager has this home-partition tells whoever runs the system."""

_log = structlog.get_logger("worker")


class Worker:
    """The parts of a running worker. Made whole or not at all; `close` takes it down in order."""

    def __init__(
        self, settings: Settings, services: Sequence[Service], prefix: str = "", *, sealed: bool = True
    ) -> None:
        """`prefix`: of tests, that share a broker. `sealed`: not of tests that bring their own times."""
        broker, url = apart.found(settings, prefix, sealed=sealed)
        self._settings = settings
        self._stop = threading.Event()
        self.pager: paging.Paging | None = None
        self.crews: dict[str, Crew] = {}
        self.ownerships: list[Ownership] = []
        with ExitStack() as stack:
            self.access = Access(database.access(url))
            stack.callback(self.access.close)
            producer = Producer(broker)
            stack.callback(producer.close)
            views = database.views(url, INDEX)
            stack.callback(views.dispose)
            first = KafkaLog(broker, producer=producer)
            stack.callback(first.close)
            self.metrics = Metrics(first, views, self.blind_since)
            for service in services:
                engine = database.views(url, service.name)
                stack.callback(engine.dispose)
                log = first.another()
                stack.callback(log.close)
                self.metrics.begins(service.name)
                waking = paging.Waking(self.metrics)
                crew = self.crews[service.name] = Crew(
                    log, engine, service, waking, blind_after=settings.blind_after
                )
                if service.name == PAGER.name:
                    log = first.another()
                    stack.callback(log.close)
                    self.pager = self._paging(url, engine, log, crew, waking, stack)
                self.ownerships.append(Ownership(broker, f"wakeful-{service.name}", crew.own))
            self._closing = stack.pop_all()
        self.standing = Standing(self.crews, self.ownerships, settings.blind_after)
        self._threads = [
            guarded(f"crew-{name}", partial(crew.run, self._stop)) for name, crew in self.crews.items()
        ]
        if self.pager is not None:
            self._threads.append(guarded("pager-engine", self.pager.run))

    def _paging(
        self, url: str, views: Engine, log: KafkaLog, crew: Crew, waking: paging.Waking, stack: ExitStack
    ) -> paging.Paging:
        """Who sends for the home-partitions whose pager runs here."""
        settings = self._settings
        master = load_master_key(settings.master_key_file, data_folder=settings.data)
        keys = KeyRing(database.keys(url), master)
        stack.callback(keys.close)
        alerts = database.views(url, INDEX)
        stack.callback(alerts.dispose)
        reach = Reach(settings, self.access.people, keys, views)
        hands = paging.Hands(crew.runners, lambda _partition: clock.now())
        waking.engine = paging.engine(
            reach, log, Feed(alerts), hands.held, self.metrics.registry, alone=False
        )
        operators = paging.operators(reach, lambda: FIRST in hands.held())
        return paging.Paging(waking.engine, Rotas(views, hands.held), operators)

    def blind_since(self) -> Instant | None:
        """Since when something that this process owns has not been watched; None while all of it is."""
        return self.standing.blind_since()

    def start(self) -> None:
        """Begin to own, and to watch what is owned."""
        self.own()
        self.watch()

    def own(self) -> None:
        """Begin to own."""
        for ownership in self.ownerships:
            ownership.start()

    def watch(self) -> None:
        """Begin to watch what is owned, now and later."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the turn under way, leave the groups, let go of everything."""
        self._stop.set()
        if self.pager is not None:
            self.pager.stop()
        for thread in self._threads:
            thread.join()
        leaving = [threading.Thread(target=each.stop, args=(LEAVE_WITHIN_S,)) for each in self.ownerships]
        for thread in leaving:
            thread.start()
        for thread in leaving:
            thread.join()
        self._closing.close()

    def app(self) -> App:
        """What supervisors and Prometheus ask."""
        app = App(title="Wakeful worker", openapi_url=None, docs_url=None, redoc_url=None)
        for router in (health_routes(self.standing), self.metrics.routes()):
            app.include_router(router)
        web_access.install(app, self.access, clock.now)
        problems.install(app)
        return app


def serve(settings: Settings, services: Sequence[Service], *, prefix: str = "", sealed: bool = True) -> None:
    """Run until SIGTERM or SIGINT. Raises BrokerUnreachable, BrokerWrong, TopicsWrong, TooOld, TooNew, PortTaken, each
    with its remedy, before anything is owned."""
    logs.set_up(settings.log_level)
    listening = listen(settings)
    with ExitStack() as stack:
        stack.callback(listening.close)
        worker = Worker(settings, services, prefix, sealed=sealed)
        stack.callback(worker.stop)
        config = uvicorn.Config(
            worker.app(), ws="none", log_config=None, access_log=False, server_header=False, lifespan="off",
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        server = uvicorn.Server(config)
        heed_signals(server)
        worker.start()
        _log.info("up", services=[service.name for service in services], broker=settings.kafka)
        server.run(sockets=[listening])
