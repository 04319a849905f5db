"""The facts of a broker's log in one order (DOMAIN.md §2), each once: what `wakeful export` writes.

    1. Where every topic ends is asked first: what was acknowledged before is in it, what comes later is not.
    2. Each home-partition gives its records in its own order; they are merged by `appended_at`, rank of the topic,
       home-partition and position.
    3. What no reader takes is left out, and counted: an id that has come before in its home (the first one stands), a
       record that lies where its home's do not, what is no event.

The log is only read. Nothing is known here of what a fact means.
"""

import heapq
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import orjson

from shared.instants import NEVER, Instant
from shared.topics import CHECK_INS, RANK, SWAPS

if TYPE_CHECKING:
    from shared.log.base import Log, Positions, Record

_LIMIT: Final = 5_000


class _Known(NamedTuple):
    """The record that brought an id first."""

    contenthash: str
    appended_at: Instant
    topic: str


class _Ends(Protocol):
    def ends(self, partition: int, topics: Sequence[str]) -> "Positions": ...


class Merged:
    """The records of these topics. Gone through once."""

    def __init__(self, log: "Log", topics: Sequence[str]) -> None:
        """`log`: one that knows where its topics end. Raises Unavailable."""
        ending: Any = log
        asked: _Ends = ending
        self._log = log
        self._topics = topics
        self._ends = [asked.ends(partition, topics) for partition in range(log.partitions)]
        self._reached = [0] * log.partitions
        self._known: dict[tuple[str, str], _Known] = {}
        self.total = sum(sum(ends.values()) for ends in self._ends)
        """Records and ticks."""
        self.repeated = self.differing = self.misplaced = self.unreadable = 0

    @property
    def reached(self) -> int:
        """How many of them are behind."""
        return sum(self._reached)

    def __iter__(self) -> Iterator["Record"]:
        each = (self._in_order(partition) for partition in range(self._log.partitions))
        for _, _, partition, _, record in heapq.merge(*each, key=lambda found: found[:4]):
            if self._is_to_be_taken(partition, record):
                yield record

    def left_out(self) -> Iterator[str]:
        """What is to be said of it."""
        for count, what in (
            (self.repeated, "records repeat a fact that came before: they are left out"),
            (
                self.differing,
                "records have the id of another fact, which came first and stands: they are left out",
            ),
            (self.misplaced, "records lie in another home-partition than their home: they are left out"),
            (self.unreadable, "records are no events: they are left out"),
        ):
            if count:
                yield f"{count} {what}"

    def _in_order(self, partition: int) -> Iterator[tuple[Instant, int, int, int, "Record"]]:
        ends, positions = self._ends[partition], dict.fromkeys(self._topics, 0)
        after: Positions = {}
        while any(positions[topic] < ends[topic] for topic in self._topics):
            records, after = self._log.read(partition, self._topics, after, NEVER, _LIMIT)
            positions = {topic: min(after.get(topic, 0), ends[topic]) for topic in self._topics}
            for each in records:
                if each.position <= ends[each.topic]:
                    yield each.appended_at, RANK[each.topic], partition, each.position, each
            self._reached[partition] = sum(positions.values())
            if len(records) < _LIMIT:
                return

    def _is_to_be_taken(self, partition: int, record: "Record") -> bool:
        from shared.log.kafka.partition import partition_of
        from shared.runner.seensieve import CHECKS_KNOWN_FOR

        home_id = _home_of(record)
        if home_id is None:
            self.unreadable += 1
            return False
        of_a_service = record.topic == SWAPS and not home_id
        in_its_place = record.home_id == home_id and (
            of_a_service or partition_of(home_id, self._log.partitions) == partition
        )
        if not in_its_place:
            self.misplaced += 1
            return False
        mine = _Known(record.contenthash, record.appended_at, record.topic)
        known = self._known.setdefault((home_id, record.id), mine)
        if known is mine:
            return True
        if known.topic == CHECK_INS and record.appended_at - known.appended_at > CHECKS_KNOWN_FOR:
            self._known[home_id, record.id] = mine
            return True
        self.repeated += known.contenthash == record.contenthash
        self.differing += known.contenthash != record.contenthash
        return False


def _home_of(record: "Record") -> str | None:
    """Whose event it is; None where it is none."""
    try:
        event = orjson.loads(record.body)
    except orjson.JSONDecodeError:
        return None
    if type(event) is not dict or type(event.get("id")) is not str:
        return None
    home_id = event.get("homeid")
    return home_id if type(home_id) is str else None
