"""Whether a present that the log answers is believed.

Append times are the broker's clock. A present that lies far ahead of what this machine believes the time to be is not
believed: no deadline fires by it, and that it stands still is told as blindness. A broker on the same machine jumps
with the machine's clock, so the machine's clock is itself believed only as far as its steady one bears it out
(`shared.log.steady`). Pure but for the two clocks it is given.
"""

from collections.abc import Callable

from shared.instants import Duration, Instant
from shared.log.steady import BELIEVED, Steady


class Belief:
    """Not safe for use from several threads."""

    def __init__(self, wall: Callable[[], Instant], steady: Callable[[], Duration]) -> None:
        self._time = Steady(wall, steady)
        self._behind = (
            False  # the log was ahead of a clock that nobody had touched: the clock is what is wrong
        )

    def believes(self, present: Instant) -> bool:
        """Whether it lies no more than 30 s ahead of the time."""
        now = self._time.now()
        if not self._time.off:
            self._behind = present > now + BELIEVED
        elif self._behind and present <= now + self._time.off + BELIEVED:
            now = self._time.believe()  # the clock was put right: now it agrees with the log
            self._behind = False
        return present <= now + BELIEVED

    @property
    def clock_off(self) -> Duration:
        """How far the machine's clock is ahead of what is believed (below 0: behind); 0 while it is believed."""
        self._time.now()
        return self._time.off
