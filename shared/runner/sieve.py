"""The sieve: from what was read of a log to what a service may take (ARCHITECTURE.md, "The runner", step 2).

The embedded log holds each id once, where it belongs, and everything passes. What a broker's log needs is
`shared.runner.seensieve`. What an accepted fact means never lives here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection, Engine

from shared.acceptance import Refusal
from shared.facts import Fact
from shared.log.base import Log, Named, Record
from shared.runner.rejection import Read
from shared.store.outbox import Owner


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


def sieve_for(log: Log, engine: Engine, owner: Owner) -> Sieve:
    """The sieve of a runner over this log."""
    if log.once:
        return OpenSieve(log)
    from shared.runner.seensieve import SeenSieve  # what the embedded form needs nothing of

    return SeenSieve(engine, owner, log.partitions)


def sieve_again(log: Log, connection: Connection, owner: Owner, read_before: Iterable[str]) -> Sieve:
    """The sieve of a second reading of this log, by what was passed over the first time. `read_before`: the topics that
    the service has read already."""
    if log.once:
        return OpenSieve(log)
    from shared.runner.seensieve import RepeatsSieve
    from shared.store import seen

    repeats = seen.load_repeats(connection, *owner)
    return RepeatsSieve(connection.engine, owner, log.partitions, repeats, read_before)
