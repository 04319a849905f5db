"""The composition root of the gateway over a broker (`wakeful gateway`): the door and the pages; others watch.

1. The broker and its topics, the database and its schemas: looked at, never made here.
2. The door reads the log to its end, then lets people in; the prober comes in as a phone would, and while it gets in
   ticks are written, so that time goes on for those who watch.
3. How far they have come is what their ledger says.
4. Who tells people past the log that nobody watches, and the daily tests of on-call.
5. On SIGTERM or SIGINT: the door stops taking, streams end, what was acknowledged is durable already.

Several may run at once: before one of them judges a fact it reads what the others have written. No rule lives here.
"""

from contextlib import ExitStack
from typing import Final

import structlog

from services import monitors
from services.gateway.folded import TOPICS
from services.gateway.inhand import InHand
from services.gateway.snapshot import Keeper
from services.house import apart, database
from services.house.app import Parts, door_app
from services.house.enginewatch import EngineWatch
from services.house.ledgerwatch import LedgerWatch
from services.house.reached import Reach
from services.house.serving import DoorServer, heed_signals, listen
from services.pager.alive.running import Alive
from shared import logs
from shared.log.base import Positions, beside
from shared.log.kafka.doorlog import KafkaDoorLog
from shared.log.kafka.producer import Producer
from shared.metrics import Metrics
from shared.security.access import Access
from shared.security.keys import KeyRing, load_master_key
from shared.settings import Settings
from shared.store.index import SeenIndex
from shared.topics import NIGHT_COVER, PLAN_CHANGES
from shared.web.app import App
from shared.web.live import Notifier
from shared.web.patience import raise_limit

INDEX: Final = "alerts"
"""The service that reads every input: its notes are the log's index."""

_log = structlog.get_logger("gateway")


class Gate:
    """The parts of the running gateway. Made whole or not at all; `close` takes it down in order."""

    def __init__(self, settings: Settings, prefix: str = "") -> None:
        """`prefix`: of tests, that share a broker."""
        self.settings = settings
        broker, url = apart.found(settings, prefix)
        with ExitStack() as stack:
            self.views = {name: database.views(url, name) for name in monitors.SERVICES}
            for engine in self.views.values():
                stack.callback(engine.dispose)
            master = load_master_key(settings.master_key_file, data_folder=settings.data)
            self.keys = KeyRing(database.keys(url), master)
            stack.callback(self.keys.close)
            self.access = Access(database.access(url))
            stack.callback(self.access.close)
            lookups = database.index(url, INDEX)
            stack.callback(lookups.dispose)
            self._index = index = SeenIndex(lookups, INDEX, broker.partitions)
            producer = Producer(broker)
            stack.callback(producer.close)
            self.log = KafkaDoorLog(broker, producer, index)
            stack.callback(self.log.close)
            self._closing = stack.pop_all()
        self.reach = Reach(settings, self.access.people, self.keys, self.views["pager"])
        self.notifier = Notifier()
        self.in_hand = InHand()
        self.engines = EngineWatch(self.views["pager"], broker.partitions, settings.blind_after)
        self.ledger = LedgerWatch(
            self.views["alerts"],
            monitors.SERVICES,
            broker.partitions,
            settings.blind_after,
            looked=self._looked,
        )
        self.ledger.look()
        self.metrics = Metrics(self.log, self.views["alerts"], self.ledger.blind_since)
        self.ledger.start()

    def watching(self) -> bool:
        """Whether everywhere somebody watches, and somebody would be woken, as of now."""
        return self.ledger.watching() and self.engines.stands_since() is None

    def _looked(self) -> None:
        """At the ledger."""
        self.notifier.notify()  # another process commits
        self.engines.look()

    def app(self) -> App:
        """The door and the pages."""
        app = door_app(
            Parts(
                self.settings,
                self.log,
                self.keys,
                self.access,
                views=self.views,
                snapshot=None,
                notifier=self.notifier,
                in_hand=self.in_hand,
                metrics=self.metrics,
                reach=self.reach,
                watched_to=self.ledger.watched_to,
                blind_since=self.ledger.blind_since,
            )
        )
        fold = app.state.fold
        # What the index has not come to yet is known by its ids too: sent again it is the same fact.
        tails = {partition: self._tail(partition, read_to) for partition, read_to in fold.read_to.items()}
        self.log.watch_others(TOPICS, tails, fold.elsewhere_written)
        return app

    def _tail(self, partition: int, read_to: Positions) -> Positions:
        known = self._index.positions(partition)
        names = (*beside(PLAN_CHANGES), *beside(NIGHT_COVER))
        return {**read_to, **{name: known[name] for name in names if name in known}}

    def alive(self) -> Alive:
        """Who tells people that nobody watches, past the log. Several doors tell it under the same keys."""
        ledger = self.ledger
        stands = self.engines.stands_since
        views = self.views["alerts"]
        return self.reach.alive(self.log, views, ledger.blind_since, ledger.watched_to, elsewhere=stands)

    def keeper(self) -> Keeper | None:
        """There is no snapshot to keep."""
        return None

    def close(self) -> None:
        """Let go of everything, in order."""
        self.ledger.stop()
        self._closing.close()


def serve(settings: Settings, *, prefix: str = "") -> None:
    """Run until SIGTERM or SIGINT. Raises BrokerUnreachable, BrokerWrong, TopicsWrong, TooOld, TooNew,
    MasterKeyUnusable, PortTaken, each with its remedy, before anything is served."""
    logs.set_up(settings.log_level)
    raise_limit()
    listening = listen(settings)
    with ExitStack() as stack:
        stack.callback(listening.close)
        gate = Gate(settings, prefix)
        stack.callback(gate.close)
        for beside in (gate.alive(), gate.reach.daily()):
            stack.callback(beside.stop)
            beside.start()
        server: DoorServer[Gate] = DoorServer(gate, None)
        heed_signals(server)
        _log.info("up", url=settings.url, broker=settings.kafka)
        server.run(sockets=[listening])
