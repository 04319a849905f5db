"""The log's port: what a log is, whatever carries it (`sqlite` embedded, or `kafka`).

A log holds every fact once, in order, for ever. One `append` is durable before it returns. A reader asks for
what is new after its positions and before an instant; *the present* is an instant before which nothing more
can come. No storage lives here, and no rule about what a fact means.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from enum import Enum
from typing import Final, NamedTuple, Protocol, TypeAlias

from shared.facts import Fact
from shared.instants import Duration, Instant
from shared.topics import RANK

Positions: TypeAlias = Mapping[str, int]
"""How far a reader has come, by topic. A topic that is not named is read from its start. A log may keep what else
belongs to a place beside it, under the topic's name with `BESIDE` behind it (`beside`)."""

BESIDE: Final = "@"


class Draft(NamedTuple):
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


class Receipt(NamedTuple):
    """The answer for one draft. `appended_at` is when the log took it (for SAME and CONFLICT: when the one
    that has the id was taken); `refusal` is what `decide` gave."""

    taken: Taken
    appended_at: Instant | None = None
    refusal: object | None = None


Decide: TypeAlias = Callable[[Draft, Instant], object | None]
"""Asked for each new draft, in log order, with the instant it will be stamped with, right before it is
written (never for SAME or CONFLICT): None lets it in, anything else is a refusal and is handed back in the
receipt. If it raises, its append fails with that exception and takes nothing; appends beside it are not
touched."""


class Record(NamedTuple):
    """One record as it stands in the log."""

    topic: str
    position: int
    appended_at: Instant
    home_id: str
    id: str
    contenthash: str
    body: bytes


class Named(NamedTuple):
    """What the log knows of an event that another one names (the check that a correction corrects)."""

    id: str
    type: str
    subject: str
    appended_at: Instant


class Unavailable(Exception):  # noqa: N818
    """The log cannot take or give anything right now (disk full, broker away). Nothing was half-taken: the
    whole append is to be sent again, after `retry_after` milliseconds. The message says what to do."""

    def __init__(self, message: str, retry_after: Duration = 5_000) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Log(Protocol):
    """A log of all topics. Safe for use from several threads."""

    partitions: int
    """How many home-partitions it has; each home's facts lie in one of them."""
    once: bool
    """Whether it holds each id once in a home, and each record where it belongs; else whoever reads it must see to
    that (`shared.runner.sieve`)."""
    on_rollback: Callable[[Sequence[Draft]], None] | None
    """Called with drafts that `decide` let in and that were not written after all (the commit failed, or
    `decide` raised later in the same append), before anything further is decided: whoever folded them must
    build anew."""

    def append(self, drafts: Sequence[Draft], decide: Decide | None = None) -> list[Receipt]:
        """Append as one step: the drafts that are new get one `appended_at`, in the order given. Durable on
        return. Raises Unavailable."""
        ...

    def append_future(self, drafts: Sequence[Draft], decide: Decide | None = None) -> Future[list[Receipt]]:
        """`append` without waiting: done when durable. Never raises; the future holds what went wrong.
        Cancelled before its turn came, it takes nothing."""
        ...

    def read(
        self, partition: int, topics: Sequence[str], after: Positions, before: Instant, limit: int = 1000
    ) -> tuple[list[Record], Positions]:
        """Up to `limit` records of `topics` after the positions with `appended_at` strictly before `before`,
        and the positions behind them. Ordered as DOMAIN.md §2 says (appended_at, rank of the topic,
        position); an instant is never split: more than `limit` come if the last instant needs them. Raises
        Unavailable."""
        ...

    def ends(self, partition: int, topics: Sequence[str]) -> Positions:
        """Where these topics end now, for whoever begins there or must have read so far. Raises Unavailable."""
        ...

    def present(self, partition: int) -> Instant:
        """An instant before which nothing more can be appended to this home-partition; never less than
        answered before. It stands still while the door's probe does not succeed."""
        ...

    def not_before(self, clock: Instant) -> None:
        """A reader that starts says where its durable clock stands: nothing is stamped before it any more,
        even where the machine's clock was put back while no process ran. (A log that does not stamp cannot
        promise that: there the reader raises what it reads.)"""
        ...

    def home(
        self, home_id: str, topics: Sequence[str], until: Instant | None = None, since: Instant = 0
    ) -> Iterator[Record]:
        """All records of one home with `since` ≤ `appended_at` ≤ `until`, in order: from an index, not a scan."""
        ...

    def named(self, home_id: str, event_id: str) -> Named | None:
        """The event with this id in this home, if the log has it."""
        ...

    def end(self) -> int:
        """A number that grows with every append that took something, for `wait`."""
        ...

    def wait(self, seen: int, timeout_s: float) -> bool:
        """Wait until `end()` is beyond `seen` (True) or the time is over (False). Any number of threads may
        wait; each says what it has seen itself, so none can miss or steal another's wake-up."""
        ...

    def close(self) -> None:
        """Take what is queued, then close. Waiting threads are let go."""
        ...


class DoorLog(Log, Protocol):
    """A log as the door writes it: what the prober says of the door moves the present."""

    def probe(self) -> Instant:
        """Write the door's own test by the very path that facts take; its stamp, once durable. Raises Unavailable."""
        ...

    def door_open(self, for_ms: Duration, asked: Duration | None = None) -> None:
        """The door is known to let somebody in who came at `asked` of the steady clock: the present may move for
        `for_ms` from then."""
        ...

    def door_still_open(self, for_ms: Duration, asked: Duration) -> bool:
        """The same, where it has been known to be open all the while; else False, and nothing is changed."""
        ...

    def door_shut(self) -> None:
        """The door was just seen to let nobody in: the present stands still."""
        ...

    def now(self) -> Instant:
        """What a stamp would be now, for whoever judges by the same time: tokens, say."""
        ...

    @property
    def clock_off(self) -> Duration:
        """How far the machine's clock is ahead of what is believed (below 0: behind); 0 while it is believed."""
        ...

    @property
    def ahead(self) -> Duration:
        """How far the log is ahead of the machine's clock; 0: it is not."""
        ...

    @property
    def steps_back(self) -> int:
        """How often an append time had to be raised, because a clock stood behind the log."""
        ...


def least_present(log: Log) -> Instant:
    """The present of the home-partition that is furthest behind."""
    return min(log.present(partition) for partition in range(log.partitions))


def beside(name: str) -> tuple[str, str]:
    """Of a name in `Positions`: the topic, and what belongs to its place."""
    topic = name.removesuffix(BESIDE)
    return topic, topic + BESIDE


def furthest(positions: Positions) -> int:
    """The furthest place of any topic."""
    return max((place for topic, place in positions.items() if not topic.endswith(BESIDE)), default=0)


def in_order(records: Iterable[Record]) -> list[Record]:
    """Records in the order in which facts are applied (DOMAIN.md §2)."""
    return sorted(records, key=lambda r: (r.appended_at, RANK[r.topic], r.position))


def fact_of(record: Record) -> Fact:
    """The record decoded, trusting that it was validated at the door."""
    from shared.events.decode import decode

    return decode(record.topic, record.appended_at, record.body)
