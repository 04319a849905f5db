"""The port's `read` over a reader: whatever positions it is asked for, and all that it promises.

1. Where the reader stands elsewhere, it is put where it is asked for.
2. What lies before the home-partition's bound has come: it is given without asking the broker. This is how the log
   is read live, up to its present.
3. Else the broker is asked where the topics end now, and what lies before those ends is waited for: all of it, or so
   much that `limit` is reached. So fewer than `limit` always means that there is no more.
"""

from collections.abc import Sequence
from typing import Final

from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.log.base import Positions, Record
from shared.log.kafka import reader as kept
from shared.log.kafka.connection import BrokerUnreachable
from shared.log.kafka.reader import Reader

PATIENCE: Final[Duration] = 10 * SECOND
"""How long nothing may come of what is known to be there."""
_STEP_S: Final = 0.25


def read(
    reader: Reader, partition: int, topics: Sequence[str], after: Positions, before: Instant, limit: int
) -> tuple[list[Record], Positions]:
    """See `Log.read`. Raises Unavailable, LogTruncated."""
    if not reader.stands_at(partition, topics, after):
        reader.open(partition, topics, after)
    if before <= reader.bound(partition):
        return reader.take(partition, before, limit)
    taken: list[Record] = []
    ends = reader.ends(partition)
    while True:
        upto = min(before, _wait(reader, partition, ends, before, limit - len(taken)))
        records, positions = reader.take(partition, upto, limit - len(taken))
        taken += records
        if upto >= before or len(taken) >= limit:
            return taken, positions


def _wait(reader: Reader, partition: int, ends: dict[str, int], before: Instant, limit: int) -> Instant:
    """Until all before `before` has come that lay before the ends, or `limit` of it, or as much as is kept; up to where
    that is."""
    came = clock.monotonic()
    while True:
        upto = reader.bound_to(partition, ends)
        if upto >= before or reader.waiting(partition, upto) >= min(limit, kept.FULL):
            return upto
        if reader.poll(_STEP_S):
            came = clock.monotonic()
        elif clock.monotonic() - came > PATIENCE:
            raise BrokerUnreachable(
                f"nothing has come from the broker for {PATIENCE // SECOND} s, and there is more; see whether it runs"
            )
