"""The composition root of the embedded form: everything in one process over one folder (`wakeful up`).

1. The folder, the master key, the keys; the log (one process a folder); the people and tokens; the read models.
2. Every schema is brought up to date.
3. A runner a service, each in a thread of its own. A fault of a loop itself ends the process: the supervisor starts
   it again, and nothing is lost.
4. The door and the pages, with the prober that comes in as a phone would, and the ping to whoever watches over us.
5. On SIGTERM or SIGINT: the door stops taking, streams end, what was acknowledged is durable already, runners stop.

No rule lives here, and nothing below it looks at the environment.
"""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from services import monitors
from services.alerts import api as alerts_api
from services.alerts import running as alerts
from services.alerts.feed import Feed
from services.alerts.stream import Streams
from services.alerts.watch import Watch, set_aside
from services.checks import api as checks_api
from services.checks import running as checks
from services.gateway.app import Deps, make_app
from services.gateway.inhand import InHand
from services.gateway.probe import Prober, probe_token
from services.gateway.snapshot import Keeper
from services.sample.running import start as play_sample
from shared import blind, clock, logs, watchdog
from shared.instants import Instant
from shared.log.sqlite import SqliteLog
from shared.metrics import Metrics
from shared.onecore import stay_on_one_core
from shared.runner import Runner
from shared.security.access import Access
from shared.security.keys import KeyRing, load_master_key
from shared.settings import Settings
from shared.store import damage, ledger
from shared.store.engine import make_engine
from shared.web import pages as web_pages
from shared.web.app import App
from shared.web.connection import Connection
from shared.web.live import Notifier
from shared.web.pages import Pages
from shared.web.patience import raise_limit
from shared.web.session import session_routes

STOP_WITHIN: Final = 10
"""Seconds that open requests and streams have to end."""
FAULT: Final = 70
"""The exit code of a fault of a loop itself."""

_log = structlog.get_logger("up")


class PortTaken(Exception):  # noqa: N818 - reads as what it says
    """Somebody listens there already. The message says what to do."""


class House:
    """The parts of the running system. Made whole or not at all; `close` takes it down in order."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
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
            for reached in ledger.clocks(self.views).values():
                self.log.not_before(reached)  # the machine's clock may have been put back while nobody ran
            self._closing = stack.pop_all()
        self.notifier = Notifier()
        self.in_hand = InHand()
        self.present = blind.Watch(settings.blind_after)
        self.metrics = Metrics(self.log, self.views, self.blind_since, folder)
        self.runners: dict[str, Runner] = {
            "checks": checks.make_runner(self.log, self.views, observer=self.metrics),
            "alerts": alerts.make_runner(self.log, self.views, self.notifier, observer=self.metrics),
        }
        for name in self.runners:
            self.metrics.begins(name)

    def blind_since(self) -> Instant | None:
        """Since when nobody has been watching; None while somebody is. A service that is stuck is as blind as a present
        that stands still."""
        now = clock.monotonic()
        self.present.see(self.watched_to() or 0, now)
        return self.present.blind_since(now)

    def watching(self) -> bool:
        """Whether somebody watches, as of now: every service has begun, and none stands still."""
        return self.watched_to() is not None and self.blind_since() is None

    def watched_to(self) -> Instant | None:
        """How far every service has come; None before all have begun."""
        clocks = [runner.clock for runner in self.runners.values()]
        return min((each for each in clocks if each is not None), default=None) if all(clocks) else None

    def app(self) -> App:
        """The door and the pages."""
        feed = Feed(self.views)
        watch = Watch(self.watched_to, self.blind_since, partial(set_aside, self.views))
        pages = Pages([alerts_api.TEMPLATES])
        api = (
            alerts_api.api_routes(feed, Streams(feed, self.notifier, watch)),
            checks_api.api_routes(self.views, self.log),
        )
        outside = (
            alerts_api.page_routes(feed, watch, pages),
            session_routes(pages, self.settings.url),
            self.metrics.routes(),
        )
        app = make_app(
            Deps(
                self.log,
                self.keys,
                self.access,
                views=self.views,
                routers=api,
                pages=outside,
                shows=feed.shows,
                blind_after=self.settings.blind_after,
                now=self.log.now,  # a clock that is not believed must not end whoever is signed in
                in_hand=self.in_hand,
                services=self.blind_since,
                begun=lambda: self.watched_to() is not None,
            )
        )
        web_pages.install(app, self.settings.url)
        self.metrics.install(app)
        return app

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
    raise_limit()
    listening = _listen(settings)
    with ExitStack() as stack:
        stack.callback(listening.close)
        house = House(settings)
        stack.callback(house.close)
        stop = threading.Event()
        runners = [
            _thread(name, partial(runner.run, stop, sole=True)) for name, runner in house.runners.items()
        ]
        for runner in runners:
            stack.callback(runner.join)
        stack.callback(stop.set)
        server = _Server(house, play_sample if sample else ready)
        _heed_signals(server)
        for runner in runners:
            runner.start()
        _log.info("up", url=settings.url, data=str(settings.data.resolve()))
        server.run(sockets=[listening])


def _put_aside_if_damaged(views: Path) -> None:
    aside = damage.put_aside(views, clock.now())
    if aside is not None:
        remedy = "they are made anew from the log; look at the disk"
        _log.error("the read models were damaged", put_aside=str(aside), remedy=remedy)


class _Server(uvicorn.Server):
    """Opens and shuts what depends on the door being open."""

    def __init__(self, house: House, ready: Callable[[House], None] | None) -> None:
        config = uvicorn.Config(
            house.app(),
            http=Connection,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_WITHIN,
            timeout_keep_alive=75,
        )
        super().__init__(config)
        self._house = house
        self._ready = ready
        self._prober: Prober | None = None
        self._keeper: Keeper | None = None
        self._watchdog: watchdog.Watchdog | watchdog.Reminder | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        house = self._house
        secret = probe_token(house.access, clock.now())
        self._prober = Prober(
            house.log,
            house.settings.url,
            secret,
            house.settings.tick_every,
            in_hand=house.in_hand,
            blind_after=house.settings.blind_after,
        )
        self._prober.start()
        self._keeper = Keeper(house.log, house.views)
        self._keeper.start()
        self._watchdog = watchdog.begin(house.settings.watchdog_url, house.watching)
        if self._ready is not None:
            ready = self._ready
            _thread("ready", lambda: ready(house)).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._house.notifier.close()  # streams end by themselves; the door would wait for them
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._prober is not None:
            await asyncio.to_thread(self._prober.stop)
        await super().shutdown(sockets)
        if self._keeper is not None:
            await asyncio.to_thread(self._keeper.stop)


def _heed_signals(server: _Server) -> None:
    """uvicorn raises the signal again once the door is shut. By the handler that was there before, the process would
    end at that, with its runners in the middle of a turn; by the server's own, it goes on to stop them."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, server.handle_exit)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
            "stop what does, or choose another with WAKEFUL_PORT"
        ) from error
    return listening


def _thread(name: str, run: Callable[[], object]) -> threading.Thread:
    """A thread whose fault ends the process: a runner that is gone must not look like one that is quiet."""

    def guarded() -> None:
        try:
            run()
        except BaseException:
            _log.exception("a loop has failed; the process ends", loop=name)
            sys.stderr.flush()
            os._exit(FAULT)

    return threading.Thread(target=guarded, name=name, daemon=True)
