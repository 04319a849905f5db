"""A night of the past in one home: who is on duty, who looks after whom, and when. Pure.

Two workers begin in the evening. The first looks after the children until late, has a break for which the second takes
over, and hands over to them; the second answers prompts meanwhile, looks after the children from then on, and leaves in
the morning. Each check comes between 55 and 90 % of the ceiling after the one before, as the phone prompts.
"""

import heapq
from collections import deque
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple, TypeAlias

from services.sample import papers
from services.sample.cast import AT_ONCE, TIME_ZONE, Child, SampleHome
from services.sample.telling import Teller
from shared.instants import MINUTE, SECOND, Duration, Instant, show_duration
from shared.schedule import local_instant, parse_local_time

Absences: TypeAlias = Mapping[str, tuple[Instant, Instant]]
"""From when to when a child was away."""

AT_ONCE_AGO: Final = 2
"""How many days ago the night began in which somebody entered several checks together."""
_ASIDE: Final[Duration] = 20 * SECOND
"""At least so long between two checks of one worker: nobody is in two rooms at a time."""
_BREAK: Final[Duration] = 20 * MINUTE
_LEAST, _MOST = 55, 90
_ALIKE: Final = 6
"""So many gaps in a row that hardly differ would be a pattern; nobody is that even."""
_SPREAD: Final[Duration] = MINUTE


class _Shift(NamedTuple):
    """Who does what when."""

    first: str
    second: str
    begins: Instant
    break_at: Instant
    handover: Instant
    ends: Instant

    def looks(self, at: Instant) -> str:
        """Who looks after the children."""
        relieved = self.break_at - MINUTE <= at < self.break_at + _BREAK + MINUTE
        return self.second if relieved or at >= self.handover else self.first


def night(
    teller: Teller, home: SampleHome, evening: date, ago: int, absences: Absences, hurry: Instant
) -> None:
    """The night that begins on `evening`, `ago` days ago. From `hurry` on the first of the home's workers looks after
    the children, and who is on duty is told elsewhere."""
    random = Random(f"{home.id} {ago}")  # noqa: S311 - a story, not a secret
    dusk, dawn = (
        local_instant(TIME_ZONE, day, parse_local_time(clock))
        for day, clock in ((evening, "22:00"), (evening + timedelta(days=1), "07:00"))
    )
    first, second = home.workers if ago % 2 == AT_ONCE_AGO % 2 else reversed(home.workers)
    shift = _Shift(
        first,
        second,
        dusk - 15 * MINUTE,
        dusk + random.randrange(120, 170) * MINUTE,
        dusk + random.randrange(240, 290) * MINUTE,
        dawn + 5 * MINUTE,
    )
    there = [child for child in home.children if not _away(absences, child, dusk)]
    _on_duty(_Until(teller, hurry), home, shift, len(there), random)
    at_once = dawn - 170 * MINUTE if (home, ago) == (AT_ONCE[0], AT_ONCE_AGO) else None
    _Round(teller, home, shift, random, hurry).walk(there, dusk, dawn, at_once)


def _away(absences: Absences, child: Child, at: Instant) -> bool:
    begins, ends = absences.get(child.id, (at, at))
    return begins <= at < ends


class _Until(NamedTuple):
    """A teller who tells nothing from a moment on."""

    teller: Teller
    end: Instant

    def tell(self, home: SampleHome, actor: str, type_: str, data: Mapping[str, object], at: Instant) -> None:
        if at < self.end:
            self.teller.tell(home.id, actor, type_, data, at)


def _on_duty(tell: _Until, home: SampleHome, shift: _Shift, headcount: int, random: Random) -> None:
    """Sessions, a break with relief, prompts, the handover."""
    first, second = shift.first, shift.second
    for worker in (first, second):
        tell.tell(home, worker, "cover.started.v1", {"staff_id": worker, "role": "waking"}, shift.begins)
    at = shift.begins
    while (at := at + random.randrange(30, 50) * MINUTE) < shift.handover:
        tell.tell(home, second, "cover.proved.v1", {"staff_id": second, "how": "prompt"}, at)
    left = {"staff_id": first, "relief_staff_id": second, "expected": show_duration(_BREAK)}
    tell.tell(home, first, "cover.break_started.v1", left, shift.break_at)
    tell.tell(home, first, "cover.break_ended.v1", {"staff_id": first}, shift.break_at + _BREAK)
    taken = {"from_staff_id": first, "to_staff_id": second, "accepted": True, "headcount": headcount}
    tell.tell(home, second, "cover.handed_over.v1", taken, shift.handover)
    tell.tell(home, second, "cover.ended.v1", {"staff_id": second}, shift.ends)


class _Round:
    """The checks of one night."""

    def __init__(
        self, teller: Teller, home: SampleHome, shift: _Shift, random: Random, hurry: Instant
    ) -> None:
        self._teller = teller
        self._home = home
        self._shift = shift
        self._random = random
        self._hurry = hurry
        self._last: Instant = 0
        self._gaps: dict[str, deque[Duration]] = {}

    def walk(self, children: list[Child], dusk: Instant, dawn: Instant, at_once: Instant | None) -> None:
        """Until dawn."""
        due = []
        for number, child in enumerate(children):
            before = dusk - self._random.randrange(papers.pace_of(child).ceiling // 2)
            due.append((self._next(child, before), number))
        heapq.heapify(due)
        while due[0][0] < dawn:
            at, number = due[0]
            if at_once is not None and at >= at_once:
                due = [
                    (self._next(child, self._together(child, number, at_once)), number)
                    for number, child in enumerate(children)
                ]
                heapq.heapify(due)
                at_once = None
                continue
            at = max(at, self._last + _ASIDE)
            self._seen(children[number], at)
            heapq.heapreplace(due, (self._next(children[number], at), number))

    def _next(self, child: Child, last: Instant) -> Instant:
        """When the phone prompts for the next check."""
        ceiling, gaps = papers.pace_of(child).ceiling, self._gaps.setdefault(child.id, deque(maxlen=_ALIKE))
        while True:
            gap = self._random.randint(_LEAST * ceiling // 100, _MOST * ceiling // 100) // SECOND * SECOND
            lately = [*gaps, gap][-_ALIKE:]
            if len(lately) < _ALIKE or max(lately) - min(lately) > _SPREAD:
                gaps.append(gap)
                return last + gap

    def _together(self, child: Child, number: int, at: Instant) -> Instant:
        """One of several checks that are entered together, a little later."""
        seen_at = at + number * 35 * SECOND
        self._seen(child, seen_at, entered_at=at + 100 * SECOND + number * 3 * SECOND)
        return seen_at

    def _seen(self, child: Child, at: Instant, entered_at: Instant | None = None) -> None:
        self._last = at
        who = self._home.workers[0] if at >= self._hurry else self._shift.looks(at)
        data = papers.seen(child, self._random)
        self._teller.tell(self._home.id, who, "check.recorded.v1", data, at, entered_at=entered_at)
