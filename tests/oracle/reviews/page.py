"""A page to write hand-computed months on: one home H in London, one child P in room R, facts by UTC text.

`2026-03-02 10:00` is an instant; a fact's own time is when it is told, unless said otherwise. Sample data.
"""

from typing import Any

from shared.instants import parse_instant, show_instant
from tests.oracle.reviews import clock

Line = dict[str, Any]
CHECK_INS, PLANS = "wakeful.check-ins", "wakeful.plan-changes"
NIGHT = {"from": "22:00", "to": "07:00", "ceiling": "PT30M"}
DAY = {"from": "07:00", "to": "22:00", "ceiling": "PT2H"}
COVER = {"from": "22:00", "to": "07:00", "waking_staff": 1, "dedicated": False, "meaning": "Sample: awake."}
ROLES = [{"duty": duty, "who": "post:sample"} for duty in ("night_checks", "night_cover", "escalation")]
SIGNED = [
    {"who": "post:sample", "role": role, "at": "2026-01-01T00:00:00.000Z"}
    for role in ("registered_person", "placing_authority")
]
WHOLE: dict[str, Any] = {
    "checks": [NIGHT, DAY],
    "night_cover": COVER,
    "roles": ROLES,
    "signed": SIGNED,
    "suicide_prevention": None,
    "ligature_plan": None,
    "suicide_risk": False,
    "lowers_protection": {"approver": "post:sample", "reason": "Sample"},
}
"""A plan that lacks nothing, and may lower protection."""


def at(text: str) -> int:
    """The instant of `2026-03-02 10:00` (UTC; seconds may follow)."""
    day, wall = text.split(" ")
    return parse_instant(f"{day}T{wall}{':00' if wall.count(':') == 1 else ''}Z")


class Page:
    """Facts in the order in which they are written."""

    def __init__(self, start: str | None, suicide_risk: bool = False) -> None:
        self.lines: list[Line] = []
        home: Line = {"home_id": "H", "provider_id": "V", "time_zone": "Europe/London", "rooms": ["R", "S"]}
        home["statement_of_purpose"] = {"waking_staff": 1, "sleep_in_staff": 0}
        self.fact("home", "home.registered.v1", home, "2020-01-01 00:00")
        if start is not None:
            self.start("P", start, suicide_risk=suicide_risk)

    def fact(self, id_: str, kind: str, data: Line, told: str, time: str | None = None) -> None:
        """A fact, by its type's topic."""
        own = show_instant(at(time or told))
        event = {"id": id_, "type": kind, "homeid": "H", "time": own, "enteredat": own, "data": data}
        topic = CHECK_INS if kind.startswith("check.") else PLANS
        self.lines.append({"topic": topic, "appended_at": show_instant(at(told)), "event": event})

    def start(self, child: str, told: str, room: str = "R", suicide_risk: bool = False) -> None:
        """A stay begins."""
        data = {"placement_id": child, "home_id": "H", "room": room, "suicide_risk": suicide_risk}
        self.fact(f"start-{child}", "placement.started.v1", data, told)

    def plan(self, version: int, told: str, effective: str | None = None, **more: Any) -> None:
        """Version `version` of P's plan, whole but for what is said otherwise."""
        comes = show_instant(at(effective or told))
        data = {**WHOLE, "placement_id": "P", "version": version, "effective_from": comes, **more}
        self.fact(f"plan-{version}", "plan.agreed.v1", data, told)

    def review(
        self, id_: str, told: str, next_review: str | None, time: str | None = None, **more: Any
    ) -> None:
        """P's ligature plan is reviewed."""
        data = {"placement_id": "P", "decision": "continue", "reason": "Sample", "next_review": next_review}
        self.fact(id_, "ligature_plan.reviewed.v1", {**data, **more}, told, time)

    def assess(self, id_: str, told: str, *points: Line, time: str | None = None, **more: Any) -> None:
        """Room R is assessed."""
        data = {"room": "R", "assessor": "staff-sample", "anchor_points": list(points), **more}
        self.fact(id_, "environment.assessed.v1", data, told, time)

    def story(self, until: str, *words: str) -> list[str]:
        """One line an event that says one of `words`, sorted: `2026-03-10 00:00 raised plan_missing of P since …`."""
        names: dict[str, str] = {}
        told = [_say(event, names) for event in clock.alerts(self.lines, at(until))]
        return sorted(line for line in told if any(word in line for word in words))


def _say(event: Line, names: dict[str, str]) -> str:
    data, what = event["data"], event["type"].split(".")[1]
    when = _short(event["time"])
    if what == "raised":
        of = data.get("placement_id") or data.get("room") or data.get("point_id") or data["home_id"]
        names[data["alert_id"]] = f"{data['kind']} of {of}"
        return (
            f"{when} raised {names[data['alert_id']]} since {_short(data['since'])} {_facts(data['facts'])}"
        )
    return f"{when} {names[data['alert_id']]} {data['how']} by {data.get('fact_id', 'the clock')}"


def _facts(facts: Line) -> str:
    return " ".join(f"{key}={value}" for key, value in facts.items())


def _short(text: str) -> str:
    return text[:-1].replace("T", " ").removesuffix(".000").removesuffix(":00")


def point(id_: str, rating: str = "high", status: str = "open", due: str | None = None) -> Line:
    """An anchor point as assessed."""
    found = {"point_id": id_, "location": "Sample", "rating": rating, "control": "Sample", "status": status}
    return found if due is None else {**found, "action_due": due}
