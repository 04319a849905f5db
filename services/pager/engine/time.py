"""Pager time: by which chains are timed (ARCHITECTURE.md, "Derived facts"). Pure; one a home-partition.

    What is decided from an absence … waits until the monitor that owns the alert has `published` beyond that instant
    and the alerts topic is read to an end asked for after that, but never longer than `blind_after`.
    A paging chain that has begun goes on by the pager's monotonic clock while the log stands still.

Two times: `best`, the log's present as well as it is known, for when something was sent; `settled`, up to which nothing
can come any more that would have stopped a chain, for deadlines.

No wall clock is asked: between two moves of the log's present the monotonic clock goes on from there, and whether what
all had published has been read is known by places in the log. What a restart would forget, how long the log has stood
still, is kept at rest (`Stood`); for how long nobody ran meanwhile is not known, and not counted.
"""

from typing import Final, NamedTuple

from shared.instants import SECOND, Duration, Instant

KEEP_EVERY: Final[Duration] = 5 * SECOND
"""How often it is kept at rest how long something has stood still, and what is too short to be kept."""


class Stood(NamedTuple):
    """At rest: where the log's present stood and for how long; what of others' news had been read, and for how long
    nothing newer."""

    clock: Instant
    beyond: Duration
    published: Instant
    waited: Duration


class _Asked(NamedTuple):
    """What all had published, and where the alerts topic ended after that: read by whoever has come so far."""

    published: Instant
    end: int


class PagerTime:
    """Told what the ledger says; asked for the time. `monotonic` in milliseconds."""

    def __init__(self, blind_after: Duration, stood: Stood | None = None) -> None:
        """`stood`: as kept at rest last, by whoever it was."""
        self._blind_after = blind_after
        self._stood = stood or Stood(0, 0, 0, 0)
        self._clock: Instant = 0
        self._clock_seen: Duration = 0
        self._best: Instant = 0
        self._told: Instant = 0
        self._published: Instant = self._stood.published
        self._moved: Duration | None = None
        self._asked: _Asked | None = None
        self._settled: Instant = 0
        self._kept: Duration | None = None

    def see(self, clock: Instant, published: Instant, read_to: int, monotonic: Duration) -> None:
        """`clock`: how far the pager's monitor has come, durably, and `read_to`, in the alerts topic; `published`: the
        least of what the others have."""
        if clock > self._clock:
            before = self._stood.beyond if clock <= self._stood.clock else 0
            self._clock, self._clock_seen = clock, monotonic - before
        if self._moved is None:
            waited = self._stood.waited if published <= self._published else 0
            self._moved = monotonic - waited
        asked = self._asked
        if asked is not None and read_to >= asked.end:
            if asked.published > self._published:
                self._published, self._moved = asked.published, monotonic
            self._asked = None
        self._told = published

    def asks(self) -> Instant | None:
        """What all have published, where it is to be asked where the alerts topic ends after that."""
        return self._told if self._asked is None and self._told > self._published else None

    def asked(self, published: Instant, end: int) -> None:
        """The answer: what was `published` when it was asked, and the end."""
        self._asked = _Asked(published, end)

    def best(self, monotonic: Duration) -> Instant:
        """The log's present, or where it would be if it had not stopped. Never less than before."""
        self._best = max(self._best, self._clock + monotonic - self._clock_seen)
        return self._best

    def settled(self, monotonic: Duration) -> Instant:
        """Up to when deadlines may fire. Never less than before, never beyond `best`."""
        best = self.best(monotonic)
        now = best if self.stands(monotonic) else max(min(self._published, best), best - self._blind_after)
        self._settled = max(self._settled, now)
        return self._settled

    def stands(self, monotonic: Duration) -> bool:
        """Whether nothing newer has been heard of the others for so long that they are waited for no longer."""
        return self._moved is not None and monotonic - self._moved > self._blind_after

    def to_keep(self, monotonic: Duration) -> Stood | None:
        """What is to be kept at rest now; None: all goes on, or it has just been kept."""
        waited = 0 if self._moved is None else monotonic - self._moved
        stood = Stood(self._clock, self.best(monotonic) - self._clock, self._published, waited)
        if max(stood.beyond, stood.waited) < KEEP_EVERY:
            return None
        if self._kept is not None and monotonic - self._kept < KEEP_EVERY:
            return None
        self._kept = monotonic
        return stood
