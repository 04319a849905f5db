"""Random nights with something for every service: cover and checks by the same workers, records that look wrong, and
what people answered to the alerts of it; beside them a home of which other services hear more. Sample data.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from services.integrity.model import IntegrityMonitor
from shared.alerting import RAISED
from shared.events.decode import fact_of_event
from shared.instants import HOUR, MINUTE, SECOND, parse_instant, show_instant
from shared.replay import in_order, replay
from tests.oracle import nights
from tests.oracle.cover.mishaps import CoverMaker
from tests.oracle.cover.night_plans import CHECK_INS, PLANS
from tests.oracle.cover.shifts import STAFF
from tests.oracle.night_lines import Child, Line, NightLines

RESPONSES: Final = "wakeful.responses"
QUARTER: Final = 15 * MINUTE
POINT: Final = {
    "point_id": "A",
    "location": "Sample",
    "rating": "high",
    "control": "Sample",
    "status": "open",
}


def night(seed: int) -> list[Line]:
    """The night of this seed: up to 350 facts (seldom 300 more) of one to four homes, in the order of the log."""
    rnd = Random(seed)
    lines = LooksWrong(rnd).make()
    if rnd.random() < 0.3:
        lines += [elsewhere(line, {"H1": "H3", "H2": "H4"}) for line in nights.night(rnd.getrandbits(32))]
    lines = nights.thin(sorted(lines, key=lambda line: str(line["appended_at"])))
    return sorted(lines + answers(lines, rnd), key=lambda line: str(line["appended_at"]))


def elsewhere(line: Line, homes: Mapping[str, str]) -> Line:
    """The same fact in another home."""
    event = line["event"]
    home = homes.get(event["homeid"], event["homeid"])
    data = event["data"]
    data = data | {"home_id": home} if "home_id" in data else data
    subject = home if event["subject"] == event["homeid"] else event["subject"]
    return {**line, "event": {**event, "homeid": home, "subject": subject, "data": data}}


def answers(lines: list[Line], rnd: Random) -> list[Line]:
    """What people said to some of what was raised to be looked at: seen, or decided with a reason."""
    facts = in_order(
        fact_of_event(line["topic"], parse_instant(line["appended_at"]), line["event"]) for line in lines
    )
    raised = [each for each in replay(facts, [IntegrityMonitor]).effects if each.event["type"] == RAISED]
    desk = NightLines(rnd)
    for effect in rnd.sample(raised, min(len(raised), rnd.choice((0, 2, 8)))):
        decided = rnd.random() < 0.8
        data: dict[str, Any] = {"alert_id": effect.event["subject"], "by": "RM1", "via": "app"}
        data |= {"kind": "decide", "reason": "Sample"} if decided else {"kind": "acknowledge"}
        at = effect.at + rnd.choice((0, 1, MINUTE, 20 * MINUTE, 2 * HOUR))
        desk.tell(RESPONSES, "response.given.v1", effect.home_id, data["alert_id"], data, at, actor="RM1")
    return desk.lines


class LooksWrong(CoverMaker):
    """A night of cover, with series of checks and moves that make a pattern, or all but make one."""

    def make(self) -> list[Line]:
        """The lines, in no order."""
        self.lines = super().make()
        homes = sorted({child.home_id for child in self.children})
        for home_id in homes:
            for odd in self.rnd.choices(ODD, k=self.rnd.randint(3, 9)):
                odd(self, self.child(home_id))
        if self.rnd.random() < 0.06:
            self._unproved(self.child(homes[0]))
        return self.lines

    def _check(self, child: Child, at: int, *, told: int | None = None, **more: Any) -> str:
        """Seen at `at` by somebody, and told then or later; the fact's id."""
        entered, actor = more.pop("entered", at), more.pop("actor", self.rnd.choice(STAFF))
        data = {**self.a_check(child.id), "outcome": "seen", "sign_of_life": "breathing", **more}
        kind = "check.recorded.v1"
        told = max(at, entered) if told is None else told
        return self.tell(CHECK_INS, kind, child.home_id, child.id, data, told, at, entered, actor)

    def _burst(self, child: Child) -> None:
        """Some checks of the last hour entered at once, or all but at once."""
        rnd, worker = self.rnd, self.rnd.choice(STAFF)
        last = self.when()
        step = rnd.choice((20 * SECOND, 30 * SECOND, MINUTE, 10 * MINUTE))
        pace = rnd.choice((0, 2 * SECOND, 5 * SECOND, 5 * SECOND + 1))
        for number in range(rnd.randint(2, 6)):
            entered = last + number * pace
            at = last - number * step + rnd.choice((0, 0, -1))
            self._check(child, at, entered=entered, told=last + MINUTE, actor=worker)

    def _regular(self, child: Child) -> None:
        """Seven checks, each as long after the last as that was; or a little longer."""
        rnd, at = self.rnd, self.when()
        gap = rnd.choice((4 * MINUTE, 10 * MINUTE, 15 * MINUTE, 4 * MINUTE - 1))
        late = rnd.choice((0, 0, HOUR))
        for _ in range(rnd.randint(6, 9)):
            self._check(child, at, told=at + late)
            at += gap + rnd.choice((0, 10 * SECOND, 30 * SECOND, *([30 * SECOND + 1] if late else [])))

    def _on_the_quarter(self, child: Child) -> None:
        """Checks at quarter hours, or half a minute beside them."""
        rnd, at = self.rnd, self.when()
        at -= at % QUARTER
        for _ in range(rnd.randint(5, 8)):
            beside = rnd.choice((0, 0, 12 * SECOND, -30 * SECOND, 30 * SECOND, rnd.choice((0, 0, -30_001))))
            self._check(child, at + beside)
            at += QUARTER * rnd.choice((1, 1, 2))

    def _in_two_places(self, child: Child) -> None:
        rnd, worker, at = self.rnd, self.rnd.choice(STAFF), self.when()
        for room in ("R1", "R2"):
            self._check(child, at, room=room, actor=worker, told=at + rnd.choice((0, MINUTE)))
            at += rnd.choice((0, 3 * SECOND, 5 * SECOND - 1, 5 * SECOND))

    def _while_on_a_break(self, child: Child) -> None:
        rnd, worker, at = self.rnd, self.rnd.choice(STAFF), self.when()
        self.say(child.home_id, "cover.break_started.v1", self.a_break(worker), worker, at, at)
        seen = at + rnd.choice((0, 1, 5 * MINUTE))
        self._check(child, seen, actor=worker, told=seen + rnd.choice((0, HOUR)))
        back = at + rnd.choice((5, 5, 20)) * MINUTE
        self.say(child.home_id, "cover.break_ended.v1", {"staff_id": worker}, worker, back, back)

    def _while_away(self, child: Child) -> None:
        rnd, at = self.rnd, self.when()
        end, reason = show_instant(at + HOUR), rnd.choice(("missing", "school", "hospital"))
        away = {"placement_id": child.id, "reason": reason, "expected_end": end}
        self.tell(PLANS, "disposition.started.v1", child.home_id, child.id, away, at)
        for _ in range(rnd.randint(1, 3)):
            seen = at + rnd.choice((0, MINUTE, 40 * MINUTE, -1))
            self._check(child, seen, told=max(at, seen) + rnd.choice((0, 1, HOUR)))
        if rnd.random() < 0.5:
            self.back(child, at + HOUR, at + HOUR)

    def _edited(self, child: Child) -> None:
        """A check, an incident after it, and a correction; any may be told last."""
        rnd, seen = self.rnd, self.when()
        check = self._check(child, seen)
        incident = seen + rnd.choice((0, 1, MINUTE, HOUR, 2 * HOUR, 2 * HOUR + 1))
        told = incident + rnd.choice((0, 0, 3 * HOUR))
        if rnd.random() < 0.6:
            data: dict[str, Any] = {
                "placement_id": child.id,
                "trigger": rnd.choice(("self_harm", "ligature_incident", "works")),
            }
            self.tell(PLANS, "review.triggered.v1", child.home_id, child.id, data, told, incident)
        else:
            self._check(child, incident, outcome="not_found", sign_of_life=None, told=told)
        for _ in range(rnd.randint(1, 2)):
            at = max(seen, incident + rnd.choice((-MINUTE, 0, 1, MINUTE, 5 * HOUR)))
            data = {
                "check_id": check,
                "reason": "Sample",
                "withdrawn": rnd.random() < 0.5,
                "changes": {"state": "asleep"},
            }
            self.tell(CHECK_INS, "check.corrected.v1", child.home_id, child.id, data, at)

    def _with_a_clock(self, child: Child) -> None:
        at, ahead = self.when(), self.rnd.choice((MINUTE, MINUTE + 1, HOUR))
        if self.rnd.random() < 0.5:
            self._check(child, at + ahead, told=at)
        else:
            self._check(child, at, entered=at - ahead, told=at)

    def _reviewed(self, child: Child) -> None:
        """What the reviews of a room and of a plan say, late."""
        day, at = show_instant(self.begin)[:10], self.when()
        data: dict[str, Any] = {
            "room": "R1",
            "assessor": "staff-sample",
            "next_review": day,
            "anchor_points": [dict(POINT)],
        }
        self.tell(PLANS, "environment.assessed.v1", child.home_id, child.home_id, data, at)
        data = {"placement_id": child.id, "decision": "continue", "reason": "Sample", "next_review": day}
        kind = self.rnd.choice(("ligature_plan.reviewed.v1", "suicide_plan.reviewed.v1"))
        self.tell(PLANS, kind, child.home_id, child.id, data, self.when())

    def _unproved(self, child: Child) -> None:
        """One worker writes by hand what all others prove."""
        at = self.begin
        for number in range(250):
            others = number < 200
            at += 20 * SECOND
            self._check(
                child, at, proof="nfc" if others else "manual", actor=STAFF[1 + number % 4 if others else 0]
            )


ODD: Final[tuple[Callable[[LooksWrong, Child], None], ...]] = (
    LooksWrong._burst,
    LooksWrong._regular,
    LooksWrong._on_the_quarter,
    LooksWrong._in_two_places,
    LooksWrong._while_on_a_break,
    LooksWrong._while_away,
    LooksWrong._edited,
    LooksWrong._with_a_clock,
    LooksWrong._reviewed,
)
