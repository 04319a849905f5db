"""The maker of one random night: ordinary rounds, and everything that is out of order. Sample data."""

from collections.abc import Callable
from typing import Any

from shared.instants import DAY, HOUR, MINUTE, SECOND, parse_instant, show_instant
from tests.oracle.night_lines import Child, Line
from tests.oracle.night_rounds import CHECK_INS, PLANS, NightRounds

COVER = "wakeful.night-cover"
REASONS = ("home_leave", "hospital", "school", "missing", "missing", "other")


class NightMaker(NightRounds):
    """One night, drawn from `rnd` alone."""

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

    def _seen(self, child: Child) -> None:
        """A check at an instant that matters, told at once or a little later."""
        observed = self.when()
        told = observed + self.rnd.choice((0, 0, 0, 1, MINUTE, 6 * MINUTE))
        self.check(child, self.mark(told), observed, observed)

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
            further = self.mark(begun + rnd.choice((0, MINUTE, 20 * MINUTE)))
            until = rnd.choice((end + HOUR, begun + 12 * HOUR, further + 12 * HOUR, further + 24 * HOUR))
            self._absence(child, further, begun, until)
        if rnd.random() < 0.4:
            back = self.mark(rnd.choice((end, end - 1, end + 1, begun, begun + 15 * MINUTE)))
            back = min(max(back, begun), self.end)
            data = {"placement_id": child.id}
            self.tell(PLANS, "disposition.ended.v1", child.home_id, child.id, data, back)
        if rnd.random() < 0.4:
            seen = self.mark(begun + rnd.choice((-1, 0, 1, 10 * MINUTE, 45 * MINUTE)))
            told = self.mark(seen + rnd.choice((0, 1, 30 * MINUTE)))
            self.check(child, told, seen, seen)
            if rnd.random() < 0.3:
                sorry = self.mark(told + rnd.choice((0, 1, MINUTE, 10 * MINUTE, 25 * MINUTE)))
                self._correction(child, child.checks[-1], sorry)

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
        at = self.when()
        known = [
            line
            for line in self.lines
            if line["event"]["id"] in child.checks and parse_instant(line["appended_at"]) <= at
        ]
        known.sort(key=lambda line: str(line["event"]["time"]))
        if not known:
            return
        if rnd.random() < 0.3:
            known = rnd.sample(known, 1)
        for line in reversed(known[-rnd.choice((1, 1, 2, 2, 3)) :]):
            if rnd.random() < 0.15:
                self._second_worker(child, line, at)
            self._correction(child, line["event"]["id"], at)
            at = self.mark(at + rnd.choice((0, 0, 1, MINUTE, 10 * MINUTE)))

    def _second_worker(self, child: Child, line: Line, at: int) -> None:
        """Somebody else saw the child at the very same instant."""
        observed = parse_instant(line["event"]["time"])
        self.check(child, max(at, observed), observed, observed)

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


ACTIONS: tuple[Callable[[NightMaker, Child], None], ...] = (
    NightMaker._seen,
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
WEIGHTS = (14, 10, 5, 5, 8, 3, 2, 2, 1, 1, 6, 1, 9, 1, 3, 1)
