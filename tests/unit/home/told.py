"""Facts as the fold is told them, written by hand. Clock texts are UTC: evenings are of 2 March 2026."""

from itertools import count
from typing import Any

from shared.facts import Fact
from shared.home import Homes, Placement
from shared.instants import Instant, parse_instant, show_instant
from shared.topics import CHECK_INS, PLAN_CHANGES

_numbers = count(1)


def at(clock: str) -> Instant:
    """`22:15` or `22:15:00.001`."""
    clock += ":00" if clock.count(":") == 1 else ""
    return parse_instant(f"{'2026-03-02' if clock >= '12' else '2026-03-03'}T{clock}Z")


def fact(
    type_: str,
    data: dict[str, Any],
    told: str,
    time: str | None = None,
    home: str = "H1",
    id_: str | None = None,
) -> Fact:
    """A fact appended at `told`; its own time is that too unless stated."""
    observed = at(time or told)
    topic = CHECK_INS if type_.startswith("check.") else PLAN_CHANGES
    subject = data.get("placement_id", home)
    id_ = id_ or f"f{next(_numbers)}"
    return Fact(topic, at(told), home, id_, type_, subject, "test", "S1", observed, observed, data)


def registered(told: str = "18:00", home: str = "H1", zone: str = "Europe/London", **more: Any) -> Fact:
    """A home."""
    data = {"home_id": home, "provider_id": "PR1", "time_zone": zone, "rooms": ["R1"], **more}
    return fact("home.registered.v1", data, told, home=home)


def started(told: str = "19:00", time: str | None = None, home: str = "H1", of: str | None = None) -> Fact:
    """P1's stay begins. `of`: the home that the fact names inside, if another."""
    data = {"placement_id": "P1", "home_id": of or home, "commissioner_id": "C1", "room": "R1"}
    return fact("placement.started.v1", data | {"suicide_risk": False}, told, time, home)


def ended(told: str, time: str | None = None) -> Fact:
    """P1's stay is over."""
    return fact("placement.ended.v1", {"placement_id": "P1", "reason": "x"}, told, time)


def plan(
    version: int,
    *checks: dict[str, Any],
    told: str,
    effective: str | None = None,
    home: str = "H1",
    **more: Any,
) -> Fact:
    """A version of P1's plan."""
    since = show_instant(at(effective or told))
    data = {"placement_id": "P1", "version": version, "effective_from": since, "checks": list(checks), **more}
    return fact("plan.agreed.v1", data, told, home=home)


def away(reason: str, until: str, told: str, time: str | None = None, home: str = "H1", **more: Any) -> Fact:
    """P1 is elsewhere."""
    data = {"placement_id": "P1", "reason": reason, "expected_end": show_instant(at(until)), **more}
    return fact("disposition.started.v1", data, told, time, home)


def back(told: str, time: str | None = None) -> Fact:
    """P1 is back."""
    return fact("disposition.ended.v1", {"placement_id": "P1"}, told, time)


def moved(room: str, told: str, time: str | None = None) -> Fact:
    """P1 has another room."""
    return fact("placement.moved.v1", {"placement_id": "P1", "room": room}, told, time)


def concern(told: str, time: str | None = None) -> Fact:
    """Somebody asks for a check of P1 now."""
    return fact("concern.received.v1", {"placement_id": "P1", "from": "family", "summary": "x"}, told, time)


def corrected(check_id: str, told: str) -> Fact:
    """A check of P1 was not so."""
    data = {"check_id": check_id, "reason": "x", "withdrawn": True}
    return fact("check.corrected.v1", data, told)


def every(minutes: int, start: str = "22:00", end: str = "07:00", **more: Any) -> dict[str, Any]:
    """An interval rule."""
    return {"from": start, "to": end, "ceiling": f"PT{minutes}M", **more}


def p1(homes: Homes) -> Placement:
    """P1, of which something was told."""
    placement = homes.placement("H1", "P1")
    assert placement is not None
    return placement
