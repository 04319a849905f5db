"""Random nights of records, to compare two readings of DOMAIN.md §7 on. Sample data.

Three workers and three children of one home; phones that send late and all at once, rounds on the quarter hour, rounds
that are too regular, entries made at once, sessions, breaks, absences and handovers told late, incidents, corrections
and decisions. Times keep coming back to what was there before. The same seed gives the same night.
"""

from random import Random
from typing import Any

from shared.facts import Fact
from shared.instants import HOUR, MINUTE, SECOND, Instant, parse_instant, show_instant
from shared.topics import CHECK_INS, NIGHT_COVER, PLAN_CHANGES, RANK

EVENING: Instant = parse_instant("2026-03-02T18:00:00Z")
CHILDREN = ("P1", "P2", "P3")
WORKERS = ("W1", "W2", "W3")
HOME = "H1"
_QUARTER = 15 * MINUTE
_COVER = {"from": "22:00", "to": "07:00", "waking_staff": 1}
_CHECKS = [{"from": "22:00", "to": "07:00", "ceiling": "PT15M"}]


class Maker:
    """Makes one night."""

    def __init__(self, seed: int) -> None:
        self._rnd = Random(seed)
        self._facts: list[Fact] = []
        self._times: list[Instant] = []
        self._checks: list[Fact] = []
        self._number = 0
        self._tagged = dict.fromkeys(WORKERS, self._rnd.choice((0.0, 0.5, 0.97)))
        """The share of a worker's checks that carry a proof."""

    def make(self) -> list[Fact]:
        """The facts, in the order of the log."""
        self._begin()
        for _ in range(self._rnd.randint(5, 60)):
            self._rnd.choice((self._round, self._round, self._ones, self._at_once, self._shift, self._life))()
        self._facts.sort(key=lambda fact: (fact.appended_at, RANK[fact.topic]))
        return self._facts

    def _begin(self) -> None:
        data = {
            "home_id": HOME,
            "provider_id": "PR1",
            "time_zone": "Europe/London",
            "rooms": ["R1", "R2"],
            "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
            "default_plan": {"checks": _CHECKS, "night_cover": _COVER},
        }
        self._tell(PLAN_CHANGES, "home.registered.v1", HOME, data, EVENING)
        for child in CHILDREN:
            self._tell(PLAN_CHANGES, "placement.started.v1", child, _stay(child), EVENING + HOUR)
        for worker in WORKERS[: self._rnd.randint(0, 3)]:
            start = {"staff_id": worker, "role": "waking"}
            self._tell(NIGHT_COVER, "cover.started.v1", HOME, start, EVENING + 2 * HOUR)
        if self._rnd.random() < 0.15:
            self._by_hand()

    def _by_hand(self) -> None:
        """One worker types, the others do not, and have done so for long."""
        self._tagged = {"W1": 0.15, "W2": 0.95, "W3": 0.7}
        for number in range(self._rnd.randint(190, 230)):
            at = EVENING + number * 37 * SECOND
            self._check("nobody", at, self._rnd.choice(("W2", "W2", "W3")), at, at)
        for number in range(self._rnd.randint(40, 60)):
            at = EVENING + number * 51 * SECOND
            self._check("nobody", at, "W1", at, at)

    def _tell(
        self,
        topic: str,
        type_: str,
        subject: str,
        data: dict[str, Any],
        at: Instant,
        appended_at: Instant | None = None,
        entered_at: Instant | None = None,
        actor: str = "M1",
    ) -> Fact:
        self._number += 1
        id_ = f"f{self._number}" if self._number % 3 else f"a fact with a longer name {self._number}"
        entered = at if entered_at is None else entered_at
        appended = max(at, entered) if appended_at is None else appended_at
        source = self._rnd.choice(("device/1", "device/2"))
        fact = Fact(topic, appended, HOME, id_, type_, subject, source, actor, at, entered, data)
        self._facts.append(fact)
        self._times.append(at)
        return fact

    def _when(self) -> Instant:
        """Often an instant that was there before, or one near it."""
        if self._rnd.random() < 0.4:
            near = self._rnd.choice(
                (0, 1, -1, SECOND, 4 * SECOND, 5 * SECOND, 10 * SECOND, 60 * SECOND, _QUARTER)
            )
            return max(self._rnd.choice(self._times) + near, EVENING)
        return EVENING + self._rnd.randrange(17 * HOUR)

    # -- checks

    def _check(self, child: str, at: Instant, worker: str, entered_at: Instant, appended_at: Instant) -> None:
        rnd = self._rnd
        data: dict[str, Any] = {"placement_id": child, "outcome": "seen", "sign_of_life": "breathing"}
        if rnd.random() < 0.1:
            data |= {"outcome": rnd.choice(("not_seen", "not_seen", "not_found")), "sign_of_life": None}
        if rnd.random() < 0.5:
            data["room"] = rnd.choice(("R1", "R2"))
        data["proof"] = "nfc" if rnd.random() < self._tagged[worker] else "manual"
        fact = self._tell(
            CHECK_INS, "check.recorded.v1", child, data, at, max(appended_at, entered_at), entered_at, worker
        )
        self._checks.append(fact)

    def _round(self) -> None:
        """One child's checks, more or less regular, live or from one phone all at once."""
        rnd = self._rnd
        child, worker = rnd.choice((*CHILDREN, CHILDREN[0])), rnd.choice(WORKERS)
        gap = rnd.choice((_QUARTER, _QUARTER, 4 * MINUTE, 11 * MINUTE, 3 * MINUTE))
        spread = rnd.choice((0, SECOND, 15 * SECOND, 30 * SECOND, 4 * MINUTE))
        at = self._when()
        if rnd.random() < 0.6:
            at -= at % _QUARTER
        times = []
        for _ in range(rnd.randint(2, 14)):
            times.append(at + (rnd.randrange(-spread, spread + 1) if spread else 0))
            at += gap
        sent = rnd.choice((None, max(times) + rnd.randrange(3 * HOUR)))
        for time in times:
            self._check(child, time, worker, time, time if sent is None else sent)

    def _ones(self) -> None:
        """A check of anybody's, late or not, with a clock that may be off."""
        rnd = self._rnd
        at = self._when()
        entered = at + rnd.choice((0, 0, SECOND, MINUTE, 6 * MINUTE, -60 * SECOND, -61 * SECOND))
        sent = max(at + rnd.choice((0, 0, MINUTE, HOUR, -60 * SECOND, -61 * SECOND)), entered)
        self._check(rnd.choice((*CHILDREN, "nobody")), at, rnd.choice(WORKERS), entered, sent)

    def _at_once(self) -> None:
        """Some entered within seconds of each other, sent when each was, or together, or one far later."""
        rnd = self._rnd
        entered, worker = self._when() + HOUR, rnd.choice(WORKERS)
        sent = rnd.choice((entered, entered + 20 * SECOND, entered + HOUR))
        for _ in range(rnd.randint(2, 6)):
            tapped = entered + rnd.randrange(12) * SECOND
            at = tapped - rnd.choice((0, 20 * SECOND, MINUTE, 4 * MINUTE, HOUR))
            late = 2 * HOUR if rnd.random() < 0.1 else 0
            self._check(rnd.choice(CHILDREN), at, worker, tapped, max(sent, tapped) + late)

    # -- what they are held against

    def _told_at(self, at: Instant) -> Instant:
        return at + self._rnd.choice((0, 0, MINUTE, HOUR, 3 * HOUR))

    def _shift(self) -> None:
        rnd = self._rnd
        at, worker = self._when(), rnd.choice(WORKERS)
        other = rnd.choice(WORKERS)
        kind, data = rnd.choice(
            (
                ("started", {"role": rnd.choice(("waking", "sleep_in"))}),
                ("ended", {}),
                ("break_started", {"relief_staff_id": other, "expected": "PT20M"}),
                ("break_ended", {}),
                ("handed_over", {}),
            )
        )
        told: dict[str, Any] = {"staff_id": worker, **data}
        if kind == "handed_over":
            told = {"from_staff_id": worker, "to_staff_id": other, "accepted": rnd.random() < 0.8}
            told["headcount"] = rnd.choice((3, 3, 2))
        self._tell(NIGHT_COVER, f"cover.{kind}.v1", HOME, told, at, self._told_at(at), actor=worker)

    def _life(self) -> None:
        rnd = self._rnd
        at, child = self._when(), rnd.choice(CHILDREN)
        told = self._told_at(at)
        kind = rnd.choice(("away", "back", "missing", "incident", "corrected", "corrected", "plan", "again"))
        if kind in ("away", "missing"):
            reason = "missing" if kind == "missing" else "school"
            data = {"placement_id": child, "reason": reason, "expected_end": show_instant(at + 8 * HOUR)}
            self._tell(PLAN_CHANGES, "disposition.started.v1", child, data, at, told)
        elif kind == "back":
            self._tell(PLAN_CHANGES, "disposition.ended.v1", child, {"placement_id": child}, at, told)
        elif kind == "incident":
            data = {"placement_id": child, "trigger": rnd.choice(("self_harm", "works"))}
            self._tell(PLAN_CHANGES, "review.triggered.v1", child, data, at, told)
        elif kind == "plan":
            self._plan(child, at, told)
        elif kind == "again" and rnd.random() < 0.3:
            self._tell(PLAN_CHANGES, "placement.ended.v1", child, {"placement_id": child}, at, at)
            self._tell(PLAN_CHANGES, "placement.started.v1", child, _stay(child), at + MINUTE, at + MINUTE)
        elif kind == "corrected" and self._checks:
            self._correct(rnd.choice(self._checks[-12:]))

    def _plan(self, child: str, at: Instant, told: Instant) -> None:
        data = {"placement_id": child, "version": self._number, "effective_from": show_instant(at)}
        cover = {**_COVER, "waking_staff": self._rnd.choice((0, 1))}
        data |= {"checks": _CHECKS, "night_cover": cover, "suicide_risk": False, "signed": [], "roles": []}
        self._tell(PLAN_CHANGES, "plan.agreed.v1", child, data, at, told)

    def _correct(self, check: Fact) -> None:
        at = check.appended_at + self._rnd.choice((SECOND, MINUTE, HOUR))
        data = {"check_id": check.id, "reason": "slip (sample)", "withdrawn": self._rnd.random() < 0.7}
        told = at + self._rnd.choice((0, MINUTE))
        self._tell(CHECK_INS, "check.corrected.v1", check.subject, data, at, told)


def _stay(child: str) -> dict[str, Any]:
    stay = {"placement_id": child, "home_id": HOME, "commissioner_id": "C1", "room": "R1"}
    return {**stay, "emergency": False, "suicide_risk": False}


def night(seed: int) -> list[Fact]:
    """The night of this seed."""
    return Maker(seed).make()
