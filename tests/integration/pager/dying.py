"""A process that dies at the n-th of its writes and sends: found by counting them, not chosen by hand.

At the n-th point everything stops: from there on nothing is written, sent or appended any more, whoever tries.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy import Engine as Database

from services.pager.channels.base import Address, Channel, Message, Outcome
from services.pager.engine.ports import Appends
from services.pager.engine.store import Store
from shared.instants import Duration
from shared.log.base import Draft, Receipt

T = TypeVar("T")


class Died(BaseException):
    """The process is no more."""


class Life:
    """Counts the points, and ends at one of them."""

    def __init__(self, ends_at: int) -> None:
        self._ends_at = ends_at
        self._lock = threading.Lock()
        self.points = 0
        self.over = False

    def point(self) -> None:
        """Before a write or a send, and after it. Raises Died."""
        with self._lock:
            self.points += 1
            self.over = self.over or self.points >= self._ends_at
            if self.over:
                raise Died

    def store(self) -> Callable[[Database], Store]:
        """A store of this life."""
        life = self

        class Dying(Store):
            async def write(self, work: Callable[[Connection], T]) -> T:
                life.point()
                result = await super().write(work)
                life.point()
                return result

        return Dying

    def channel(self, inner: Channel) -> Channel:
        """A channel of this life."""
        return _Channel(self, inner)

    def log(self, inner: Appends) -> Appends:
        """A log of this life."""
        return _Log(self, inner)


class _Channel:
    def __init__(self, life: Life, inner: Channel) -> None:
        self._life, self._inner, self.name = life, inner, inner.name

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        self._life.point()
        outcome = await self._inner.send(message, address, within)
        self._life.point()
        return outcome

    def wrong(self, address: Address) -> str | None:
        return self._inner.wrong(address)


class _Log:
    def __init__(self, life: Life, inner: Appends) -> None:
        self._life, self._inner = life, inner

    def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        self._life.point()
        receipts = self._inner.append(drafts)
        self._life.point()
        return receipts


def ports(life: Life, channel: Channel, log: Appends) -> dict[str, Any]:
    """What an engine of this life stands on."""
    return {"channels": {channel.name: life.channel(channel)}, "log": life.log(log)}
