"""Random nights of cover: everything that is out of order. Sample data."""

from collections.abc import Callable

from shared.instants import HOUR, MINUTE, parse_instant, show_instant
from tests.oracle.cover.night_plans import CHECK_INS
from tests.oracle.cover.shifts import STAFF, Shifts
from tests.oracle.night_lines import Child, Line


class CoverMaker(Shifts):
    """One night, drawn from `rnd` alone."""

    named: list[str]
    """Who acted last, and whom he named."""

    def make(self) -> list[Line]:
        """The lines, in no order."""
        rnd = self.rnd
        homes = ["H1", "H2"][: rnd.choice((1, 1, 2))]
        for home_id in homes:
            self.home(home_id, self.begin - rnd.choice((HOUR, HOUR, 0, 26 * HOUR)))
        for number in range(rnd.randint(1, 3)):
            self.settle_in(Child(rnd.choice(homes), f"P{number + 1}"))
        for home_id in homes if not self.restless else ():
            for staff in rnd.sample(STAFF, rnd.choice((1, 2, 2, 3) if self.calm else (0, 1, 2, 2, 3, 4))):
                self.shift(home_id, staff)
        for _ in range(rnd.randint(0, 5 if self.calm or self.restless else 30)):
            home_id = rnd.choice((*homes, *homes, *homes, *homes, "H-unknown"))
            rnd.choices(ACTIONS, WEIGHTS)[0](self, home_id)
        if self.restless:
            self._take_turns(homes[0])
        rnd.shuffle(self.lines)
        return self.lines[:160]

    def _take_turns(self, home_id: str) -> None:
        """Everybody is there, proves it again and again, and something happens every few minutes."""
        rnd = self.rnd
        at = self.begin
        self.named = rnd.sample(STAFF, rnd.choice((2, 3, 3, 4, 5)))
        for staff in self.named[:]:
            kind, data, _ = self._start(home_id, staff, at)
            self.say(home_id, kind, data, staff, at, at)
            for proof in range(at, at + 5 * HOUR, 25 * MINUTE):
                self._one(home_id, "cover.proved.v1", staff, proof, proof, how="prompt")
        for _ in range(rnd.randint(10, 40)):
            at = self.mark(at + rnd.choice((0, 0, 1, 3, 5, 5, 6, 15)) * MINUTE)
            self._turn(home_id, at)
            if rnd.random() < 0.06:
                self._two_breaks(home_id, at)

    def _two_breaks(self, home_id: str, at: int) -> None:
        """One worker in the house, one with the child, and one who is named to relieve them both."""
        rnd = self.rnd
        waking, with_child, relief = rnd.sample(STAFF, 3)
        child = {"role": "one_to_one", "placement_id": self.child(home_id).id}
        starts = ((waking, {"role": "waking"}), (with_child, child), (relief, {"role": "sleep_in"}))
        for staff, what in starts:
            self.say(home_id, "cover.started.v1", {"staff_id": staff, **what}, staff, at, at)
        for staff in rnd.choices((waking, with_child), k=rnd.choice((2, 3, 4))):
            at = self.mark(at + rnd.choice((0, 1, 3, 6)) * MINUTE)
            data = {"staff_id": staff, "relief_staff_id": relief, "expected": "PT20M"}
            self.say(home_id, "cover.break_started.v1", data, staff, at, at)
        back = self.mark(at + rnd.choice((3, 5, 6)) * MINUTE)
        self._one(home_id, "cover.break_ended.v1", rnd.choice((waking, with_child)), back, back)

    def _turn(self, home_id: str, at: int) -> None:
        """Somebody does something, and a slow phone may tell it some minutes later."""
        rnd = self.rnd
        known = self.named or list(STAFF)
        staff, taker = rnd.choice((rnd.choice(STAFF), *known[-2:])), rnd.choice(STAFF)
        _, start, _ = self._start(home_id, staff, at)
        handover = {"from_staff_id": staff, "to_staff_id": taker, "accepted": True, "headcount": 1}
        turns = (
            ("break_started", self.a_break(staff), staff, 10),
            ("break_ended", {"staff_id": staff}, staff, 7),
            ("started", start, staff, 3),
            ("ended", {"staff_id": staff}, staff, 2),
            ("handed_over", handover, taker, 2),
        )
        what, data, actor, _ = rnd.choices(turns, [turn[-1] for turn in turns])[0]
        self.named += [*([str(data["relief_staff_id"])] if data.get("relief_staff_id") else []), staff]
        told = at + rnd.choice((0, 0, 0, 0, 0, 6, 7, 12)) * MINUTE
        self.say(home_id, f"cover.{what}.v1", data, actor, told, at)

    def _one(self, home_id: str, kind: str, staff: str, at: int, time: int, **more: object) -> None:
        self.say(home_id, kind, {"staff_id": staff, **more}, self._actor(staff), at, time)

    def _starts(self, home_id: str) -> None:
        staff = self.rnd.choice(STAFF)
        at, time = self.told()
        kind, data, _ = self._start(home_id, staff, max(at, time))
        self.say(home_id, kind, data, self._actor(staff), at, time)

    def _ends(self, home_id: str) -> None:
        self._one(home_id, "cover.ended.v1", self.rnd.choice(STAFF), *self.told())

    def _proves(self, home_id: str) -> None:
        self._one(home_id, "cover.proved.v1", self.rnd.choice(STAFF), *self.told(), how="prompt")

    def _back_on_duty(self, home_id: str) -> None:
        self._one(home_id, "cover.break_ended.v1", self.rnd.choice(STAFF), *self.told())

    def _breaks(self, home_id: str) -> None:
        """A break, often with what may follow: another relief, a break of the relief, the end."""
        rnd = self.rnd
        staff = rnd.choice(STAFF)
        at, time = self.told()
        data = self.a_break(staff)
        relief = data["relief_staff_id"]
        self.say(home_id, "cover.break_started.v1", data, self._actor(staff), at, time)
        begun = max(at, time)
        if rnd.random() < 0.3:
            again = self.mark(begun + rnd.choice((0, 1, 5, 10)) * MINUTE)
            self.say(home_id, "cover.break_started.v1", self.a_break(staff), staff, again, again)
        if relief is not None and rnd.random() < 0.4:
            soon = self.mark(begun + rnd.choice((0, 1, 5, 10)) * MINUTE)
            kind = rnd.choice(("cover.break_started.v1", "cover.started.v1", "cover.ended.v1"))
            data = self.a_break(relief) if kind == "cover.break_started.v1" else {"staff_id": relief}
            if kind == "cover.started.v1":
                kind, data, _ = self._start(home_id, relief, soon)
            self.say(home_id, kind, data, relief, soon, soon)
        if rnd.random() < 0.6:
            back = self.mark(begun + rnd.choice((0, 2, 5, 7, 20, 40)) * MINUTE)
            self._one(home_id, "cover.break_ended.v1", staff, back, back)

    def _hands_over(self, home_id: str) -> None:
        rnd = self.rnd
        giver = rnd.choice(STAFF)
        taker = giver if rnd.random() < 0.08 else rnd.choice(STAFF)
        at, time = self.told()
        data = {
            "from_staff_id": giver,
            "to_staff_id": taker,
            "accepted": rnd.random() < 0.8,
            "headcount": rnd.randint(0, 3),
        }
        self.say(home_id, "cover.handed_over.v1", data, self._actor(taker), at, time)

    def _checks(self, home_id: str) -> None:
        staff = self.rnd.choice(STAFF)
        at, time = self.told()
        data = self.a_check(self.child(home_id).id)
        self.say(home_id, "check.recorded.v1", data, self._actor(staff), at, time)

    def _withdraws(self, home_id: str) -> None:
        at = self.when()
        known = [
            line["event"]
            for line in self.lines
            if line["event"]["type"] == "check.recorded.v1"
            and line["event"]["homeid"] == home_id
            and parse_instant(line["appended_at"]) <= at
        ]
        if known:
            check = self.rnd.choice(known)
            data = {"check_id": check["id"], "reason": "Sample", "withdrawn": True, "changes": {}}
            self.tell(CHECK_INS, "check.corrected.v1", home_id, check["subject"], data, at)

    def _away(self, home_id: str) -> None:
        self.away(self.child(home_id))

    def _child_back(self, home_id: str) -> None:
        self.back(self.child(home_id), *self.told())

    def _child_leaves(self, home_id: str) -> None:
        self.leave(self.child(home_id))

    def _child_comes(self, home_id: str) -> None:
        self.come(self.child(home_id), *self.told())

    def _moves(self, home_id: str) -> None:
        self.move(self.child(home_id))

    def _agrees(self, home_id: str) -> None:
        self.agree(self.child(home_id))

    def _registers(self, home_id: str) -> None:
        self.home(home_id, self.when())

    def _says_again(self, home_id: str) -> None:
        """A fact once more under its id: the same, or with other words."""
        line = self.rnd.choice(self.lines)
        event = dict(line["event"])
        if self.rnd.random() < 0.3:
            event["time"] = show_instant(self.when())
        later = max(str(line["appended_at"]), show_instant(self.when()))
        self.lines.append({**line, "appended_at": later, "event": event})


ACTIONS: tuple[Callable[[CoverMaker, str], None], ...] = (
    CoverMaker._starts,
    CoverMaker._ends,
    CoverMaker._proves,
    CoverMaker._back_on_duty,
    CoverMaker._breaks,
    CoverMaker._hands_over,
    CoverMaker._checks,
    CoverMaker._withdraws,
    CoverMaker._away,
    CoverMaker._child_back,
    CoverMaker._child_leaves,
    CoverMaker._child_comes,
    CoverMaker._moves,
    CoverMaker._agrees,
    CoverMaker._registers,
    CoverMaker._says_again,
)
WEIGHTS = (12, 6, 10, 5, 12, 9, 8, 1, 6, 2, 3, 1, 1, 9, 1, 1)
