"""Random nights of cover: homes, children, what their plans ask for, and absences. Sample data."""

from datetime import date
from random import Random
from typing import Any

from shared.instants import DAY, HOUR, MINUTE, SECOND, parse_duration, show_instant
from tests.oracle.local import instant_of
from tests.oracle.night_lines import Child, NightLines

CHECK_INS, PLANS, NIGHT_COVER = "wakeful.check-ins", "wakeful.plan-changes", "wakeful.night-cover"
CLOCKS_CHANGE = ("2026-03-28", "2026-10-24")
EDGES = (
    "20:00",
    "21:30",
    "22:00",
    "22:30",
    "23:00",
    "00:00",
    "01:00",
    "01:30",
    "02:00",
    "02:30",
    "04:00",
    "07:00",
)
EVERY = (None, None, None, "PT10M", "PT15M", "PT20M", "PT30M", "PT45M", "PT1H", "PT1H30M")
REASONS = ("home_leave", "hospital", "school", "missing", "other")


def make_cover(rnd: Random) -> dict[str, Any] | None:
    """A night cover: mostly the whole night, else a window that may begin or end at a change of the clocks."""
    if rnd.random() < 0.05:
        return None
    start, end = ("22:00", "07:00") if rnd.random() < 0.5 else (rnd.choice(EDGES), rnd.choice(EDGES))
    cover: dict[str, Any] = {"from": start, "to": end, "meaning": "Sample: awake and free to respond."}
    if rnd.random() < 0.04:
        cover = {"meaning": "Sample"}
    if rnd.random() < 0.95:
        cover["waking_staff"] = rnd.choice((0, 1, 1, 1, 1, 2, 2, 3))
    if rnd.random() < 0.9:
        cover["dedicated"] = rnd.random() < 0.5
    every = rnd.choice(EVERY)
    return cover if every is None else {**cover, "proof_every": every}


class CoverPlans(NightLines):
    """Writes who lives where and what was agreed; remembers the instants at which that matters."""

    def __init__(self, rnd: Random) -> None:
        super().__init__(rnd)
        if rnd.random() < 0.5:
            self.zone = "Europe/London"
            day = date.fromisoformat(rnd.choice(CLOCKS_CHANGE))
            self.begin = instant_of(self.zone, day, rnd.choice(("20:00", "21:00", "22:00", "23:30")))
            self.end = self.begin + rnd.randint(3, 10) * HOUR
        if rnd.random() < 0.1:
            self.end = self.begin + 32 * HOUR
        self.marks = [self.begin, self.end]
        self.everies: list[int] = [HOUR]
        self.edges: list[int] = []
        mood = rnd.random()
        self.calm = mood < 0.35
        """A night on which little is asked and little goes wrong but the phones, which are slow."""
        self.restless = mood > 0.65
        """A night of workers who are all there and awake, and take each other's places."""

    def home(self, home_id: str, at: int) -> None:
        """A home, that may state what holds until a child's first plan."""
        data: dict[str, Any] = {
            "home_id": home_id,
            "provider_id": "provider-sample",
            "time_zone": self.zone,
            "rooms": ["R1", "R2"],
            "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 1},
        }
        if self.rnd.random() < 0.6:
            data["default_plan"] = {"checks": [], "night_cover": self._cover()}
        self.tell(PLANS, "home.registered.v1", home_id, home_id, data, at)

    def settle_in(self, child: Child) -> None:
        """A child comes, mostly before the night, and mostly with a plan."""
        rnd = self.rnd
        self.children.append(child)
        start = self.begin + rnd.choice((0, 0, -HOUR, -HOUR, 20 * MINUTE, HOUR))
        self.come(child, start, start + rnd.choice((0, 0, 0, -HOUR, 10 * MINUTE)))
        for _ in range(rnd.choice((0, 1, 1, 1, 2))):
            self.agree(child, start + rnd.choice((0, 0, -HOUR, HOUR, 90 * MINUTE)))

    def come(self, child: Child, at: int, time: int) -> None:
        """A placement's start."""
        data = {
            "placement_id": child.id,
            "home_id": child.home_id,
            "commissioner_id": "commissioner-sample",
            "room": "R1",
            "emergency": False,
            "suicide_risk": False,
        }
        self.mark(max(at, time))
        self.tell(PLANS, "placement.started.v1", child.home_id, child.id, data, at, time)

    def leave(self, child: Child) -> None:
        """A placement ends, and often starts again."""
        at, time = self.told()
        data = {"placement_id": child.id, "reason": "Sample"}
        self.tell(PLANS, "placement.ended.v1", child.home_id, child.id, data, at, time)
        if self.rnd.random() < 0.7:
            again = max(at, time) + self.rnd.choice((0, 1, 3 * MINUTE, 10 * MINUTE, HOUR))
            self.come(child, again, again + self.rnd.choice((0, 0, 10 * MINUTE)))

    def move(self, child: Child) -> None:
        """Another room of the same home."""
        data = {"placement_id": child.id, "room": "R2"}
        self.tell(PLANS, "placement.moved.v1", child.home_id, child.id, data, self.when())

    def agree(self, child: Child, at: int | None = None) -> None:
        """A plan version that holds at once, or is promised."""
        rnd = self.rnd
        at = self.when() if at is None else at
        child.version = max(1, child.version + rnd.choice((1, 1, 1, 2, -1, 0)))
        effective = rnd.choice((at, at, at - HOUR, self.when(), self.when()))
        data: dict[str, Any] = {
            "placement_id": child.id,
            "version": child.version,
            "effective_from": show_instant(effective),
            "checks": [],
            "night_cover": self._cover(),
            "suicide_risk": False,
        }
        if rnd.random() < 0.85:
            data["lowers_protection"] = {"approver": "post:responsible-individual", "reason": "Sample"}
        self.mark(max(at, effective))
        self.tell(PLANS, "plan.agreed.v1", child.home_id, child.id, data, at)

    def _cover(self) -> dict[str, Any] | None:
        cover = make_cover(self.rnd)
        if self.restless and cover is not None:
            cover.pop("proof_every", None)
            cover |= {"from": "20:00", "to": "07:00", "waking_staff": self.rnd.choice((1, 1, 1, 2))}
        if self.calm and cover is not None and self.rnd.random() < 0.9:
            cover["waking_staff"] = self.rnd.choice((1, 1, 1, 2))
            cover["dedicated"] = self.rnd.random() < 0.6
        if cover is not None and "proof_every" in cover:
            self.everies.append(parse_duration(cover["proof_every"]))
        day = date.fromisoformat(show_instant(self.begin)[:10])
        for wall in (cover.get("from"), cover.get("to")) if cover is not None else ():
            for ordinal in (day.toordinal(), day.toordinal() + 1):
                at = instant_of(self.zone, date.fromordinal(ordinal), wall) if wall else self.begin
                if self.begin <= at <= self.end:
                    self.edges.append(at)
                    self.marks += [at, at + 2 * MINUTE, at + 5 * MINUTE, at + 20 * MINUTE]
        return cover

    def away(self, child: Child) -> None:
        """A disposition, and often its end."""
        rnd = self.rnd
        at, time = self.told()
        begun = max(at, time)
        data = {
            "placement_id": child.id,
            "reason": rnd.choice(REASONS),
            "expected_end": show_instant(begun + rnd.choice((20 * MINUTE, HOUR, 12 * HOUR, 30 * DAY))),
        }
        self.tell(PLANS, "disposition.started.v1", child.home_id, child.id, data, at, time)
        if rnd.random() < 0.6:
            back = self.mark(begun + rnd.choice((0, 1, 10 * MINUTE, 20 * MINUTE, HOUR)))
            self.back(child, back, back + rnd.choice((0, 0, 0, 10 * MINUTE)))

    def back(self, child: Child, at: int, time: int) -> None:
        """The end of a disposition."""
        data = {"placement_id": child.id}
        self.tell(PLANS, "disposition.ended.v1", child.home_id, child.id, data, at, time)

    def told(self) -> tuple[int, int]:
        """When something is told, and when it was or will be so: some seconds to an hour ahead, now and then."""
        rnd = self.rnd
        at = self.when()
        time = at
        if rnd.random() < 0.3:
            later = (SECOND, MINUTE, MINUTE + 1, 5 * MINUTE, 10 * MINUTE, HOUR)
            time = rnd.choice((self.when(), at - 10 * MINUTE, at + rnd.choice(later)))
        self.mark(max(at, time))
        return at, time
