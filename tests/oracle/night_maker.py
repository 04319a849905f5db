"""The maker of one random night: homes, children, what staff record and what managers change. Sample data."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from shared.instants import DAY, HOUR, MINUTE, SECOND, parse_duration, show_instant
from tests.oracle.local import instant_of
from tests.oracle.plan_maker import make_checks, make_cover, make_plan

DATES = {
    "Europe/London": ("2026-03-28", "2026-10-24", "2026-06-10"),
    "Europe/Dublin": ("2026-03-28", "2026-10-24", "2026-02-13"),
    "America/New_York": ("2026-03-07", "2026-10-31", "2026-07-04"),
    "Australia/Lord_Howe": ("2026-04-04", "2026-10-03", "2026-06-10"),
}
CHECK_INS, PLANS, COVER = "wakeful.check-ins", "wakeful.plan-changes", "wakeful.night-cover"
REASONS = ("home_leave", "hospital", "school", "missing", "missing", "other")
Line = dict[str, Any]


class Child:
    """What the maker remembers of a placement, only to make times that coincide."""

    def __init__(self, home_id: str, placement_id: str) -> None:
        self.home_id, self.id = home_id, placement_id
        self.ceilings: list[int] = [30 * MINUTE]
        self.graces: list[int] = [2 * MINUTE, 5 * MINUTE]
        self.checks: list[str] = []
        self.version = 0


class NightMaker:
    """One night, drawn from `rnd` alone."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.zone = rnd.choice(sorted(DATES))
        day = date.fromisoformat(rnd.choice(DATES[self.zone]))
        self.begin = instant_of(self.zone, day, rnd.choice(("19:00", "21:00", "22:00", "23:30")))
        self.end = self.begin + rnd.randint(3, 10) * HOUR
        self.lines: list[Line] = []
        self.marks: list[int] = [self.begin, self.end]
        self.children: list[Child] = []

    def make(self) -> list[Line]:
        """The lines, in no order."""
        rnd = self.rnd
        homes = ["H1", "H2"][: rnd.choice((1, 1, 2))]
        for home_id in homes:
            self._home(home_id, self.begin - rnd.choice((0, HOUR, 40 * DAY)))
        for number in range(rnd.randint(1, 4)):
            self._settle_in(Child(rnd.choice(homes), f"P{number + 1}"))
        for child in self.children:
            self._rounds(child)
        for _ in range(rnd.randint(3, 40)):
            rnd.choices(ACTIONS, WEIGHTS)[0](self, rnd.choice(self.children))
        return self.lines[:150]

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
            "actor": "staff-sample",
            "datacontenttype": "application/json",
            "data": data,
        }
        self.lines.append({"topic": topic, "appended_at": show_instant(at), "event": event})
        return fact_id

    def _home(self, home_id: str, at: int, zone: str | None = None) -> None:
        data: dict[str, Any] = {
            "home_id": home_id,
            "provider_id": "provider-sample",
            "time_zone": zone or self.zone,
            "rooms": ["R1", "R2"],
            "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 1},
        }
        if self.rnd.random() < 0.7:
            data["default_plan"] = {"checks": make_checks(self.rnd), "night_cover": make_cover(self.rnd)}
        self.tell(PLANS, "home.registered.v1", home_id, home_id, data, at)

    def _settle_in(self, child: Child) -> None:
        rnd = self.rnd
        self.children.append(child)
        start = self.begin + rnd.choice((0, 0, 0, -HOUR, 20 * MINUTE, HOUR))
        self._start(child, start, start + rnd.choice((0, 0, 0, -HOUR, 10 * MINUTE)))
        for _ in range(rnd.choice((0, 1, 1, 1, 2))):
            self._plan(child, start + rnd.choice((0, 0, -HOUR, HOUR, 90 * MINUTE)))

    def _start(self, child: Child, at: int, time: int) -> None:
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

    def _plan(self, child: Child, at: int) -> None:
        rnd = self.rnd
        child.version += rnd.choice((1, 1, 1, 2, -1, 0))
        child.version = max(1, child.version)
        effective = rnd.choice((at, at, at - HOUR, self.when(), self.when()))
        data = make_plan(rnd, child.id, child.version, show_instant(effective))
        for rule in data["checks"]:
            self._remember(child, rule)
        self.mark(max(at, effective))
        self.tell(PLANS, "plan.agreed.v1", child.home_id, child.id, data, at)

    def _remember(self, child: Child, rule: dict[str, Any]) -> None:
        if "ceiling" in rule:
            child.ceilings.append(parse_duration(rule["ceiling"]))
        child.graces.append(parse_duration(rule.get("grace", "PT2M")))
        first = date.fromisoformat(show_instant(self.begin)[:10])
        for wall in (rule.get("from"), rule.get("to"), *rule.get("times", ())):
            for day in (first, date.fromordinal(first.toordinal() + 1)):
                at = instant_of(self.zone, day, wall) if wall else self.begin
                if self.begin <= at <= self.end:
                    self.marks += [at, at + rule_length(rule)]

    def _rounds(self, child: Child) -> None:
        """A worker's rounds: checks at about the ceiling, told at once, late, or in one batch that was kept back."""
        rnd = self.rnd
        at, batch = self.begin + rnd.choice((0, 5, 10, rnd.randint(0, 60))) * MINUTE, []
        diligent = rnd.random() < 0.4
        for _ in range(rnd.randint(2, 24)):
            step = min(child.ceilings) if diligent else rnd.choice(child.ceilings)
            share = rnd.choice((0.8, 0.9, 1.0, 1.0) if diligent else (0.4, 0.6, 0.8, 0.9, 1.0, 1.0, 1.3, 2.0))
            at += int(step * share) + (rnd.choice((-1, 0, 0, 0, 1)) if share == 1.0 else 0)
            if rnd.random() < 0.15 and not diligent:
                at += rnd.choice(child.graces) + rnd.choice((-1, 0, 1))
            if at > self.end:
                break
            self.marks += [at, at + step, at + step + rnd.choice(child.graces)]
            batch.append(at)
            if rnd.random() < (0.3 if diligent else 0.65):
                self._sync(child, batch)
                batch = []
        self._sync(child, batch)

    def _sync(self, child: Child, batch: list[int]) -> None:
        rnd = self.rnd
        if not batch:
            return
        if rnd.random() < 0.2:
            rnd.shuffle(batch)
        delay = rnd.choice((0, 0, 0, SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE, 2 * HOUR))
        appended = self.mark(max(batch) + delay)
        if rnd.random() < 0.1:
            appended = max(max(batch), self.when())
        for observed in batch:
            entered = observed + rnd.choice((0, 0, 0, 0, 2000, 5 * MINUTE, 5 * MINUTE + 1))
            self.check(child, appended, observed, entered)

    def check(self, child: Child, at: int, observed: int, entered: int, outcome: str = "seen") -> None:
        """A check or an attempt; most are seen, with a sign of life."""
        rnd = self.rnd
        if rnd.random() < 0.06:
            outcome = rnd.choice(("not_seen", "not_found", "seen"))
        sign = rnd.choice(("breathing", "moved", "spoke", "awake")) if outcome == "seen" else None
        data = {
            "placement_id": child.id,
            "outcome": outcome,
            "sign_of_life": None if rnd.random() < 0.03 else sign,
            "state": "asleep",
            "room": rnd.choice(("R1", "R2")),
            "view": rnd.choice(("entered", "doorway", "panel")),
            "proof": rnd.choice(("nfc", "manual")),
        }
        kind = "check.recorded.v1"
        child.checks.append(self.tell(CHECK_INS, kind, child.home_id, child.id, data, at, observed, entered))

    def _odd_check(self, child: Child) -> None:
        """Late, early, retrospective, in the future, or of a child that nobody knows."""
        rnd = self.rnd
        at = self.when()
        observed = rnd.choice(
            (at, self.when(), at + 30 * SECOND, at + MINUTE, at + MINUTE + 1, at + 9 * MINUTE)
        )
        if observed > at + 10 * MINUTE:
            at = observed
        entered = observed + rnd.choice((0, 0, 0, 5 * MINUTE, 5 * MINUTE + 1, -HOUR))
        someone = Child(child.home_id, "P-unknown") if rnd.random() < 0.05 else child
        self.check(someone, at, observed, entered)

    def _not_found(self, child: Child) -> None:
        observed = self.when()
        told = self.rnd.choice((observed, observed, observed + 10 * MINUTE, max(observed, self.when())))
        self.check(child, told, observed, observed, "not_found")

    def _concern(self, child: Child) -> None:
        at, time = self._told()
        data = {"placement_id": child.id, "from": self.rnd.choice(("child", "family")), "summary": "Sample"}
        self.tell(PLANS, "concern.received.v1", child.home_id, child.id, data, at, time)

    def _told(self) -> tuple[int, int]:
        """When something is told, and when it was or will be so."""
        at = self.when()
        time = self.rnd.choice((at, at, at, self.when(), at - 10 * MINUTE, at + 10 * MINUTE))
        self.mark(max(at, time))
        return at, time

    def _away(self, child: Child) -> None:
        """A disposition, and often what ends it: an end, a check, a further one."""
        rnd = self.rnd
        at, time = self._told()
        end = max(at, time) + rnd.choice((0, 5 * MINUTE, 20 * MINUTE, HOUR, 12 * HOUR, 12 * HOUR + 1, -HOUR))
        if rnd.random() < 0.1:
            end = max(at, time) + rnd.choice((14 * DAY, 14 * DAY + 1, 24 * HOUR, 30 * DAY, 7 * DAY))
        self._absence(child, at, time, self.mark(end))
        begun = max(at, time)
        if rnd.random() < 0.35:
            self._absence(child, self.mark(begun + rnd.choice((0, MINUTE, 20 * MINUTE))), begun, end + HOUR)
        if rnd.random() < 0.4:
            back = self.mark(rnd.choice((end, end - 1, end + 1, begun, begun + 15 * MINUTE)))
            back = min(max(back, begun), self.end)
            data = {"placement_id": child.id}
            self.tell(PLANS, "disposition.ended.v1", child.home_id, child.id, data, back)
        if rnd.random() < 0.4:
            seen = self.mark(begun + rnd.choice((-1, 0, 1, 10 * MINUTE, 45 * MINUTE)))
            self.check(child, self.mark(seen + rnd.choice((0, 1, 30 * MINUTE))), seen, seen)

    def _absence(self, child: Child, at: int, time: int, expected_end: int) -> None:
        rnd = self.rnd
        data: dict[str, Any] = {
            "placement_id": child.id,
            "reason": rnd.choice(REASONS),
            "expected_end": show_instant(expected_end),
        }
        if rnd.random() < 0.2:
            data["approver"] = "post:registered-manager"
        self.tell(PLANS, "disposition.started.v1", child.home_id, child.id, data, at, time)

    def _back(self, child: Child) -> None:
        at, time = self._told()
        data = {"placement_id": child.id}
        self.tell(PLANS, "disposition.ended.v1", child.home_id, child.id, data, at, time)

    def _leave(self, child: Child) -> None:
        """The placement ends, and often starts again."""
        at, time = self._told()
        data = {"placement_id": child.id, "reason": "Sample"}
        self.tell(PLANS, "placement.ended.v1", child.home_id, child.id, data, at, time)
        if self.rnd.random() < 0.6:
            again = max(at, time) + self.rnd.choice((0, 1, 10 * MINUTE, HOUR))
            self._start(child, again, again + self.rnd.choice((0, 0, 10 * MINUTE)))

    def _start_again(self, child: Child) -> None:
        at, time = self._told()
        self._start(child, at, time)

    def _start_nowhere(self, child: Child) -> None:
        self._start(Child("H-unregistered", child.id), self.when(), self.begin)

    def _move(self, child: Child) -> None:
        at, data = self.when(), {"placement_id": child.id, "room": "R2"}
        self.tell(PLANS, "placement.moved.v1", child.home_id, child.id, data, at)

    def _new_plan(self, child: Child) -> None:
        self._plan(child, self.when())

    def _register_again(self, child: Child) -> None:
        self._home(child.home_id, self.when(), self.rnd.choice((self.zone, "Europe/Paris")))

    def _correct(self, child: Child) -> None:
        """A check is corrected, often withdrawn, sometimes the last two of those told by then."""
        rnd = self.rnd
        known = [line for line in self.lines if line["event"]["id"] in child.checks]
        known.sort(key=lambda line: str(line["event"]["time"]))
        if not known:
            return
        place = rnd.randrange(len(known))
        for line in reversed(known[max(0, place - rnd.choice((0, 0, 1, 2))) : place + 1]):
            told = str(line["appended_at"])
            at = max([self.when(), *[mark for mark in self.marks if show_instant(mark) == told]])
            self._correction(child, line["event"]["id"], at)

    def _correction(self, child: Child, check_id: str, at: int) -> None:
        data = {
            "check_id": check_id,
            "reason": "Sample",
            "withdrawn": self.rnd.random() < 0.85,
            "changes": {"room": "R2"},
        }
        self.tell(CHECK_INS, "check.corrected.v1", child.home_id, child.id, data, at)

    def _correct_unknown(self, child: Child) -> None:
        """Of a check that nobody knows, or that is 28 days old to the millisecond or a little more."""
        at = self.when()
        check_id = "018f0000-0000-7000-8000-000000000000"
        if self.rnd.random() < 0.7:
            old = at - 28 * DAY - self.rnd.choice((0, 1))
            self.check(Child(child.home_id, "P-unknown"), old, old, old)
            check_id = self.lines[-1]["event"]["id"]
        self._correction(child, check_id, at)

    def _say_again(self, child: Child) -> None:
        """A fact once more under its id: the same, or with other words."""
        line = self.rnd.choice(self.lines)
        event = dict(line["event"])
        if self.rnd.random() < 0.3:
            event["time"] = show_instant(self.when())
        later = max(str(line["appended_at"]), show_instant(self.when()))
        self.lines.append({**line, "appended_at": later, "event": event})

    def _cover(self, child: Child) -> None:
        data = {"staff_id": "staff-sample", "role": "waking"}
        self.tell(COVER, "cover.started.v1", child.home_id, child.home_id, data, self.when())


def rule_length(rule: dict[str, Any]) -> int:
    """A length that belongs to the rule: its ceiling or its tolerance."""
    return parse_duration(rule.get("ceiling") or rule.get("tolerance") or "PT15M")


ACTIONS: tuple[Callable[[NightMaker, Child], None], ...] = (
    NightMaker._odd_check,
    NightMaker._not_found,
    NightMaker._concern,
    NightMaker._away,
    NightMaker._back,
    NightMaker._leave,
    NightMaker._start_again,
    NightMaker._start_nowhere,
    NightMaker._move,
    NightMaker._new_plan,
    NightMaker._register_again,
    NightMaker._correct,
    NightMaker._correct_unknown,
    NightMaker._say_again,
    NightMaker._cover,
)
WEIGHTS = (10, 5, 5, 8, 3, 2, 2, 1, 1, 6, 1, 9, 1, 3, 1)
