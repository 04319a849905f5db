"""The order of a home-partition's topics, and how far they are complete.

A *lane* is one topic of one home-partition: what was read of it and not given yet. Its stamps never step back, so that
it is complete up to, and not including, the stamp of the last record or tick read. A home-partition is complete up to
the least of its lanes; up to there its records are given in the one order of DOMAIN.md §2, whole instants at a time.
Pure: no broker, no clock.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from shared.instants import NEVER, Instant
from shared.log.base import Record
from shared.log.kafka.records import Read
from shared.topics import INPUTS, RANK

_SPENT = 4096


class Lane:
    """One topic. `position` and `mark` are those of what was given last; `reached`, the stamp of what was read last."""

    __slots__ = ("_head", "_reads", "_stamps", "end", "mark", "position", "reached", "topic")

    def __init__(self, topic: str, position: int = 0, mark: Instant = 0, end: int = 0) -> None:
        """`end`: where the topic ended when reading began; until then a derived topic holds the others back."""
        self.topic = topic
        self.position = position
        self.mark = mark
        self.reached = mark
        self.end = end
        self._stamps: list[Instant] = []
        self._reads: list[Read] = []
        self._head = 0  # what lies before it was given

    def __len__(self) -> int:
        return len(self._stamps) - self._head

    @property
    def read(self) -> int:
        """The position of what was read last."""
        return self._reads[-1].position if self._reads else self.position

    @property
    def first(self) -> Instant:
        """The stamp of what is to be given next."""
        return self._stamps[self._head] if len(self) else NEVER

    def feed(self, reads: Sequence[Read]) -> None:
        """What was read next; the stamps are raised already."""
        self._reads += reads
        self._stamps += [each.stamp for each in reads]
        self.reached = self._stamps[-1]

    def before(self, instant: Instant) -> int:
        """How much lies before an instant."""
        return bisect_left(self._stamps, instant, self._head) - self._head

    def stamps(self, count: int) -> list[Instant]:
        """Of the next `count`."""
        return self._stamps[self._head : self._head + count]

    def give(self, upto: Instant) -> list[Record]:
        """Give what has a stamp of `upto` or less; ticks are passed over."""
        end = bisect_right(self._stamps, upto, self._head)
        if end == self._head:
            return []
        given = self._reads[self._head : end]
        self._head = end
        self.position, self.mark = given[-1].position, given[-1].stamp
        if end == len(self._reads) or end > _SPENT:
            del self._reads[:end], self._stamps[:end]
            self._head = 0
        return [each.record for each in given if each.record is not None]


def bound(lanes: Iterable[Lane]) -> Instant:
    """Up to where, exclusive, a home-partition is complete. A derived topic has no ticks: what it held when reading
    began is waited for, and from there on it holds nothing back."""
    return min(
        (lane.reached for lane in lanes if lane.topic in INPUTS or lane.read < lane.end),
        default=0,
    )


def take(lanes: Sequence[Lane], before: Instant, limit: int) -> list[Record]:
    """The next records with a stamp before `before`, in order; at least `limit` where there are so many, and more where
    the last instant needs them."""
    taken: list[Record] = []
    while len(taken) < limit:
        upto = _cut(lanes, before, limit - len(taken))
        step = [record for lane in lanes for record in lane.give(upto)]
        step.sort(key=_order)
        taken += step
        if upto >= before - 1:
            break
    return taken


def _cut(lanes: Sequence[Lane], before: Instant, limit: int) -> Instant:
    """The instant of the `limit`-th that is next, or the last before `before`."""
    stamps: list[Instant] = []
    for lane in lanes:
        stamps += lane.stamps(min(limit, lane.before(before)))
    stamps.sort()
    return stamps[limit - 1] if len(stamps) >= limit else before - 1


def _order(record: Record) -> tuple[Instant, int, int]:
    return record.appended_at, RANK[record.topic], record.position
