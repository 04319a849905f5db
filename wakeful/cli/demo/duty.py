"""Who is on duty in the sample night, and where that is short: as facts, by a seed. Pure data, that knows no alert.

In every home two workers are awake all night. One child of the first home has somebody to himself; in the second home
two are asked for, so that it shows when one gives no sign of being awake for a while, and when one goes on a break and
nobody takes over.
"""

from random import Random
from typing import Final, NamedTuple

from services.sample.cast import HOMES, ONE_TO_ONE, SHORT, Child, SampleHome
from services.sample.telling import Teller
from shared.instants import HOUR, MINUTE, Duration, Instant, parse_instant, show_duration

DUSK: Final = parse_instant("2026-03-02T22:00:00Z")
HALF: Final = DUSK + 270 * MINUTE
"""From here on the second worker looks after the children."""
WITH_ONE: Final = HOMES[0].children[0]
"""Who has somebody to himself."""
_BEGINS: Final = DUSK - 12 * MINUTE
_LEAVES: Final = DUSK + 9 * HOUR + 6 * MINUTE
_LAST_SIGN: Final = DUSK + 100 * MINUTE
"""After it one worker answers no prompt for a while."""


class _Break(NamedTuple):
    """Of whom, from when to when, and who takes over."""

    worker: str
    begins: Instant
    ends: Instant
    relief: str | None


class Duties:
    """The duties of a night. Told once; asked who looks after a child at a moment."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._breaks: list[_Break] = []
        self._changes_at: Instant = DUSK + 250 * MINUTE

    def looks(self, home: SampleHome, child: Child, at: Instant) -> str:
        """Who looks after the child: whoever is with that child alone, or takes their place; else the one of the two
        whose half it is."""
        if child is not WITH_ONE or at < _BEGINS:
            return home.workers[at >= HALF]
        who = ONE_TO_ONE[at >= self._changes_at]
        for each in self._breaks:
            if each.worker == who and each.begins <= at < each.ends:
                return each.relief or home.workers[at >= HALF]
        return who

    def tell(self, random: Random) -> None:
        """The whole night's."""
        self._two_are_needed(random)
        self._one_to_one(random)
        for home in HOMES:
            for worker in home.workers:
                self._tell(home, worker, "cover.started.v1", _BEGINS, role="waking")
                self._answers(home, worker, random)
                self._tell(home, worker, "cover.ended.v1", _LEAVES)

    def _tell(self, home: SampleHome, worker: str, type_: str, at: Instant, **data: object) -> None:
        self._teller.tell(home.id, worker, type_, {"staff_id": worker, **data}, at)

    def _answers(self, home: SampleHome, worker: str, random: Random) -> None:
        """Prompts are answered, but on a break: and of one worker, once, not for somewhat more than an hour."""
        silent = home is SHORT and worker == home.workers[1]
        at, last = _BEGINS, _BEGINS
        while (at := at + random.randrange(28, 42) * MINUTE) < _LEAVES:
            if silent and at > _LAST_SIGN:
                at, silent = last + random.randrange(72, 78) * MINUTE, False
            last = at
            if not any(each.worker == worker and each.begins <= at < each.ends for each in self._breaks):
                self._tell(home, worker, "cover.proved.v1", at, how="prompt")

    def _two_are_needed(self, random: Random) -> None:
        """A break for which nobody takes over, long enough to be noticed, and to worsen once."""
        begins = DUSK + random.randrange(390, 430) * MINUTE
        self._rest(SHORT, _Break(SHORT.workers[0], begins, begins + random.randrange(22, 26) * MINUTE, None))

    def _one_to_one(self, random: Random) -> None:
        """Longer than two hours without a break; a break with relief; another worker; a break without."""
        home, (first, second) = HOMES[0], ONE_TO_ONE
        self._tell(home, first, "cover.started.v1", _BEGINS, role="one_to_one", placement_id=WITH_ONE.id)
        self._tell(home, second, "cover.started.v1", _BEGINS, role="sleep_in")
        late = _BEGINS + 2 * HOUR + random.randrange(12, 25) * MINUTE
        self._rest(home, _Break(first, late, late + 20 * MINUTE, second))
        changes = self._changes_at
        self._tell(
            home, second, "cover.started.v1", changes - MINUTE, role="one_to_one", placement_id=WITH_ONE.id
        )
        self._tell(home, first, "cover.ended.v1", changes)
        alone = changes + random.randrange(80, 100) * MINUTE
        self._rest(home, _Break(second, alone, alone + random.randrange(5, 7) * MINUTE, None))
        again = alone + 100 * MINUTE
        self._rest(home, _Break(second, again, again + 15 * MINUTE, home.workers[0]))
        for worker in ONE_TO_ONE:
            self._answers(home, worker, random)
        self._tell(home, second, "cover.ended.v1", _LEAVES)

    def _rest(self, home: SampleHome, rest: _Break) -> None:
        self._breaks.append(rest)
        expected: Duration = 20 * MINUTE
        self._tell(
            home,
            rest.worker,
            "cover.break_started.v1",
            rest.begins,
            relief_staff_id=rest.relief,
            expected=show_duration(expected),
        )
        self._tell(home, rest.worker, "cover.break_ended.v1", rest.ends)
