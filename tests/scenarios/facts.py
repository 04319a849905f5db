"""What staff tell on a night, in the words of a scenario: `check("P1", "02:10")`, `away("P1", "school", ...)`.

Here are only the facts' shapes; when they are told is `night.py`. Sample data. A clock time without a date is UTC on
the scenario's own night: from noon on it is the evening's date, before noon the next morning's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.instants import Instant, parse_instant
from shared.topics import CHECK_INS, PLAN_CHANGES


@dataclass
class Said:
    """A fact before it is told. Times are clock texts; the night knows their date."""

    type: str
    data: dict[str, Any]
    topic: str = PLAN_CHANGES
    time: str | None = None
    """None: at the moment it is told."""
    entered: str | None = None
    """None: at `time`."""
    clocks: tuple[str, ...] = ()
    """Fields of `data` that hold clock texts."""
    home: str = "H1"
    id: str | None = None
    subject: str | None = None
    actor: str = "S1"
    source: str = "test/night"


@dataclass(frozen=True)
class Evening:
    """The date of a night, by which clock texts are read."""

    evening: str
    morning: str

    def at(self, clock: str) -> Instant:
        """`23:10`, `23:10:30`, `23:10:30.001`, or with a date of its own `2026-03-04 10:00`. UTC."""
        date, _, time = clock.rpartition(" ")
        time += ":00" if time.count(":") == 1 else ""
        date = date or (self.evening if time >= "12" else self.morning)
        return parse_instant(f"{date}T{time}Z")


def every(
    minutes: int,
    start: str = "22:00",
    end: str = "07:00",
    grace: int | None = None,
    days: Iterable[str] = (),
    proof: str | None = None,
) -> dict[str, Any]:
    """An interval rule: a ceiling in a local window."""
    rule: dict[str, Any] = {"from": start, "to": end, "ceiling": f"PT{minutes}M"}
    more = {"grace": None if grace is None else f"PT{grace}M", "days": list(days), "proof": proof}
    return rule | {name: value for name, value in more.items() if value}


def at_times(*clocks: str, tolerance: int | None = None, grace: int | None = None) -> dict[str, Any]:
    """Local times at which the child is to be seen."""
    rule: dict[str, Any] = {"times": list(clocks)}
    more = {"tolerance": tolerance, "grace": grace}
    return rule | {name: f"PT{value}M" for name, value in more.items() if value is not None}


def cover(
    staff: int = 1, start: str = "22:00", end: str = "07:00", dedicated: bool = False
) -> dict[str, Any]:
    """A night cover."""
    return {
        "from": start,
        "to": end,
        "waking_staff": staff,
        "dedicated": dedicated,
        "meaning": "awake (sample)",
    }


def registered(
    *rules: dict[str, Any], home: str = "H1", zone: str = "Europe/London", time: str | None = None
) -> Said:
    """A home, with a default plan where rules are stated."""
    data: dict[str, Any] = {
        "home_id": home,
        "provider_id": "PR1",
        "time_zone": zone,
        "rooms": ["R1", "R2"],
        "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
    }
    if rules:
        data["default_plan"] = {"checks": list(rules), "night_cover": cover()}
    return Said("home.registered.v1", data, time=time, home=home, subject=home)


def started(placement: str = "P1", time: str | None = None, home: str = "H1") -> Said:
    """A child's stay begins."""
    data = {"placement_id": placement, "home_id": home, "commissioner_id": "C1", "room": "R1"}
    return Said(
        "placement.started.v1", data | {"emergency": False, "suicide_risk": False}, time=time, home=home
    )


def ended(placement: str = "P1", time: str | None = None) -> Said:
    """A child's stay is over."""
    return Said("placement.ended.v1", {"placement_id": placement, "reason": "moved on (sample)"}, time=time)


def moved(placement: str = "P1", room: str = "R2") -> Said:
    """Another room."""
    return Said("placement.moved.v1", {"placement_id": placement, "room": room})


def plan(
    version: int,
    *rules: dict[str, Any],
    effective: str | None = None,
    approved: bool = False,
    placement: str = "P1",
    time: str | None = None,
    **parts: Any,
) -> Said:
    """A plan version; `approved` says who approved that it lowers protection, and why. `effective` None: at once."""
    data: dict[str, Any] = {
        "placement_id": placement,
        "version": version,
        "effective_from": effective,
        "checks": list(rules),
        "night_cover": cover(),
        "suicide_risk": False,
    }
    if approved:
        data["lowers_protection"] = {"approver": "RI1", "reason": "agreed at review (sample)"}
    return Said("plan.agreed.v1", data | parts, time=time, clocks=("effective_from",))


def check(
    placement: str = "P1",
    seen: str | None = None,
    outcome: str = "seen",
    sign: str | None = "breathing",
    entered: str | None = None,
    proof: str = "nfc",
    home: str = "H1",
    id: str | None = None,  # noqa: A002 - the envelope's own name
) -> Said:
    """A check. `seen`: when the child was seen, where that is not the moment it is told."""
    data: dict[str, Any] = {"placement_id": placement, "outcome": outcome, "view": "entered", "proof": proof}
    if outcome == "seen":
        data |= {"sign_of_life": sign, "state": "asleep"}
    return Said("check.recorded.v1", data, CHECK_INS, time=seen, entered=entered, home=home, id=id)


def not_found(placement: str = "P1", seen: str | None = None, entered: str | None = None) -> Said:
    """The child was looked for and not found."""
    return check(placement, seen, outcome="not_found", entered=entered)


def withdrawn(check_id: str, placement: str = "P1", time: str | None = None) -> Said:
    """The check was not so."""
    data = {"check_id": check_id, "reason": "wrong child (sample)", "withdrawn": True}
    return Said("check.corrected.v1", data, CHECK_INS, subject=placement, time=time)


def corrected(check_id: str, placement: str = "P1", **changes: str) -> Said:
    """The check was so, but not quite."""
    data = {"check_id": check_id, "reason": "slip (sample)", "withdrawn": False, "changes": changes}
    return Said("check.corrected.v1", data, CHECK_INS, subject=placement)


def away(
    placement: str, reason: str, until: str, time: str | None = None, approver: str | None = None
) -> Said:
    """The child is elsewhere until then."""
    data = {"placement_id": placement, "reason": reason, "expected_end": until}
    data |= {"approver": approver} if approver else {}
    return Said("disposition.started.v1", data, time=time, clocks=("expected_end",))


def back(placement: str = "P1", time: str | None = None) -> Said:
    """The absence is over."""
    return Said("disposition.ended.v1", {"placement_id": placement}, time=time)


def concern(placement: str = "P1", time: str | None = None, by: str = "family") -> Said:
    """Somebody asks for a check now."""
    data = {"placement_id": placement, "from": by, "summary": "sounded low (sample)"}
    return Said("concern.received.v1", data, time=time)


def reviewed(which: str, decision: str, placement: str = "P1", approver: str | None = None) -> Said:
    """The child's `ligature` or `suicide` plan was looked at again."""
    data: dict[str, Any] = {"placement_id": placement, "decision": decision, "reason": "review (sample)"}
    data |= {"next_review": "2026-06-01"} if decision != "close" else {}
    return Said(f"{which}_plan.reviewed.v1", data | ({"approver": approver} if approver else {}))
