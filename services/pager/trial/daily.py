"""The daily test of each home that names an hour for it: a thread with a loop of its own.

1. Every half minute: which homes' hour it is, by their policies as they stand.
2. Each is sent once a day, whoever runs this, and whoever is restarted meanwhile: the book knows what was begun.
3. Only the first way of whoever is on call now, and of the last resort. What comes of it is in the book.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy import Engine

from services.pager import desk_rows
from services.pager.desk import DeskHome
from services.pager.trial import plan
from services.pager.trial.due import daily_id, due
from services.pager.trial.plan import Ways
from services.pager.trial.sending import Sender
from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.store.outage import is_outage

EVERY: Final[Duration] = 30 * SECOND
AT_ONCE: Final = 20
_BY: Final = "wakeful"

_log = structlog.get_logger("pager")


class Daily(threading.Thread):
    """The thread. `now`, `every`: for tests."""

    def __init__(
        self,
        views: Engine,
        sender: Sender,
        ways: Ways,
        now: Callable[[], Instant] = clock.now,
        every: Duration = EVERY,
    ) -> None:
        super().__init__(name="daily-tests", daemon=True)
        self._views = views
        self._sender = sender
        self._ways = ways
        self._now = now
        self._every = every
        self._begun: set[str] = set()
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sending: asyncio.Task[None] | None = None

    def run(self) -> None:
        while not self._stopping.wait(self._every / SECOND):
            try:
                self.turn()
            except Exception as error:
                known = None if is_outage(error) else error
                _log.error("daily tests could not be made", error=type(error).__name__, exc_info=known)

    def stop(self) -> None:
        """End it; a test that is under way is cut short."""
        self._stopping.set()
        loop, sending = self._loop, self._sending
        if loop is not None and sending is not None:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(sending.cancel)
        if self.ident is not None:
            self.join()

    def turn(self) -> None:
        """Make what is due now and was not made yet."""
        now = self._now()
        with self._views.connect() as connection:
            homes = desk_rows.homes(connection)
        todays = {
            daily_id(home.home_id, day): home for home in homes if (day := due(home.policy, home.zone, now))
        }
        self._begun &= todays.keys()
        fresh = {test_id: home for test_id, home in todays.items() if test_id not in self._begun}
        if fresh:
            with suppress(asyncio.CancelledError):
                asyncio.run(self._send(fresh, now))

    async def _send(self, fresh: dict[str, DeskHome], now: Instant) -> None:
        self._loop, self._sending = asyncio.get_running_loop(), asyncio.current_task()
        free = asyncio.Semaphore(AT_ONCE)
        try:
            if not self._stopping.is_set():
                await asyncio.gather(
                    *(self._one(free, test_id, home, now) for test_id, home in fresh.items())
                )
        finally:
            self._loop = self._sending = None

    async def _one(self, free: asyncio.Semaphore, test_id: str, home: DeskHome, now: Instant) -> None:
        try:
            async with free:
                await self._made(test_id, home, now)
        except Exception as error:  # one home's fault must not cut the others' tests short
            known = None if is_outage(error) else error
            _log.error("a daily test could not be made", home_id=home.home_id, exc_info=known)

    async def _made(self, test_id: str, home: DeskHome, now: Instant) -> None:
        stages = plan.daily(home, self._ways, now)
        failed = 0
        async for happened in self._sender.send(test_id, home.home_id, "daily", _BY, stages):
            failed += happened.what == "failed"
        self._begun.add(test_id)
        if failed:
            _log.error("a daily test did not reach everybody", home_id=home.home_id, failed=failed)
