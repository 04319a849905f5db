"""The stream of the feed: server-sent events that resume by position, one reader at its own pace.

What is told comes from the store alone; the notifier only says that there is something to read. So a reader that was
away, or is slow, misses nothing and hears nothing twice, and costs nobody else anything.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Final

from fastapi.concurrency import run_in_threadpool
from fastapi.sse import ServerSentEvent
from pydantic import BaseModel

from services.alerts.feed import Feed
from services.alerts.shapes import Present, said_shape
from services.alerts.watch import Watch
from shared import clock
from shared.instants import SECOND, Duration, Instant, show_instant
from shared.security.rights import Actor
from shared.web.live import Notifier

BATCH: Final = 200
PRESENT_EVERY: Final[Duration] = 5 * SECOND
"""How often the stream says how far the watch has come: a page that hears nothing for three times as long is deaf."""


class Tail:
    """Where the feed ends: asked once for all streams when there is news, not once by each."""

    def __init__(self, feed: Feed, notifier: Notifier) -> None:
        self._feed = feed
        self._notifier = notifier
        self._known = (-1, 0)
        self._asking = asyncio.Lock()

    async def end(self) -> int:
        """The position of the last step, as of a moment not before this call."""
        count = self._notifier.count
        async with self._asking:
            if self._known[0] < count:
                count = self._notifier.count
                self._known = (count, await run_in_threadpool(self._feed.position))
            return self._known[1]


class Streams:
    """Tells the feed to any number of readers."""

    def __init__(
        self, feed: Feed, notifier: Notifier, watch: Watch, present_every: Duration = PRESENT_EVERY
    ) -> None:
        self._feed = feed
        self._notifier = notifier
        self._watch = watch
        self._every_s = present_every / SECOND
        self._tail = Tail(feed, notifier)

    async def tell(
        self, who: Callable[[], Awaitable[Actor | None]], after: int | None
    ) -> AsyncGenerator[ServerSentEvent, None]:
        """The feed behind the position `after` (None: from now on), as `who` may see it, until it ends.

        1. A position beyond the end is not of this feed (it was made anew): say `reset`, go on from the end.
        2. Ask who is reading, once more each time: a token that has ended ends the stream.
        3. Say `present`: how far the watch has come. It carries the position, so that a reader to whom nothing is
           shown for a night does not resume from its start.
        4. Take the count of commits, then tell what the store holds behind the position, to its end.
        5. Wait for a commit or for the time of the next `present`; begin again at 4, or at 2.
        """
        end = await self._tail.end()
        position = end if after is None else after
        if position > end:
            position = end
            yield ServerSentEvent(event="reset", raw_data="{}", id=str(end))
        while not self._notifier.closed:
            actor = await who()
            if actor is None:
                return
            yield _event("present", self._present(), position)
            due = clock.monotonic() + round(self._every_s * SECOND)
            while not self._notifier.closed and (left := due - clock.monotonic()) > 0:
                count = self._notifier.count
                if await self._tail.end() > position:
                    told, position_after = await run_in_threadpool(self._feed.steps, actor, position, BATCH)
                    for one in told:
                        yield _event("alert", said_shape(one), one.step.position)
                    position = position_after
                    continue
                await self._notifier.wait(count, left / SECOND)

    def _present(self) -> Present:
        return Present(
            now=show_instant(clock.now()),
            watched_to=_shown(self._watch.watched_to()),
            blind_since=_shown(self._watch.blind()),
        )


def _event(kind: str, data: BaseModel, position: int) -> ServerSentEvent:
    return ServerSentEvent(event=kind, raw_data=data.model_dump_json(exclude_none=True), id=str(position))


def _shown(at: Instant | None) -> str | None:
    return None if at is None else show_instant(at)
