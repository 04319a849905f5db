"""A night as lines of a file of facts: one home, one child, a check every half hour promised. Sample data."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from shared.events.canonical import canonical
from shared.topics import CHECK_INS, PLAN_CHANGES
from wakeful.cli import app

Line = dict[str, Any]
GOLDEN = Path(__file__).parent / "golden"


def line(topic: str, clock: str, type_: str, id_: str, subject: str, data: dict[str, Any]) -> Line:
    """A fact told at the moment it is about; from noon on it is the evening of 2 March, before it the next morning."""
    at = f"2026-03-{'02' if clock >= '12' else '03'}T{clock}:00.000Z"
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": "device/d1",
        "type": type_,
        "subject": subject,
        "time": at,
        "enteredat": at,
        "homeid": "H1",
        "actor": "S1",
        "datacontenttype": "application/json",
        "data": data,
    }
    return {"topic": topic, "appended_at": at, "event": event}


def registered() -> Line:
    data = {
        "home_id": "H1",
        "provider_id": "PR1",
        "time_zone": "Europe/London",
        "rooms": ["R1"],
        "statement_of_purpose": {"waking_staff": 1, "sleep_in_staff": 0},
        "default_plan": {"checks": [{"from": "22:00", "to": "07:00", "ceiling": "PT30M"}]},
    }
    return line(PLAN_CHANGES, "20:00", "home.registered.v1", "h1", "H1", data)


def started() -> Line:
    data = {
        "placement_id": "P1",
        "home_id": "H1",
        "commissioner_id": "C1",
        "room": "R1",
        "emergency": False,
        "suicide_risk": False,
    }
    return line(PLAN_CHANGES, "20:05", "placement.started.v1", "p1", "P1", data)


def check(clock: str, id_: str) -> Line:
    seen = {
        "outcome": "seen",
        "sign_of_life": "breathing",
        "state": "asleep",
        "view": "entered",
        "proof": "nfc",
    }
    return line(CHECK_INS, clock, "check.recorded.v1", id_, "P1", {"placement_id": "P1", **seen})


def corrected(clock: str, check_id: str) -> Line:
    data = {"check_id": check_id, "reason": "the wrong door (sample)", "withdrawn": True, "changes": {}}
    return line(CHECK_INS, clock, "check.corrected.v1", f"of-{check_id}", "P1", data)


def night() -> list[Line]:
    """Seen at 22:10, due by 22:40, missed at 22:45, seen at last at 23:30."""
    return [registered(), started(), check("22:10", "c1"), check("23:30", "c2")]


def written(lines: Iterable[Line]) -> bytes:
    return b"".join(canonical(each) + b"\n" for each in lines)


def wakeful(*arguments: str, given: bytes | None = None) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, list(arguments), input=given)


def replayed(lines: Iterable[Line] | bytes, *arguments: str) -> Result:
    """Replay lines that come on standard input."""
    return wakeful("replay", "-", *arguments, given=lines if isinstance(lines, bytes) else written(lines))
