"""The ordinary part of a random night: homes, children, plans, and a worker's rounds. Sample data."""

from datetime import date
from typing import Any

from shared.instants import HOUR, MINUTE, SECOND, parse_duration, show_instant
from tests.oracle.local import instant_of
from tests.oracle.night_lines import Child, NightLines
from tests.oracle.plan_maker import make_checks, make_cover, make_plan

CHECK_INS, PLANS = "wakeful.check-ins", "wakeful.plan-changes"


class NightRounds(NightLines):
    """Writes what happens on every night."""

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
                    self.marks += [at, at + rule_length(rule), at - rule_length(rule)]

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


def rule_length(rule: dict[str, Any]) -> int:
    """A length that belongs to the rule: its ceiling or its tolerance."""
    return parse_duration(rule.get("ceiling") or rule.get("tolerance") or "PT15M")
