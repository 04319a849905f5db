"""Listening to the feed's stream as a client does: events with their ids, resumed by the last one heard."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.alerts.stream import Streams
from shared.security.rights import Actor


@dataclass
class Heard:
    """What one client has heard so far, over all its connections."""

    last_id: int | None = None
    alerts: list[dict[str, Any]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def positions(self) -> list[int]:
        return [alert["step"]["position"] for alert in self.alerts]


def always(actor: Actor) -> Callable[[], Awaitable[Actor | None]]:
    """A reader whose token stays good."""

    async def who() -> Actor | None:
        return actor

    return who


async def listen(streams: Streams, actor: Actor, heard: Heard, until: Callable[[Heard], bool]) -> None:
    """Connect, listen until `until` says so, drop the connection."""
    async with aclosing(streams.tell(always(actor), heard.last_id)) as events:
        async for event in events:
            if event.id is not None:
                heard.last_id = int(event.id)
            if event.event == "alert":
                heard.alerts.append(orjson.loads(event.raw_data or ""))
            else:
                heard.others.append(event.event or "")
            if until(heard):
                return


def listen_now(streams: Streams, actor: Actor, heard: Heard, until: Callable[[Heard], bool]) -> None:
    """`listen`, in an event loop of its own."""
    asyncio.run(listen(streams, actor, heard, until))
