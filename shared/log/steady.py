"""The machine's wall clock, believed only as far as the steady one bears it out (docs/decisions/0012).

A wall clock can be set by anybody, a steady one by nobody. Between two readings both have gone equally far, or the
wall clock has jumped; a jump that is too large is not believed, and time goes on as the steady clock says until the two
agree again. Pure but for the two clocks it is given. What is done about a jump never lives here.
"""

from collections.abc import Callable
from typing import Final

from shared.instants import SECOND, Duration, Instant

BELIEVED: Final[Duration] = 30 * SECOND
"""How far the wall clock may jump at once and still be believed: a correction by the time service, no more."""
_LOOKS: Final = 3
"""A process may be stopped between reading the one clock and the other: so it looks again."""


class Steady:
    """Not safe for use from several threads."""

    def __init__(self, wall: Callable[[], Instant], steady: Callable[[], Duration]) -> None:
        """What the wall clock says now is believed: there is nothing to compare it with."""
        self._wall = wall
        self._steady = steady
        self.off: Duration = 0
        """How far the wall clock is ahead of what is believed (below 0: behind); 0 while it is believed."""
        self.believe()

    def believe(self) -> Instant:
        """Take the wall clock as it is."""
        self._since, self._at, self.off = self._steady(), self._wall(), 0
        return self._at

    def now(self) -> Instant:
        """The instant, as far as it is believed; then `off` says whether it is the wall clock's."""
        for _ in range(_LOOKS):
            steady, wall = self._steady(), self._wall()
            due = self._at + steady - self._since
            self.off = wall - due
            if abs(self.off) <= BELIEVED:
                self._since, self._at, self.off = steady, wall, 0
                return wall
        return due
