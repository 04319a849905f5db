"""Pager time: by which chains are timed (ARCHITECTURE.md, "Derived facts"). Pure; one a home-partition.

    What is decided from an absence … waits until the monitor that owns the alert has `published` beyond that instant
    and the alerts topic is read to an end asked for after that, but never longer than `blind_after`.
    A paging chain that has begun goes on by the pager's monotonic clock while the log stands still.

Two times: `best`, the log's present as well as it is known, for when something was sent; `settled`, up to which nothing
can come any more that would have stopped a chain, for deadlines.
"""

from dataclasses import dataclass

from shared.instants import Duration, Instant


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all had published when it was asked, and the wall clock then: read by whoever has come past that."""

    published: Instant
    wall: Instant


class PagerTime:
    """Told what the ledger says; asked for the time. `monotonic` and `wall` in milliseconds."""

    def __init__(self, blind_after: Duration) -> None:
        self._blind_after = blind_after
        self._clock: Instant = 0
        self._clock_seen: Duration = 0
        self._best: Instant = 0
        self._published: Instant = 0
        self._moved: Duration | None = None
        self._asked: _Asked | None = None
        self._settled: Instant = 0

    def see(self, clock: Instant, published: Instant, wall: Instant, monotonic: Duration) -> None:
        """`clock`: how far the pager's monitor has come, durably; `published`: the least of what the others have."""
        if clock > self._clock:
            self._clock, self._clock_seen = clock, monotonic
        if self._moved is None:
            self._moved = monotonic
        if self._asked is not None and clock >= self._asked.wall:
            if self._asked.published > self._published:
                self._published, self._moved = self._asked.published, monotonic
            self._asked = None
        if self._asked is None:
            self._asked = _Asked(published, wall)

    def best(self, monotonic: Duration) -> Instant:
        """The log's present, or where it would be if it had not stopped. Never less than before."""
        self._best = max(self._best, self._clock + monotonic - self._clock_seen)
        return self._best

    def settled(self, monotonic: Duration) -> Instant:
        """Up to when deadlines may fire. Never less than before, never beyond `best`."""
        best = self.best(monotonic)
        stands = self._moved is not None and monotonic - self._moved > self._blind_after
        now = best if stands else max(min(self._published, best), best - self._blind_after)
        self._settled = max(self._settled, now)
        return self._settled
