"""The composition root of the embedded form: everything in one process over one folder (`wakeful up`).

1. The folder, the master key, the keys; the log (one process a folder); the people and tokens; the read models.
2. Every schema is brought up to date.
3. A runner a service, each in a thread of its own. A fault of a loop itself ends the process: the supervisor starts
   it again, and nothing is lost.
4. Who tells people past the log that nobody watches, and the daily tests of on-call.
5. The door and the pages, with the prober that comes in as a phone would, and the ping to whoever watches over us.
6. On SIGTERM or SIGINT: the door stops taking, streams end, what was acknowledged is durable already, runners stop.

No rule lives here, and nothing below it looks at the environment.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import structlog

from services import monitors
from services.alerts.feed import Feed
from services.gateway.inhand import InHand
from services.gateway.snapshot import Keeper
from services.house import paging, together
from services.house.app import Parts, door_app
from services.house.reached import Reach
from services.house.rotas import Rotas
from services.house.serving import DoorServer, guarded, heed_signals, listen
from services.pager.alive.running import Alive, turns
from services.sample import receiver
from services.sample.receiver import OnCallPhone
from services.sample.running import start as play_sample
from shared import blind, clock, logs
from shared.instants import Instant
from shared.log.sqlite import SqliteLog
from shared.metrics import Metrics
from shared.onecore import stay_on_one_core
from shared.security.access import Access
from shared.security.keys import KeyRing, load_master_key
from shared.settings import Settings
from shared.store import damage, ledger
from shared.store.engine import make_engine
from shared.undisturbed import look_seldom
from shared.web.app import App
from shared.web.live import Notifier
from shared.web.pages import Pages
from shared.web.patience import raise_limit

_log = structlog.get_logger("up")


class House:
    """The parts of the running system. Made whole or not at all; `close` takes it down in order."""

    def __init__(self, settings: Settings, phone: OnCallPhone | None = None) -> None:
        """`phone`: the sample's, that is shown beside the pages."""
        self.settings = settings
        self._phone = phone
        folder = settings.data
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            self.log = SqliteLog(folder / "log.sqlite3")
            stack.callback(self.log.close)
            for name in ("keys.sqlite3", "access.sqlite3"):
                damage.look(folder / name)
            master = load_master_key(settings.master_key_file, data_folder=folder)
            self.keys = KeyRing(folder / "keys.sqlite3", master)
            stack.callback(self.keys.close)
            self.access = Access.open(folder / "access.sqlite3")
            stack.callback(self.access.close)
            _put_aside_if_damaged(folder / "views.sqlite3")
            self.views = make_engine(folder / "views.sqlite3")
            stack.callback(self.views.dispose)
            monitors.migrate(self.views)
            paging.migrate(self.views)
            for reached in ledger.clocks(self.views).values():
                self.log.not_before(reached)  # the machine's clock may have been put back while nobody ran
            self._closing = stack.pop_all()
        self.reach = Reach(settings, self.access.people, self.keys, self.views)
        self.notifier = Notifier()
        self.in_hand = InHand()
        self.present = blind.Watch(settings.blind_after)
        self.metrics = Metrics(self.log, self.views, self.blind_since, folder)
        waking = paging.Waking(self.metrics)
        self.runners = together.runners(
            self.log, self.views, self.notifier, observer=waking, blind_after=settings.blind_after
        )
        hands = paging.Hands(lambda: {0: self.runners["pager"]}, self.log.present)
        feed = Feed(self.views)
        self.pager = paging.Paging(
            paging.engine(self.reach, self.log, feed, hands.held, self.metrics.registry, alone=True),
            Rotas(self.views, hands.held),
            paging.operators(self.reach, lambda: True),
        )
        waking.engine = self.pager.engine
        for name in self.runners:
            self.metrics.begins(name)

    def blind_since(self) -> Instant | None:
        """Since when nobody has been watching; None while somebody is. A service that is stuck is as blind as a present
        that stands still."""
        now = clock.monotonic()
        self.present.see(self.watched_to() or 0, now)
        return self.present.blind_since(now)

    def watching(self) -> bool:
        """Whether somebody watches, as of now: every service has begun, none stands still, the pager's loop turns."""
        return self.watched_to() is not None and self.blind_since() is None and self.pages()

    def pages(self) -> bool:
        """Whether the pager's loop turns."""
        return turns(self.pager.engine, clock.monotonic(), self.settings.blind_after)

    def watched_to(self) -> Instant | None:
        """How far every service has come; None before all have begun."""
        clocks = [runner.clock for runner in self.runners.values()]
        return min((each for each in clocks if each is not None), default=None) if all(clocks) else None

    def app(self) -> App:
        """The door and the pages."""
        app = door_app(
            Parts(
                self.settings,
                self.log,
                self.keys,
                self.access,
                views=dict.fromkeys(monitors.SERVICES, self.views),
                snapshot=self.views,
                notifier=self.notifier,
                in_hand=self.in_hand,
                metrics=self.metrics,
                reach=self.reach,
                watched_to=self.watched_to,
                blind_since=self.blind_since,
            )
        )
        if self._phone is not None:
            app.include_router(receiver.phone_routes(self._phone, Pages([receiver.TEMPLATES])))
        return app

    def alive(self) -> Alive:
        """Who tells people that nobody watches, past the log."""
        return self.reach.alive(
            self.log, self.views, self.blind_since, self.watched_to, pager=self.pager.engine
        )

    def keeper(self) -> Keeper:
        """Who keeps the door's snapshot."""
        return Keeper(self.log, self.views)

    def close(self) -> None:
        """Close every file, in order."""
        self._closing.close()


def serve(settings: Settings, *, sample: bool = False, ready: Callable[[House], None] | None = None) -> None:
    """Run until SIGTERM or SIGINT. `ready` is called once, in a thread, when the door is open; `sample`: it is the
    sample night that begins then.

    Raises Locked, MasterKeyUnusable, TooNew, PortTaken, OSError before anything is served, each with its remedy.
    """
    logs.set_up(settings.log_level)
    stay_on_one_core()
    look_seldom()
    raise_limit()
    listening = listen(settings)
    with ExitStack() as stack:
        stack.callback(listening.close)
        phone = OnCallPhone() if sample else None
        house = House(receiver.with_a_phone(settings) if sample else settings, phone)
        stack.callback(house.close)
        stop = threading.Event()
        runners = [
            guarded(name, partial(runner.run, stop, sole=True)) for name, runner in house.runners.items()
        ]
        for runner in runners:
            stack.callback(runner.join)
        stack.callback(stop.set)
        pager = guarded("pager-engine", house.pager.run)
        stack.callback(pager.join)
        stack.callback(house.pager.stop)
        pager.start()
        for beside in (house.alive(), house.reach.daily()):
            stack.callback(beside.stop)
            beside.start()
        server = DoorServer(house, partial(play_sample, phone=phone) if sample else ready)
        heed_signals(server)
        for runner in runners:
            runner.start()
        _log.info("up", url=settings.url, data=str(settings.data.resolve()))
        server.run(sockets=[listening])


def _put_aside_if_damaged(views: Path) -> None:
    aside = damage.put_aside(views, clock.now())
    if aside is not None:
        remedy = "they are made anew from the log; look at the disk"
        _log.error("the read models were damaged", put_aside=str(aside), remedy=remedy)
