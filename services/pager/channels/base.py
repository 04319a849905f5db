"""What a channel is: it carries one message to one address, and says what became of it. No channel lives here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal, Protocol

from shared.instants import Duration, Instant
from shared.security.ways import Address as Address


@dataclass(frozen=True, slots=True)
class Action:
    """Something that may be done by one tap, where the channel has buttons."""

    label: str
    url: str
    """Signed; a POST to it does what the label says, a GET shows the page on which it may be done."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told, once. The same on every retry."""

    key: str
    """The idempotency key: of what is told to whom, never of the attempt."""
    purpose: Literal["page", "notify", "update", "operations", "test"]
    status: Literal["open", "acknowledged", "resolved"]
    alert_ids: tuple[str, ...]
    """Worst first; more than one where they were gathered."""
    title: str
    """Says it all in a line: what, where, since when."""
    text: str
    html: str
    link: str | None
    """The answering page."""
    actions: tuple[Action, ...]
    at: Instant
    """When it was made: the same on every retry."""
    labels: Mapping[str, str]
    """kind, severity, level, home, placement, step: for machines; ids only."""
    thread: str
    """The same for all that is told of one alert (or group): later messages take the place of earlier ones."""


class Result(Enum):
    """What became of one attempt."""

    SENT = "sent"
    LATER = "later"
    """It may be tried again: a timeout, 429, a 5xx, no connection."""
    NEVER = "never"
    """This address will not take it, however often it is tried: refused, malformed, not allowed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one attempt. `error`: one line for people, without addresses or secrets."""

    result: Result
    error: str | None = None
    retry_after: Duration | None = None
    """What the receiver asked for, in milliseconds."""


class Channel(Protocol):
    """One way of reaching people. Never raises but for cancellation; `within` is the whole of its time, however slowly
    an answer drips."""

    name: str

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        ...

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do; None: nothing. Asked when somebody writes it down."""
        ...


class Carriers(Protocol):
    """The channels, for one event loop (`services.pager.channels.all.Channels`)."""

    def get(self, name: str, /) -> Channel | None:
        """The channel of that name."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...
