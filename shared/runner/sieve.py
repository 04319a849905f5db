"""The sieve: from what was read of a log to what a service may take (ARCHITECTURE.md, "The runner", step 2).

The embedded log holds each id once, where it belongs, and everything passes. What a broker's log needs is
`shared.runner.seensieve`. What an accepted fact means never lives here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from shared.acceptance import Refusal
from shared.facts import Fact
from shared.log.base import Log, Named, Record
from shared.runner.rejection import Read


@dataclass(slots=True)
class Sifted:
    """What is to be taken, in order, and what is told of the rest."""

    facts: list[Fact] = field(default_factory=list)
    turned_away: list[tuple[Record, Refusal]] = field(default_factory=list)
    differed: list[str] = field(default_factory=list)
    """Ids of derived events that the log holds with other content."""


class Sieve(Protocol):
    """What a runner asks of what it has read. Between a `sift` and its `save` nothing else is sifted."""

    def sift(self, read: Sequence[Read]) -> Sifted:
        """Raises what a database raises; nothing has moved then."""
        ...

    def save(self, connection: Connection) -> None:
        """What the last `sift` learned, in the transaction that writes what came of it."""
        ...

    def named(self, home_id: str, event_id: str) -> Named | None:
        """What was known, before what was sifted last, of an event that a fact names (or is known of it by now)."""
        ...


class OpenSieve:
    """For a log that itself holds each id once, where it belongs: everything passes."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def sift(self, read: Sequence[Read]) -> Sifted:
        return Sifted([fact for _, fact in read])

    def save(self, connection: Connection) -> None: ...

    def named(self, home_id: str, event_id: str) -> Named | None:
        return self._log.named(home_id, event_id)
