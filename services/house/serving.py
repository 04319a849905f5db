"""A door that is served: its socket, its signals, and what begins and ends with it.

What the door consists of is put together by whoever calls (`services.up` for one process, `services.gate` over a
broker). No rule lives here.
"""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Final, Generic, Protocol, TypeVar

import structlog
import uvicorn

from services.gateway.inhand import InHand
from services.gateway.probe import Prober, probe_token
from services.gateway.snapshot import Keeper
from shared import clock, watchdog
from shared.log.base import DoorLog
from shared.security.access import Access
from shared.settings import Settings
from shared.web.app import App
from shared.web.connection import Connection
from shared.web.live import Notifier

STOP_WITHIN: Final = 10
"""Seconds that open requests and streams have to end."""
FAULT: Final = 70
"""The exit code of a fault of a loop itself."""

_log = structlog.get_logger("up")


class PortTaken(Exception):  # noqa: N818 - reads as what it says
    """Somebody listens there already. The message says what to do."""


class Doors(Protocol):
    """What a served door consists of."""

    @property
    def settings(self) -> Settings: ...
    @property
    def log(self) -> DoorLog: ...
    @property
    def access(self) -> Access: ...
    @property
    def notifier(self) -> Notifier: ...
    @property
    def in_hand(self) -> InHand: ...

    def app(self) -> App:
        """The door and the pages."""
        ...

    def keeper(self) -> Keeper | None:
        """Who keeps the door's snapshot, where it has one."""
        ...

    def watching(self) -> bool:
        """Whether somebody watches, as of now."""
        ...


D = TypeVar("D", bound=Doors)


class DoorServer(uvicorn.Server, Generic[D]):
    """Opens and shuts what depends on the door being open."""

    def __init__(self, house: D, ready: Callable[[D], None] | None) -> None:
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
        token = partial(probe_token, house.access, alone=house.log.once)
        self._prober = Prober(
            house.log,
            house.settings.url,
            token(clock.now()),
            house.settings.tick_every,
            in_hand=house.in_hand,
            blind_after=house.settings.blind_after,
            renew=lambda: token(clock.now()),
        )
        self._prober.start()
        self._keeper = house.keeper()
        if self._keeper is not None:
            self._keeper.start()
        self._watchdog = watchdog.begin(
            house.settings.watchdog_url, house.watching, house.settings.watchdog_fail_url
        )
        if self._ready is not None:
            ready = self._ready
            guarded("ready", lambda: ready(house)).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._house.notifier.close()  # streams end by themselves; the door would wait for them
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._prober is not None:
            await asyncio.to_thread(self._prober.stop)
        await super().shutdown(sockets)
        if self._keeper is not None:
            await asyncio.to_thread(self._keeper.stop)


def heed_signals(server: uvicorn.Server) -> None:
    """uvicorn raises the signal again once the door is shut. By the handler that was there before, the process would
    end at that, with its runners in the middle of a turn; by the server's own, it goes on to stop them."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, server.handle_exit)


def listen(settings: Settings) -> socket.socket:
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


def guarded(name: str, run: Callable[[], object]) -> threading.Thread:
    """A thread whose fault ends the process: a runner that is gone must not look like one that is quiet."""

    def guarded() -> None:
        try:
            run()
        except BaseException:
            _log.exception("a loop has failed; the process ends", loop=name)
            sys.stderr.flush()
            os._exit(FAULT)

    return threading.Thread(target=guarded, name=name, daemon=True)
