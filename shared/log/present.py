"""The log's present: who may say that nothing earlier can follow, and when (ARCHITECTURE.md, "The log's
present").

The one writer stamps and commits; between two commits it can answer for the present. Pure but for the two
clocks it is given; knows nothing of storage.
"""

import threading
from collections.abc import Callable

from shared.instants import Duration, Instant


class Present:
    """Stamps for the writer, and the present for readers. Safe for use from several threads.

    Laws: a stamp is never less than an earlier stamp or an answered present; the present never goes back,
    never runs ahead of the machine's clock, and is at most the stamp of a commit under way; it stands still
    unless the door is known to be open.
    """

    def __init__(
        self,
        last: Instant,
        clock: Callable[[], Instant],
        monotonic: Callable[[], Duration],
        always_open: bool = False,
    ) -> None:
        """`last`: the last instant that is durable in the log."""
        self._lock = threading.Lock()
        self._clock = clock
        self._monotonic = monotonic
        self._least = last  # no stamp may be less
        # A log that is ahead of the clock is not believed beyond it.
        self._answered = min(last, clock())
        self._under_way: Instant | None = None
        self._always_open = always_open
        self._open_until: Duration | None = None
        self.steps_back = 0
        """How often the machine's clock stood behind what was stamped or answered already."""

    def stamp(self) -> Instant:
        """The instant of the commit that begins now; `settle` ends it."""
        with self._lock:
            stamp = self._clock()
            least = max(self._least, self._answered)
            if stamp < least:
                self.steps_back += 1
                stamp = least
            self._under_way = stamp
            return stamp

    def settle(self, *, durable: bool) -> None:
        """The commit under way is over."""
        with self._lock:
            if durable and self._under_way is not None:
                self._least = max(self._least, self._under_way)
            self._under_way = None

    def answer(self) -> Instant:
        """The present: exclusive, so that what is stamped with this very instant is read after it has
        passed."""
        with self._lock:
            if self._is_open():
                bound = self._clock()
                if self._under_way is not None:
                    bound = min(bound, self._under_way)
                self._answered = max(self._answered, bound)
            return self._answered

    def not_before(self, instant: Instant) -> None:
        """Stamp nothing before `instant` any more."""
        with self._lock:
            self._least = max(self._least, instant)

    def door_open(self, for_ms: Duration) -> None:
        """The door was just seen to let somebody in: believed for `for_ms` of monotonic time."""
        with self._lock:
            self._open_until = self._monotonic() + for_ms

    def door_shut(self) -> None:
        """The door was just seen to let nobody in."""
        with self._lock:
            self._open_until = None

    def _is_open(self) -> bool:
        if self._always_open:
            return True
        return self._open_until is not None and self._monotonic() < self._open_until
