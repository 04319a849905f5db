"""A thread that tells people, with a loop and channels of its own: what nobody watches, what operations have to see to.
What is told to whom, and when again, is said by whoever stands on it.

1. Every so often a turn. Whatever is wrong with one, the next comes.
2. A task a person: each way of reaching him in turn, until one takes it. One who hangs holds up nobody else.
3. Told to stop, it tells nobody any more: what is under way is given up, and told by the next process.
"""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Final

import structlog

from services.pager.channels.base import Address, Carriers, Message, Result
from services.pager.channels.trying import tried
from shared.instants import SECOND, Duration

SEND_WITHIN: Final[Duration] = 10 * SECOND
"""The whole of one attempt, however slowly an answer drips."""
REMEDY: Final = "wakeful people reach ID CHANNEL TO, for somebody with the right admin"
"""Where nobody who runs the system can be told."""


class Teller(threading.Thread, ABC):
    """The thread. `name` is also its logger's."""

    def __init__(
        self, name: str, carriers: Callable[[], Carriers], every: Duration, within: Duration
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.log = structlog.get_logger(name)
        self._make, self._every, self._within = carriers, every, within
        self._unsent: dict[str, Message] = {}
        """Messages that are not sent yet, by their keys, so that each try says the same."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._stopped = threading.Event()

    @abstractmethod
    async def turn(self) -> None:
        """Look, and begin to tell (`begin`) whom there is to be told."""

    @abstractmethod
    def failed(self, error: Exception | None) -> None:
        """A turn has failed, or (None) has not."""

    def begin(self, telling: Coroutine[None, None, None]) -> None:
        """Go on with it beside the turns. Never raises."""
        task = asyncio.create_task(telling)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def is_telling(self) -> bool:
        """Whether anybody is being told right now."""
        return bool(self._tasks)

    def forget_unsent(self) -> None:
        """What could not be sent is not to be sent any more."""
        self._unsent.clear()

    async def told(
        self, person: str, key: str, ways: Iterable[Address], compose: Callable[[], Message]
    ) -> bool:
        """Tell somebody, by each way in turn; whether one took it. `compose` makes the message that has the key."""
        message = self._unsent.get(key) or compose()
        self._unsent[key] = message
        for way in ways:
            channel = self._carriers.get(way.channel)
            if channel is None:
                self.log.error("there is no such channel", person_id=person, channel=way.channel)
                continue
            outcome = await tried(channel, message, way, self._within)
            if outcome.result is Result.SENT:
                self._unsent.pop(key, None)
                return True
            self.log.error(
                "a person was not reached", person_id=person, channel=way.channel, error=outcome.error
            )
        return False

    def run(self) -> None:
        asyncio.run(self._main())

    def stop(self) -> None:
        """Tell nobody any more, and wait until it is so."""
        self._stopped.set()
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        if self.ident is not None:
            self.join()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._carriers = self._make()
        while not (self._stopped.is_set() or self._stopping.is_set()):
            try:
                await self.turn()
                self.failed(None)
            except Exception as error:
                self.failed(error)
            with suppress(TimeoutError):  # not by `wait_for`: in Python 3.11 that may lose a cancellation
                async with asyncio.timeout(self._every / SECOND):
                    await self._stopping.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._carriers.close()
