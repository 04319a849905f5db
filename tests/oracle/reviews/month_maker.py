"""The maker of random months of reviews: everything that §5 asks about, in order and out of it. Sample data."""

from collections.abc import Callable
from typing import Any

from shared.instants import DAY, HOUR, MINUTE, show_instant
from tests.oracle.night_lines import Line
from tests.oracle.reviews.month_lines import PLANS, ROOMS, Child, MonthLines

CHECK_INS = "wakeful.check-ins"
REASONS = ("home_leave", "hospital", "missing", "school", "other")
TRIGGERS = ("self_harm", "ligature_incident", "room_change", "new_child", "works", "return", "level_change")
POINTS = ("A", "B", "C", "D")
STATUSES = ("open", "open", "mitigated", "removed")


class MonthMaker(MonthLines):
    """Some weeks, drawn from `rnd` alone."""

    def make(self) -> list[Line]:
        """The lines, in no order."""
        rnd = self.rnd
        homes = ["H1", "H2"][: rnd.choice((1, 1, 1, 2))]
        for home_id in homes:
            self.home(home_id, self.begin - rnd.choice((0, DAY, 40 * DAY)))
        for number in range(rnd.randint(1, 3)):
            self._settle_in(Child(rnd.choice(homes), f"P{number + 1}"))
        for _ in range(rnd.randint(5, 55)):
            rnd.choices(ACTIONS, WEIGHTS)[0](self, rnd.choice(self.kids))
        return self.lines[:110]

    def _settle_in(self, child: Child) -> None:
        rnd = self.rnd
        self.kids.append(child)
        at = self.begin + rnd.choice((0, 0, 10 * HOUR, DAY, 12 * DAY))
        self.start(child, at, at + rnd.choice((0, 0, 0, -3 * DAY, 2 * DAY)))
        for _ in range(rnd.choice((0, 1, 1, 2))):
            told = at + rnd.choice((-DAY, 0, HOUR, DAY, 6 * DAY))
            self.plan_version(child, told, told, told + rnd.choice((0, 0, -DAY, 2 * DAY)))

    def _plan(self, child: Child) -> None:
        at, time = self.told()
        effective = self.rnd.choice((at, at, at - DAY, self.when(), at + 3 * DAY))
        self.plan_version(child, at, time, effective)

    def _two_plans(self, child: Child) -> None:
        """Two versions of one instant."""
        at = self.when()
        effective = self.rnd.choice((at, self.when()))
        self.plan_version(child, at, at, effective)
        self.plan_version(child, at, at, effective)

    def _review(self, child: Child) -> None:
        rnd = self.rnd
        at, time = self.told()
        decision = rnd.choice(("continue", "continue", "continue", "change", "close"))
        whom = self._whom(child)
        nothing = decision == "close" and rnd.random() < 0.7
        data = {
            "placement_id": whom.id,
            "decision": decision,
            "reason": "Sample",
            "approver": "post:sample" if decision == "close" and rnd.random() < 0.8 else None,
            "next_review": None if nothing else self.date_near(time, absent=False),
        }
        self.of(whom, rnd.choice(("ligature_plan.reviewed.v1", "suicide_plan.reviewed.v1")), data, at, time)

    def _whom(self, child: Child) -> Child:
        """The child, or seldom one that nobody knows."""
        return Child(child.home_id, "P-unknown") if self.rnd.random() < 0.02 else child

    def _suitability(self, child: Child) -> None:
        at, time = self.told()
        data = {
            "decision": "suitable",
            "by": "post:sample",
            "next_review": self.date_near(time, absent=False),
        }
        self.tell(PLANS, "suitability.reviewed.v1", child.home_id, child.home_id, data, at, time)

    def _assess(self, child: Child) -> None:
        rnd = self.rnd
        at, time = self.told()
        data = {
            "room": rnd.choice((child.room, rnd.choice(ROOMS))),
            "anchor_points": [self._point(point, time) for point in POINTS if rnd.random() < 0.5],
            "assessor": "staff-sample",
            "next_review": self.date_near(time),
        }
        self.tell(PLANS, "environment.assessed.v1", child.home_id, child.home_id, data, at, time)

    def _point(self, point_id: str, at: int) -> dict[str, Any]:
        rnd = self.rnd
        point: dict[str, Any] = {
            "point_id": point_id,
            "location": "Sample",
            "rating": rnd.choice(("high", "high", "high", "medium", "low")),
            "control": "Sample",
            "status": rnd.choice(("open", "open", "open", *STATUSES)),
        }
        if rnd.random() < 0.6:
            point["action_due"] = self.date_near(at)
        else:
            self.marks.append(at + 8 * DAY)
        return point

    def _change_point(self, child: Child) -> None:
        at, time = self.told()
        data = {
            "point_id": self.rnd.choice((*POINTS, *POINTS, "Z")),
            "status": self.rnd.choice(STATUSES),
            "reason": "Sample",
            "approver": "post:sample",
        }
        self.tell(PLANS, "anchor_point.changed.v1", child.home_id, child.home_id, data, at, time)

    def _trigger(self, child: Child) -> None:
        rnd = self.rnd
        at, time = self.told()
        data: dict[str, Any] = {"trigger": rnd.choice(TRIGGERS)}
        of = rnd.random()
        if of < 0.75:
            data["placement_id"] = self._whom(child).id
        if of > 0.65:
            data["room"] = rnd.choice((child.room, *ROOMS))
        self.tell(
            PLANS,
            "review.triggered.v1",
            child.home_id,
            data.get("placement_id") or child.home_id,
            data,
            at,
            time,
        )

    def _move(self, child: Child) -> None:
        at, time = self.told()
        child.room = self.rnd.choice(ROOMS)
        whom = self._whom(child)
        self.of(whom, "placement.moved.v1", {"placement_id": whom.id, "room": child.room}, at, time)

    def _leave(self, child: Child) -> None:
        """The stay ends, and may begin again."""
        rnd = self.rnd
        at, time = self.told()
        self.of(child, "placement.ended.v1", {"placement_id": child.id, "reason": "Sample"}, at, time)
        if rnd.random() < 0.7:
            again = max(at, time) + rnd.choice((0, 1, HOUR, DAY, 20 * DAY))
            self.start(child, again, again)
            if rnd.random() < 0.6:
                told = self.mark(again + rnd.choice((-1, 0, HOUR, 3 * DAY)))
                self.plan_version(child, told, told, told)

    def _start_again(self, child: Child) -> None:
        self.start(child, *self.told())

    def _away(self, child: Child) -> None:
        """An absence, often replaced by another, and what ends it: an end told, or a check."""
        rnd = self.rnd
        at, time = self.told()
        self._absence(child, at, time)
        last = max(at, time)
        while rnd.random() < 0.4:
            last = self.mark(last + rnd.choice((0, 1, HOUR, 6 * HOUR)))
            self._absence(child, last, last)
        back = self.mark(last + rnd.choice((0, HOUR, 5 * HOUR, DAY, 2 * DAY)))
        told = self.mark(back + rnd.choice((0, 0, 1, HOUR, 2 * DAY)))
        self.marks += [told + DAY, back + DAY]
        how = rnd.random()
        if how < 0.45:
            self.of(child, "disposition.ended.v1", {"placement_id": child.id}, told, back)
        elif how < 0.9:
            self._check(child, told, back)

    def _absence(self, child: Child, at: int, time: int) -> None:
        rnd = self.rnd
        data: dict[str, Any] = {
            "placement_id": child.id,
            "reason": rnd.choice(REASONS),
            "expected_end": show_instant(max(at, time) + rnd.choice((HOUR, 12 * HOUR, DAY, 10 * DAY))),
        }
        if rnd.random() < 0.7:
            data["approver"] = "post:sample"
        self.of(child, "disposition.started.v1", data, at, time)

    def _some_check(self, child: Child) -> None:
        at = self.when()
        self._check(child, at, at - self.rnd.choice((0, 0, HOUR, -30_000, -MINUTE, -MINUTE - 1)))

    def _check(self, child: Child, at: int, observed: int) -> None:
        rnd = self.rnd
        seen = rnd.random() < 0.9
        data = {
            "placement_id": child.id,
            "outcome": "seen" if seen else rnd.choice(("not_seen", "not_found")),
            "sign_of_life": "spoke" if seen and rnd.random() < 0.95 else None,
            "state": "asleep",
            "room": "R1",
            "view": "entered",
            "proof": "manual",
        }
        entered = observed + rnd.choice((0, 0, 0, 5 * MINUTE, 5 * MINUTE + 1))
        kind = "check.recorded.v1"
        id_ = self.tell(CHECK_INS, kind, child.home_id, child.id, data, at, observed, entered)
        if rnd.random() < 0.15:
            correction = {"check_id": id_, "reason": "Sample", "withdrawn": rnd.random() < 0.8, "changes": {}}
            later = at + rnd.choice((0, HOUR, 27 * DAY, 29 * DAY))
            self.tell(CHECK_INS, "check.corrected.v1", child.home_id, child.id, correction, later)

    def _register_again(self, child: Child) -> None:
        self.home(child.home_id, self.when())


ACTIONS: tuple[Callable[[MonthMaker, Child], None], ...] = (
    MonthMaker._plan,
    MonthMaker._two_plans,
    MonthMaker._review,
    MonthMaker._suitability,
    MonthMaker._assess,
    MonthMaker._change_point,
    MonthMaker._trigger,
    MonthMaker._move,
    MonthMaker._leave,
    MonthMaker._start_again,
    MonthMaker._away,
    MonthMaker._some_check,
    MonthMaker._register_again,
)
WEIGHTS = (11, 2, 16, 5, 14, 7, 14, 6, 3, 1, 9, 3, 1)
