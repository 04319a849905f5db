"""The log's present as the pager's monitor sees it move, and which alerts wait after a blind stretch. Pure.

DOMAIN.md §6: *Where the log's present moves by more than `blind_after` at once, what was raised in that stretch is in
the feed at once, but its first message waits 60 s.*

A monitor's clock is put to facts' instants and to the log's present. Only the second says how far the log had come: a
move of the clock after which no fact was applied. Between two such moves of more than
`blind_after` lies a blind stretch, however many facts of it were read in between. Whoever reads a backlog makes such a
move too, at its end; but the alerts in it were published by monitors that were not behind, before that end. So an alert
waits if it was raised within the stretch and was appended only after it.

What must be known for that after a restart too is kept at rest (`Standing`): a pager may die between the move and the
alerts, or in the middle of what it reads of the stretch.
"""

from typing import NamedTuple

from shared.blind import BLIND_AFTER
from shared.instants import SECOND, Duration, Instant

REOPEN_HOLD: Duration = 60 * SECOND
"""How long a first message waits after a blind stretch: the phones' queues are on their way."""


class Standing(NamedTuple):
    """At rest: what the durable clock does not say."""

    present: Instant | None = None
    """How far the log had come, where facts of long after that have been read; None: as far as the clock."""
    before: Instant | None = None
    after: Instant | None = None
    """The last blind stretch."""


class Stretches:
    """Remembers the last blind stretch of the log."""

    __slots__ = ("_clock", "_moved_to", "_present", "_stood", "_stretch")

    def __init__(self, clock: Instant | None = None, standing: Standing | None = None) -> None:
        """`clock`: where the monitor stands; None: nothing was read yet. `standing`: as it was at rest."""
        stood = standing or Standing()
        self._stood = stood
        self._clock = clock
        self._present = clock if stood.present is None else stood.present
        """How far the log had come; None: not known yet."""
        self._moved_to: Instant | None = None
        """Where the clock was put last, if no fact was applied there."""
        self._stretch = None if stood.before is None or stood.after is None else (stood.before, stood.after)

    def moved(self, to: Instant) -> None:
        """The clock is put to `to`."""
        if self._moved_to is not None and to > self._moved_to:
            self._reached(self._moved_to)
        self._clock = self._moved_to = to

    def took(self) -> None:
        """A fact was applied: the clock was put to its instant for its sake."""
        self._moved_to = None

    def turned(self) -> Standing | None:
        """A turn is over; what is to be kept at rest from now on, where that has changed."""
        if self._moved_to is not None:
            self._reached(self._moved_to)
        stands = self._standing()
        if stands == self._stood:
            return None
        self._stood = stands
        return stands

    def hold(self, raised_at: Instant, appended_at: Instant) -> Instant | None:
        """Until when the first message of an alert waits; None: it does not."""
        if self._stretch is None:
            return None
        before, after = self._stretch
        return after + REOPEN_HOLD if before < raised_at <= after <= appended_at else None

    def _reached(self, present: Instant) -> None:
        if self._present is not None and present - self._present > BLIND_AFTER:
            self._stretch = (self._present, present)
        self._present = present

    def _standing(self) -> Standing:
        present, clock = self._present, self._clock
        behind = present is not None and clock is not None and clock - present > BLIND_AFTER
        return Standing(present if behind else None, *(self._stretch or (None, None)))
