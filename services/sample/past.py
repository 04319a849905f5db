"""The weeks before the sample begins: 30 days of three quiet homes, written down as if they had been watched all along.

Everything that was promised was done, and in time, but for what the sample is there to show: a room whose assessment is
overdue, one burst of entries, and, in the last minutes, a break for which nobody took over. Pure: *now* is an argument,
and for one *now* the past is always the same. Whoever starts the sample puts it into the empty log, with its times.

    1. On the first day the homes are registered, the children come, the plans are agreed, rooms and homes reviewed.
    2. Night after night the workers come, look after the children and go (`pastnights`); by day somebody looks, too.
    3. A week or two later there are a weekend at home, a point made safe, and the reviews that fall due.
    4. What would lie ahead of *now* is left out: the present is the sample's own affair (`playing`).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Final

from services.sample import papers
from services.sample.cast import (
    HOMES,
    MANAGER,
    SHORT,
    TIME_ZONE,
    UNASSESSED,
    SampleHome,
)
from services.sample.papers import DAY_CHECKS
from services.sample.pastnights import Absences, night
from services.sample.telling import TYPED, Line, Teller
from shared.instants import MINUTE, SECOND, Duration, Instant, show_duration, show_instant
from shared.schedule import local_date, local_instant, parse_local_time

DAYS: Final = 30
SHORT_OF: Final[Duration] = 20 * MINUTE
"""So long before *now* the children of one home need two waking workers."""
_BREAK: Final[Duration] = 8 * MINUTE
"""So long before *now* one of them goes on a break."""
_AWAY: Final = (HOMES[0].children[1], -16, -14)
"""Who was at home for a weekend, and when."""
_RESPONSIBLE: Final = "sample-responsible-individual"


def past(now: Instant, days: int = DAYS) -> list[Line]:
    """All of it, in the order in which a log would have taken it."""
    today = local_date(TIME_ZONE, now)
    lines: list[Line] = []
    for home in HOMES:
        weeks = _Weeks(home, today, days, now)
        lines += weeks.written()
    return sorted((line for line in lines if line.appended_at < now), key=lambda line: line.appended_at)


class _Weeks:
    """One home's weeks."""

    def __init__(self, home: SampleHome, today: date, days: int, now: Instant) -> None:
        self._home = home
        self._today = today
        self._days = days
        self._teller = Teller(f"sample-past-{home.id}")
        self._random = Random(home.id)  # noqa: S311 - a story, not a secret
        self._hurry = now - SHORT_OF if home is SHORT else now
        """From here on it is not an ordinary day any more."""
        self._now = now

    def written(self) -> list[Line]:
        """Everything."""
        self._first_day()
        absences = self._absence()
        self._point_made_safe()
        self._reviews()
        for ago in range(self._days, -1, -1):
            self._day(-ago, absences)
            night(self._teller, self._home, self._today - timedelta(days=ago), ago, absences, self._hurry)
        if self._home is SHORT:
            self._last_minutes()
        return self._teller.lines

    def _at(self, day: int, clock: str) -> Instant:
        return local_instant(TIME_ZONE, self._date(day), parse_local_time(clock))

    def _date(self, day: int) -> date:
        return self._today + timedelta(days=day)

    def _office(self, type_: str, data: Mapping[str, object], at: Instant) -> None:
        self._teller.tell(self._home.id, MANAGER, type_, data, at)

    def _first_day(self) -> None:
        home, first = self._home, -self._days
        terms = papers.nightly(papers.pace_of(home.children[0]))
        self._office("home.registered.v1", papers.registration(home, terms), self._at(first, "09:00"))
        for child in home.children:
            self._office("placement.started.v1", papers.stay(home, child), self._at(first, "10:00"))
            agreed, review_by = self._at(first, "11:00"), self._date(first) + papers.REVIEWED_AFTER
            plan = papers.plan(child, papers.nightly(papers.pace_of(child)), 1, agreed, review_by)
            self._office("plan.agreed.v1", plan, agreed - MINUTE)
            late = (home, child.room) == UNASSESSED
            again = self._date(-3 if late else 150)
            assessed = papers.assessment(home, child.room, again)
            self._office("environment.assessed.v1", assessed, self._at(first, "12:00"))
        self._office("suitability.reviewed.v1", papers.suitability(self._date(150)), self._at(first, "12:30"))

    def _absence(self) -> Absences:
        child, left, back = _AWAY
        if child not in self._home.children:
            return {}
        begins, ends = self._at(left, "17:00"), self._at(back, "16:40")
        leave = {
            "placement_id": child.id,
            "reason": "home_leave",
            "expected_end": show_instant(ends + 20 * MINUTE),
        }
        self._office("disposition.started.v1", leave, begins)
        self._office("disposition.ended.v1", {"placement_id": child.id}, ends)
        return {child.id: (begins - MINUTE, ends + MINUTE)}

    def _point_made_safe(self) -> None:
        room = self._home.children[0].room
        changed = {
            "point_id": papers.point(self._home, room, "handle"),
            "status": "removed",
            "reason": "Replaced (sample).",
            "approver": _RESPONSIBLE,
        }
        self._office("anchor_point.changed.v1", changed, self._at(-20, "15:00"))

    def _reviews(self) -> None:
        for child in self._home.children:
            if child.suicide_risk:
                review = papers.review(child, self._date(14))
                self._office("ligature_plan.reviewed.v1", review, self._at(-14, "11:00"))
                self._office("suicide_plan.reviewed.v1", review, self._at(-14, "11:10"))

    def _day(self, day: int, absences: Absences) -> None:
        """The checks by day: around their times, one child after the other."""
        for clock in DAY_CHECKS["times"]:
            if day == -self._days and clock < "11:00":
                continue
            at = self._at(day, clock) - self._random.randrange(480) * SECOND
            for child in self._home.children:
                at += self._random.randrange(30, 180) * SECOND
                away = absences.get(child.id, (at, at))
                if not away[0] <= at < away[1]:
                    who = MANAGER if at < self._hurry else self._home.workers[0]
                    self._teller.tell(
                        self._home.id, who, "check.recorded.v1", papers.seen(child, self._random), at
                    )

    def _last_minutes(self) -> None:
        """Two waking workers are asked for from now on, and are there; then one goes on a break, and nobody comes."""
        home, again = self._home, self._date(14)
        for worker in home.workers:
            started = {"staff_id": worker, "role": "waking"}
            self._teller.tell(home.id, worker, "cover.started.v1", started, self._hurry)
        for child in home.children:
            at = self._hurry + MINUTE
            terms = papers.round_the_clock(papers.nightly(papers.pace_of(child)), home.waking)
            self._office("plan.agreed.v1", papers.plan(child, terms, 2, at, again), at - 10 * SECOND)
        alone = home.workers[1]
        left = {"staff_id": alone, "relief_staff_id": None, "expected": show_duration(20 * MINUTE)}
        self._teller.tell(home.id, alone, "cover.break_started.v1", left, self._now - _BREAK)
        answered = {"staff_id": home.workers[0], "how": "prompt"}
        just_now = self._now - 2 * TYPED  # so that the log's present is that of whoever begins
        self._teller.tell(home.id, home.workers[0], "cover.proved.v1", answered, just_now)
