"""The log's present: who may say that nothing earlier can follow, and when (ARCHITECTURE.md, "The log's
present").

The one writer stamps and commits; between two commits it can answer for the present. Pure but for the two
clocks it is given; knows nothing of storage.
"""

import threading
from collections.abc import Callable

from shared.instants import Duration, Instant
from shared.log.steady import BELIEVED, Steady


class Present:
    """Stamps for the writer, and the present for readers. Safe for use from several threads.

    Laws: a stamp is never less than an earlier stamp or an answered present; the present never goes back,
    never runs ahead of the machine's clock, and is at most the stamp of a commit under way; it stands still
    unless the door is known to be open, and while the machine's clock stands behind what the log holds, or is not
    believed (`shared.log.steady`). Stamps go
    on meanwhile, as the steady clock says: what is taken then lies where it belongs once the clock is put right.
    """

    def __init__(
        self,
        last: Instant,
        clock: Callable[[], Instant],
        monotonic: Callable[[], Duration],
        always_open: bool = False,
    ) -> None:
        """`last`: the last instant that is durable in the log. `always_open`: of tools and tests, whose clock is
        believed whatever it does."""
        self._lock = threading.Lock()
        self._clock = clock
        self._monotonic = monotonic
        self._time = Steady(clock, monotonic)
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
            stamp = self._now()
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
            bound = self._now()  # before the door is looked at: the process may be stopped between the two
            # A log that is ahead of the clock holds what cannot be read yet: to move would only look like watching.
            if self._is_open() and not self._time.off and bound >= self._least:
                if self._under_way is not None:
                    bound = min(bound, self._under_way)
                self._answered = max(self._answered, bound)
            return self._answered

    def not_before(self, instant: Instant) -> None:
        """Stamp nothing before `instant` any more."""
        with self._lock:
            self._least = max(self._least, instant)

    def now(self) -> Instant:
        """What a stamp would be now, for whoever judges by the same time: tokens, say."""
        with self._lock:
            return max(self._now(), self._least, self._answered)

    @property
    def clock_off(self) -> Duration:
        """How far the machine's clock is ahead of what is believed (below 0: behind); 0 while it is believed."""
        with self._lock:
            self._now()
            return self._time.off

    @property
    def ahead(self) -> Duration:
        """How far what the log holds, or a service has reached, is ahead of the machine's clock; 0: it is not."""
        with self._lock:
            return max(0, self._least - self._now())

    def door_open(self, for_ms: Duration, asked: Duration | None = None) -> None:
        """The door is known to let somebody in who came at `asked` of the steady clock (now, if nothing is said):
        believed for `for_ms` from then."""
        with self._lock:
            self._open_until = (self._monotonic() if asked is None else asked) + for_ms

    def door_still_open(self, for_ms: Duration, asked: Duration) -> bool:
        """The same, where it has been known to be open all the while; else False, and nothing is changed: what came
        while nobody could tell may still be waiting at the door."""
        with self._lock:
            if not self._is_open():
                return False
            self._open_until = asked + for_ms
            return True

    def door_shut(self) -> None:
        """The door was just seen to let nobody in."""
        with self._lock:
            self._open_until = None

    def _now(self) -> Instant:
        if self._always_open:
            return self._clock()
        now = self._time.now()
        if now + BELIEVED < self._least <= now + self._time.off:
            return self._time.believe()  # it stood behind the log, so it was wrong; now it has been put right
        return now

    def _is_open(self) -> bool:
        if self._always_open:
            return True
        return self._open_until is not None and self._monotonic() < self._open_until
