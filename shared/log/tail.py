"""The end of the embedded log in memory: what was committed last, as it stands on disk. Every service of the process
reads there what it is about to read; what is older, each reads from the file. Nothing is here that is not durable.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import attrgetter

from shared.instants import Instant
from shared.log.base import Positions, Record
from shared.topics import RANK

_APPENDED_AT = attrgetter("appended_at")


class Tail:
    """At most so many records; the writer puts them, any thread reads them."""

    def __init__(self, after: int, most: int) -> None:
        """`after`: the position behind which nothing has been committed yet; `most`: 0 keeps nothing."""
        self._most = most
        self._after = after
        self._records: list[Record] = []
        self._lock = threading.Lock()

    def put(self, records: Iterable[Record]) -> None:
        """These were committed, directly after the last."""
        with self._lock:
            self._records += records
            if len(self._records) > self._most:
                left = self._records[-(self._most // 2) :] if self._most > 1 else []
                self._after += len(self._records) - len(left)
                self._records = left

    def read(
        self, topics: Sequence[str], after: Positions, before: Instant, limit: int
    ) -> tuple[list[Record], Positions] | None:
        """What `Log.read` gives; None where not all of it is here."""
        start = min((after.get(topic, 0) for topic in topics), default=0)
        with self._lock:
            if start < self._after:
                return None
            first, last = start - self._after, bisect_left(self._records, before, key=_APPENDED_AT)
            some, bound = self._records[first:last], self._after + last
        wanted = set(topics)
        found = [record for record in some if record.topic in wanted]
        whole = _whole_instants(found, limit) if len(found) > limit else found
        if len(whole) < len(found):
            found, bound = whole, whole[-1].position
        if any(after.get(topic, 0) > start for topic in topics):
            found = [record for record in found if record.position > after.get(record.topic, 0)]
        found.sort(
            key=lambda record: (record.appended_at, RANK[record.topic])
        )  # stable: positions ascend already
        return found, {topic: max(bound, after.get(topic, 0)) for topic in topics}


def _whole_instants(records: list[Record], limit: int) -> list[Record]:
    last = records[limit - 1].appended_at
    end = limit
    while end < len(records) and records[end].appended_at == last:
        end += 1
    return records[:end]
