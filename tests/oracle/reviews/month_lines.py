"""The ordinary part of a random month of reviews: homes, children, rooms, plans, dates worth coming back to.

Sample data. What is out of order is in `month_maker`.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from shared.instants import DAY, HOUR, MINUTE, show_instant
from tests.oracle.local import instant_of
from tests.oracle.night_lines import NightLines
from tests.oracle.reviews.dates import date_of, fifth_working_day, over
from tests.oracle.reviews.month_plans import COVER, make_checks, make_date, make_plan, next_plan

PLANS = "wakeful.plan-changes"
ZONES = ("Europe/London",) * 6 + (
    "Europe/Dublin",
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
)
"""In Havana there is a midnight that does not exist, and one that comes twice."""
STARTS = (
    "2026-03-16",  # the clocks go forward; Easter
    "2026-03-26",
    "2026-03-02",
    "2026-10-12",  # the clocks go back
    "2026-12-14",  # Christmas, with a substitute day
    "2024-02-20",  # a leap year
    "2026-06-01",
    "2025-04-08",
)
ROOMS = ("R1", "R1", "R2", "R3")


class Child:
    """What the maker remembers of a placement, only to make facts that belong together."""

    def __init__(self, home_id: str, placement_id: str) -> None:
        self.home_id, self.id = home_id, placement_id
        self.room = "R1"
        self.version = 0
        self.plan: dict[str, Any] | None = None


class MonthLines(NightLines):
    """A zone, some weeks in it (or, seldom, more than a year), and the lines so far."""

    def __init__(self, rnd: Random) -> None:
        super().__init__(rnd)
        self.zone = rnd.choice(ZONES)
        self.first = date.fromisoformat(rnd.choice(STARTS))
        weeks = rnd.choice((2, 3, 4, 5, 6, 8, 10, 10, 62))
        self.begin = instant_of(self.zone, self.first, rnd.choice(("00:00", "09:00", "23:30")))
        self.end = self.begin + weeks * 7 * DAY
        self.marks = [self.begin]
        self.kids: list[Child] = []

    def when(self) -> int:
        """An instant of these weeks: often one that matters or a millisecond beside it, a midnight, or any."""
        rnd = self.rnd
        if rnd.random() < 0.55:
            known = [mark for mark in self.marks if self.begin - DAY <= mark <= self.end + DAY]
            if known:
                return self.mark(rnd.choice(known) + rnd.choice((-1, 0, 0, 0, 0, 1)))
        days = (self.end - self.begin) // DAY
        day = self.first + timedelta(days=rnd.randint(0, days))
        if rnd.random() < 0.3:
            return self.mark(instant_of(self.zone, day, "00:00") + rnd.choice((-1, 0, 0, 1)))
        return self.mark(instant_of(self.zone, day, "08:00") + rnd.randint(0, 14 * 60) * MINUTE)

    def told(self) -> tuple[int, int]:
        """When something is told, and when it was or will be so: at once, late, or as a promise."""
        rnd = self.rnd
        at = self.when()
        time = at
        if rnd.random() < 0.4:
            early, later = (
                rnd.choice((1, HOUR, 5 * HOUR, DAY, 3 * DAY, 9 * DAY)),
                rnd.choice((1, HOUR, DAY, 4 * DAY)),
            )
            time = rnd.choice((at - early, at - early, at + later, self.when()))
        self.mark(max(at, time))
        self.mark(max(at, time) + DAY)
        return at, time

    def date_near(self, at: int, absent: bool = True) -> str | None:
        """A date for a review of `at`; its midnight and the one 7 days before come to matter."""
        text = make_date(self.rnd, date_of(self.zone, at), absent)
        if text is not None:
            self.marks += [
                over(self.zone, date.fromisoformat(text) - timedelta(days=days)) for days in (0, 7)
            ]
        return text

    def home(self, home_id: str, at: int) -> None:
        """A home is registered, or told of again."""
        rnd = self.rnd
        data: dict[str, Any] = {
            "home_id": home_id,
            "provider_id": "provider-sample",
            "time_zone": self.zone,
            "rooms": ["R1", "R2"],
            "statement_of_purpose": {"waking_staff": rnd.choice((0, 1, 1, 2)), "sleep_in_staff": 1},
        }
        if rnd.random() < 0.7:
            data["default_plan"] = {"checks": make_checks(rnd), "night_cover": COVER}
        self.tell(PLANS, "home.registered.v1", home_id, home_id, data, at)

    def start(self, child: Child, at: int, time: int) -> None:
        """A stay begins; the end of its fifth working day comes to matter."""
        rnd = self.rnd
        child.room = rnd.choice(ROOMS)
        data = {
            "placement_id": child.id,
            "home_id": child.home_id,
            "commissioner_id": "commissioner-sample",
            "room": child.room,
            "emergency": False,
            "suicide_risk": rnd.random() < 0.3,
        }
        begins = max(at, time)
        self.marks += [begins, begins + DAY, over(self.zone, fifth_working_day(date_of(self.zone, begins)))]
        self.of(child, "placement.started.v1", data, at, time)

    def plan_version(self, child: Child, at: int, time: int, effective: int) -> None:
        """A further version of the child's plan; now and then a lower number, or one used before."""
        rnd = self.rnd
        child.version = max(1, child.version + rnd.choice((1, 1, 1, 1, 2, 0, -1)))
        day = date_of(self.zone, max(at, effective))
        if child.plan is None or rnd.random() < 0.15:
            child.plan = make_plan(rnd, day)
        else:
            child.plan = next_plan(rnd, child.plan, day)
        for part in ("suicide_prevention", "ligature_plan"):
            stated = (child.plan[part] or {}).get("review_by") or (day + timedelta(days=28)).isoformat()
            self.marks += [
                over(self.zone, date.fromisoformat(stated) - timedelta(days=days)) for days in (0, 7)
            ]
        own = {"placement_id": child.id, "version": child.version, "effective_from": show_instant(effective)}
        self.marks += [max(at, effective), max(at, effective) + DAY]
        self.of(child, "plan.agreed.v1", {**child.plan, **own}, at, time)

    def of(self, child: Child, kind: str, data: dict[str, Any], at: int, time: int) -> str:
        """A fact of plan-changes about the child."""
        return self.tell(PLANS, kind, child.home_id, child.id, data, at, time)
