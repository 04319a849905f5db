"""What the engine is given, and by whom: the composition root puts it together. No rule lives here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from services.pager.channels.base import Address, Channel, Message
from services.pager.desk import DeskAlert, DeskHome
from shared import clock
from shared.instants import MINUTE, SECOND, Duration, Instant
from shared.log.base import Draft, Receipt

SEND_WITHIN: Final[Duration] = 10 * SECOND
"""The whole of one attempt, however slowly an answer drips."""


@dataclass(frozen=True, slots=True)
class Held:
    """A home-partition that this process owns, as its runner has it."""

    epoch: int
    """Of the ledger's row of (pager, partition): whoever has another may write nothing."""
    caught_up: bool
    """Whether its runner has read to the end of the log since it took over."""


@dataclass(frozen=True, slots=True)
class Told:
    """One person is told of these alerts, worst first."""

    key: str
    person: str
    purpose: Literal["page", "notify", "update"]
    status: Literal["open", "acknowledged", "resolved"]
    alerts: tuple[DeskAlert, ...]
    homes: Mapping[str, DeskHome]
    step: int
    round: int
    why: str
    at: Instant
    """When the first of it was queued: the same on every retry."""
    beside: bool
    """It is the commissioner's, beside the chain."""


class Appends(Protocol):
    """The part of a log that takes what was told."""

    def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Durable on return. Raises Unavailable."""
        ...


@dataclass(frozen=True)
class Ports:
    """What the engine stands on. Functions are called from threads of the engine's own."""

    held: Callable[[], Mapping[int, Held]]
    """The home-partitions that are owned now."""
    channels: Mapping[str, Channel]
    reach: Callable[[str], Sequence[Address]]
    """How a person is reached, the best way first."""
    compose: Callable[[Told], Message | None]
    """In words; None where the reader may see none of it."""
    admins: Callable[[], Sequence[str]]
    """Whoever runs the system, and can be reached."""
    log: Appends
    ends: Callable[[int], int]
    """Where the alerts topic of a home-partition ends now. Raises Unavailable."""
    closes: Callable[[], Awaitable[None]] | None = None
    """Lets go of the channels, in the engine's loop, when nothing is sent any more."""
    blind_after: Duration = MINUTE
    send_within: Duration = SEND_WITHIN
    wall: Callable[[], Instant] = clock.now
    monotonic: Callable[[], Duration] = clock.monotonic
    others: Sequence[str] = field(default=("checks", "cover", "reviews", "integrity", "alerts"))
    """The services whose `published` a deadline waits for."""
