"""Lines of the replay contract and the instants worth coming back to: what every random night is written with."""

from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from shared.instants import HOUR, MINUTE, show_instant
from tests.oracle.local import instant_of

DATES = {
    "Europe/London": ("2026-03-28", "2026-10-24", "2026-06-10"),
    "Europe/Dublin": ("2026-03-28", "2026-10-24", "2026-02-13"),
    "America/New_York": ("2026-03-07", "2026-10-31", "2026-07-04"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03", "2026-06-10"),
}
Line = dict[str, Any]


class Child:
    """What the maker remembers of a placement, only to make times that coincide."""

    def __init__(self, home_id: str, placement_id: str) -> None:
        self.home_id, self.id = home_id, placement_id
        self.ceilings: list[int] = [30 * MINUTE]
        self.graces: list[int] = [2 * MINUTE, 5 * MINUTE]
        self.checks: list[str] = []
        self.version = 0


class NightLines:
    """A zone, a night in it, and the lines so far. All that is random comes from `rnd`."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.zone = rnd.choice(sorted(DATES))
        day = date.fromisoformat(rnd.choice(DATES[self.zone]))
        self.begin = instant_of(self.zone, day, rnd.choice(("19:00", "21:00", "22:00", "23:30")))
        self.end = self.begin + rnd.randint(3, 10) * HOUR
        self.lines: list[Line] = []
        self.marks: list[int] = [self.begin, self.end]
        self.children: list[Child] = []

    def when(self) -> int:
        """An instant of the night: often one that matters or a millisecond beside it, else any."""
        rnd = self.rnd
        if rnd.random() < 0.6:
            tonight = [mark for mark in self.marks if self.begin - HOUR <= mark <= self.end + HOUR]
            return self.mark(rnd.choice(tonight) + rnd.choice((-1, 0, 0, 0, 0, 1)))
        at = rnd.randint(self.begin, self.end)
        return self.mark(at if rnd.random() < 0.3 else at - at % MINUTE)

    def mark(self, at: int) -> int:
        """Remember an instant, so that others may coincide with it."""
        self.marks.append(at)
        return at

    def tell(
        self,
        topic: str,
        kind: str,
        home_id: str,
        subject: str,
        data: dict[str, Any],
        at: int,
        time: int | None = None,
        entered: int | None = None,
        actor: str = "staff-sample",
    ) -> str:
        """One line, appended at `at`; what it tells was so at `time`. Returns the fact's id."""
        time = at if time is None else time
        fact_id = str(UUID(int=self.rnd.getrandbits(128) & ~(0xF000 << 64) | (0x7000 << 64)))
        event = {
            "specversion": "1.0",
            "id": fact_id,
            "source": "device/sample",
            "type": kind,
            "subject": subject,
            "time": show_instant(time),
            "enteredat": show_instant(time if entered is None else entered),
            "homeid": home_id,
            "actor": actor,
            "datacontenttype": "application/json",
            "data": data,
        }
        self.lines.append({"topic": topic, "appended_at": show_instant(at), "event": event})
        return fact_id

    def _told(self) -> tuple[int, int]:
        """When something is told, and when it was or will be so."""
        at = self.when()
        time = self.rnd.choice((at, at, at, self.when(), at - 10 * MINUTE, at + 10 * MINUTE))
        self.mark(max(at, time))
        return at, time
