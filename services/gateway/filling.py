"""How the log gets into the door's fold: to its end, when the door begins, and of one home anew, where the fold may not
hold all that was acknowledged. Which homes those are is `fold`'s.

Over a broker there is no snapshot and no index of everything: checks, most of a log, are read only where they matter.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from services.gateway.folded import TOPICS, Folded
from services.gateway.snapshot import READ
from shared.instants import DAY, NEVER, Duration, Instant
from shared.log.base import DoorLog, Positions, Record, in_order
from shared.topics import CHECK_INS, NIGHT_COVER, PLAN_CHANGES, REJECTED

Passing: TypeAlias = Callable[[int, Record], None]
"""Takes a record that was rejected, and its home-partition."""

_STEP: Final = 10_000
_MUCH: Final = 20_000
"""So many records since the snapshot that the next start shall not have to read them again."""

COVER_BACK: Final[Duration] = 7 * DAY
"""Who is on duty is told anew every night: of a home that is built anew over a broker, no more is read of it."""


class Filling:
    """Fills a fold. `begins`: up to where its snapshot holds the log."""

    def __init__(self, log: DoorLog, folded: Folded, lock: threading.Lock, begins: int) -> None:
        self._log, self._folded, self._lock, self._begins = log, folded, lock, begins

    def to_the_end(
        self, partition: int, passing: Passing | None, keep: Callable[[int], None] | None
    ) -> Positions:
        """Read a home-partition to its end, as far as it matters to the fold; how far that was. What was rejected is
        handed on to `passing`; `keep` is told up to where the fold holds whole instants, if much was read."""
        if not self._log.once:
            return self._without_checks(partition, passing)
        begun: Positions = dict.fromkeys(READ, self._begins)
        settled = self._read_on(partition, begun, self._log.present(partition), passing)
        if keep is not None and (end := min(settled.values())) - self._begins >= _MUCH:
            keep(end)
        return self._read_on(partition, settled, NEVER, passing)

    def _without_checks(self, partition: int, passing: Passing | None) -> Positions:
        """A broker has no snapshot of the fold, and checks are most of a log. They matter only where a child is away:
        such homes are built anew from the index afterwards."""
        checks = self._log.ends(partition, [CHECK_INS])  # before the rest: what comes meanwhile is not missed
        read = self._read_on(partition, {}, NEVER, passing, (PLAN_CHANGES, NIGHT_COVER, REJECTED))
        return {**read, **checks}

    def _read_on(
        self,
        partition: int,
        after: Positions,
        before: Instant,
        passing: Passing | None,
        topics: Sequence[str] = READ,
    ) -> Positions:
        while True:
            records, after = self._log.read(partition, topics, after, before, _STEP)
            with self._lock:
                for record in records:
                    if record.topic != REJECTED:
                        self._folded.replay(record)
                    elif passing is not None:
                        passing(partition, record)
            if not records:
                return after

    def build_anew(self, home_id: str) -> None:
        """Fold a home again from the log. The caller has the lock. Raises Unavailable."""
        if self._log.once:
            self._fold_anew(home_id, self._log.home(home_id, TOPICS))
            return
        plans = self._log.home(home_id, (PLAN_CHANGES,))
        cover = self._log.home(home_id, (NIGHT_COVER,), since=self._log.now() - COVER_BACK)
        rest = in_order([*plans, *cover])
        self._fold_anew(home_id, rest)
        since = self._folded.away_since(home_id)
        if since is not None:  # checks are most of a log, and matter only from there on
            checks = self._log.home(home_id, (CHECK_INS,), since=since)
            self._fold_anew(home_id, in_order([*rest, *checks]))

    def _fold_anew(self, home_id: str, known: Iterable[Record]) -> None:
        known = list(known)  # what cannot be read leaves the home as it was
        self._folded.forget(home_id)
        for record in known:
            self._folded.replay(record)
