"""A page to write a hand-computed night on: facts by wall clock of 28 March 2026 (London, winter: local is UTC).

Times before noon are those of the 29th, whose clocks jump from 01:00Z to 02:00 local: on it, text is still UTC.
"""

from typing import Any

from shared.instants import parse_instant, show_instant
from tests.oracle import checks

CHECK_INS, PLANS = "wakeful.check-ins", "wakeful.plan-changes"


def at(clock: str) -> int:
    """`23:10`, `23:10:30` or `23:10:30.001` (UTC): of the evening of the 28th, or of the morning of the 29th."""
    clock += ":00" if clock.count(":") == 1 else ""
    day = "2026-03-28" if int(clock[:2]) >= 12 else "2026-03-29"
    return parse_instant(f"{day}T{clock}Z")


class Paper:
    """One home H, one child P, facts in the order in which they are written."""

    def __init__(self, *rules: dict[str, Any], start: str = "21:00") -> None:
        self.lines: list[dict[str, Any]] = []
        self._count = 0
        home: dict[str, Any] = {
            "home_id": "H",
            "provider_id": "V",
            "time_zone": "Europe/London",
            "rooms": ["R"],
        }
        if rules:
            home["default_plan"] = {"checks": list(rules), "night_cover": None}
        self.fact("home", "home.registered.v1", home, "20:00")
        self.fact("start", "placement.started.v1", {"placement_id": "P", "home_id": "H"}, start)

    def fact(self, fact_id: str, kind: str, data: dict[str, Any], told: str, time: str | None = None) -> None:
        """A fact of plan-changes."""
        self._line(PLANS, fact_id, kind, data, told, time or told, time or told)

    def check(
        self, fact_id: str, observed: str, told: str | None = None, entered: str | None = None, **data: Any
    ) -> None:
        """A check that saw the child breathe, unless said otherwise."""
        data = {"placement_id": "P", "outcome": "seen", "sign_of_life": "breathing", **data}
        self._line(
            CHECK_INS, fact_id, "check.recorded.v1", data, told or observed, observed, entered or observed
        )

    def withdraw(self, fact_id: str, check_id: str, told: str) -> None:
        """The check was not so."""
        data = {"check_id": check_id, "withdrawn": True, "reason": "Sample", "changes": {}}
        self._line(CHECK_INS, fact_id, "check.corrected.v1", data, told, told, told)

    def plan(self, version: int, *rules: dict[str, Any], told: str, effective: str, **more: Any) -> None:
        """An agreed plan version."""
        data = {
            "placement_id": "P",
            "version": version,
            "effective_from": show_instant(at(effective)),
            "checks": list(rules),
            **more,
        }
        self.fact(f"plan-{version}-{self._count}", "plan.agreed.v1", data, told)

    def away(self, fact_id: str, reason: str, expected_end: str, told: str, time: str | None = None) -> None:
        """A disposition."""
        end = show_instant(at(expected_end))
        data = {"placement_id": "P", "reason": reason, "expected_end": end}
        self.fact(fact_id, "disposition.started.v1", data, told, time)

    def back(self, fact_id: str, told: str, time: str | None = None) -> None:
        """The end of a disposition."""
        self.fact(fact_id, "disposition.ended.v1", {"placement_id": "P"}, told, time)

    def _line(
        self, topic: str, fact_id: str, kind: str, data: dict[str, Any], told: str, time: str, entered: str
    ) -> None:
        self._count += 1
        event = {
            "id": fact_id,
            "type": kind,
            "homeid": "H",
            "time": show_instant(at(time)),
            "enteredat": show_instant(at(entered)),
            "data": data,
        }
        self.lines.append({"topic": topic, "appended_at": show_instant(at(told)), "event": event})

    def events(self, until: str) -> list[dict[str, Any]]:
        """The whole envelopes."""
        return checks.alerts(self.lines, at(until))

    def refused(self) -> list[str]:
        """The ids of refused facts."""
        return checks.refused(self.lines)

    def story(self, until: str) -> list[str]:
        """One line an event: `23:35 raised check_missed since 23:00 deadline 23:30`."""
        kinds: dict[str, str] = {}
        return [_say(event, kinds) for event in self.events(until)]


def _say(event: dict[str, Any], kinds: dict[str, str]) -> str:
    data, what = event["data"], event["type"].split(".")[1]
    if what == "raised":
        kinds[data["alert_id"]] = data["kind"]
        words = [_clock(event["time"]), what, data["kind"], "since", _clock(data["since"])]
        if "deadline" in data:
            words += ["deadline", _clock(data["deadline"])]
        return " ".join(words)
    last = data["level"] if what == "worsened" else f"{data['how']} by {data['fact_id']}"
    return f"{_clock(event['time'])} {what} {kinds[data['alert_id']]} {last}"


def _clock(text: str) -> str:
    return text[11:-1].removesuffix(".000").removesuffix(":00")


def interval(start: str, end: str, ceiling: str, grace: str | None = None, **more: Any) -> dict[str, Any]:
    """An interval rule; `00:00`, `00:00` is all day."""
    rule = {"from": start, "to": end, "ceiling": ceiling, **more}
    return rule if grace is None else {**rule, "grace": grace}
