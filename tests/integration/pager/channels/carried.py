"""A sample message, and how the tests have a channel carry it."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from services.pager.channels.all import Channels
from services.pager.channels.base import Action, Address, Message, Outcome
from shared import clock
from shared.instants import SECOND, Duration, parse_instant
from shared.settings import Settings

SECRET: Final = "whsec_c2FtcGxlLXNlY3JldC1vZi0zMi1ieXRlcy1sb25nIQ=="
OTHER_SECRET: Final = "whsec_YW5vdGhlci1zYW1wbGUtc2VjcmV0LTMyLWJ5dGVzIQ=="
WITHIN: Final[Duration] = 240 * SECOND
"""Long: what waits for it to pass says so itself."""
HERE: Final = Settings(allow_private_receivers=True)

MESSAGE: Final = Message(
    key="sample-key-1",
    purpose="page",
    status="open",
    alert_ids=("5f0c1b52-0d6c-5d3e-9a57-3f4f3d2b9c11",),
    title="Larch: check of P1 missed, last seen 02:10",
    text="No check of P1 since 02:10. Ring the home, then answer: https://wakeful.example/a/1",
    html="<p>No check of P1 since 02:10.</p>",
    link="https://wakeful.example/a/1",
    actions=(
        Action("I have it", "https://wakeful.example/a/1/take"),
        Action("I can't", "https://wakeful.example/a/1/decline"),
    ),
    at=parse_instant("2026-03-28T02:47:00.000Z"),
    labels={"kind": "check_missed", "severity": "page", "level": "1", "home": "larch", "placement": "P1"},
    thread="5f0c1b52-0d6c-5d3e-9a57-3f4f3d2b9c11",
)
RESOLVED: Final = replace(MESSAGE, key="sample-key-2", purpose="update", status="resolved")


TRUSTED: Final = ssl.create_default_context()
"""Read from disk once for all tests."""


class Names:
    """A name server: what it knows, and how often it was asked."""

    def __init__(self, **known: Sequence[str]) -> None:
        self.known = {name.replace("_", "."): addresses for name, addresses in known.items()}
        self.asked = 0

    def __call__(self, name: str) -> Sequence[str]:
        self.asked += 1
        if name not in self.known:
            raise OSError("no such name")
        return self.known[name]


def carry(
    address: Address,
    *messages: Message,
    settings: Settings = HERE,
    within: Duration = WITHIN,
    trusted: ssl.SSLContext = TRUSTED,
    **more: Any,
) -> list[Outcome]:
    """What became of each, sent one after the other."""

    async def carried() -> list[Outcome]:
        channels = Channels(settings, trusted=trusted, **{"now": clock.now, **more})
        try:
            channel = channels[address.channel]
            return [await channel.send(message, address, within) for message in messages or (MESSAGE,)]
        finally:
            await channels.close()

    return asyncio.run(carried())
