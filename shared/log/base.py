"""The log's port: what a log is, whatever carries it (`sqlite` embedded, Kafka later).

A log holds every fact once, in order, for ever. One `append` is durable before it returns. A reader asks for
what is new after its positions and before an instant; *the present* is an instant before which nothing more
can come.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias

from shared.facts import Fact
from shared.instants import Instant

Positions: TypeAlias = Mapping[str, int]
"""How far a reader has come, by topic. A topic that is not named is read from its start."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event on its way into the log: canonical bytes of its envelope, and what the log files it under."""

    topic: str
    home_id: str
    id: str
    contenthash: str
    body: bytes


class Taken(Enum):
    """What became of a draft."""

    NEW = "new"
    SAME = "same"
    """Its id is known with the same content: it is the same fact, and was durable before."""
    CONFLICT = "conflict"
    """Its id is known with other content; nothing was written."""
    REFUSED = "refused"
    """`decide` refused it; nothing was written."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer for one draft. `appended_at` is when the log took it (also for SAME: when it was first
    taken); `refusal` is what `decide` gave."""

    taken: Taken
    appended_at: Instant | None = None
    refusal: object | None = None


Decide: TypeAlias = Callable[[Draft, Instant], object | None]
"""Asked for each new draft, in log order, with the instant it will be stamped with, right before it is
written (never for SAME or CONFLICT): None lets it in, anything else is a refusal and is handed back in the
receipt."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the log."""

    topic: str
    position: int
    appended_at: Instant
    home_id: str
    id: str
    contenthash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Named:
    """What the log knows of an event that another one names (the check that a correction corrects)."""

    id: str
    type: str
    subject: str
    appended_at: Instant


class Unavailable(Exception):  # noqa: N818
    """The log cannot take or give anything right now (disk full, broker away). Nothing was half-taken.
    The message says what to do."""


class Log(Protocol):
    """A log of all topics. Safe for use from several threads."""

    def append(self, drafts: Sequence[Draft], decide: Decide | None = None) -> list[Receipt]:
        """Append as one step: the drafts that are new get one `appended_at`, in the order given. Durable on
        return. Raises Unavailable."""
        ...

    def read(
        self, partition: int, topics: Sequence[str], after: Positions, before: Instant, limit: int = 1000
    ) -> tuple[list[Record], Positions]:
        """Up to `limit` records of `topics` after the positions with `appended_at` strictly before `before`,
        and the positions behind them. Ordered as DOMAIN.md §2 says (appended_at, rank of the topic,
        position); an instant is never split: more than `limit` come if the last instant needs them."""
        ...

    def present(self, partition: int) -> Instant:
        """An instant before which nothing more can be appended to this home-partition. It stands still while
        the door's probe does not succeed."""
        ...

    def home(self, home_id: str, topics: Sequence[str], until: Instant | None = None) -> Iterator[Record]:
        """All records of one home with `appended_at` ≤ `until`, in order: from an index, not a scan."""
        ...

    def named(self, home_id: str, event_id: str) -> Named | None:
        """The event with this id in this home, if the log has it."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Wait until something was appended since the last call from this thread, or the time is over."""
        ...

    def close(self) -> None: ...


def in_order(records: Iterable[Record]) -> list[Record]:
    """Records in the order in which facts are applied (DOMAIN.md §2)."""
    from shared.topics import RANK

    return sorted(records, key=lambda r: (r.appended_at, RANK[r.topic], r.position))


def fact_of(record: Record) -> Fact:
    """The record decoded, trusting that it was validated at the door."""
    from shared.events.decode import decode

    return decode(record.topic, record.appended_at, record.body)
