"""Houses and alerts as they lie on the desk, made by hand, for questions that need no log."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.pager.desk import DeskAlert, DeskHome
from shared.instants import Instant, parse_instant, show_instant

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
WHOLE_WEEK = (*WEEKDAYS, "sat", "sun")


def house(**fields: Any) -> DeskHome:
    """A home in London with a policy, and nothing else but what is stated."""
    known: dict[str, Any] = {
        "home_id": "H1",
        "provider_id": "PR1",
        "zone": "Europe/London",
        "policy": policy(["on_duty", "home_phone"], ["rota:manager"]),
        "rotas": {},
        "overrides": [],
        "silences": [],
        "on_duty": [],
        "commissioners": [],
    }
    return DeskHome(**{**known, **fields})


def policy(*steps: Sequence[str], last_resort: str | None = "L") -> dict[str, Any]:
    """A policy of these steps, three minutes apart."""
    told = [{"after": "PT0S" if not n else "PT3M", "who": list(who)} for n, who in enumerate(steps)]
    named = {} if last_resort is None else {"last_resort": last_resort}
    return {"steps": told, "repeat_last_every": "PT10M", **named}


def weekly(person: str, start: str, end: str, days: Sequence[str] = WHOLE_WEEK) -> dict[str, Any]:
    """On call between two local times."""
    return {"person_id": person, "days": list(days), "from": start, "to": end}


def rota(name: str, *entries: Mapping[str, Any], by: str = "weekly") -> dict[str, dict[str, Any]]:
    """A rota by its name; `by`: `weekly` or `entries`."""
    return {name: {"rota": name, by: list(entries)}}


def between(person: str, start: Instant | str, end: Instant | str) -> dict[str, Any]:
    """On call between two instants."""
    return {"person_id": person, "from": _text(start), "to": _text(end)}


def override(name: str, person: str, start: Instant | str, end: Instant | str) -> dict[str, Any]:
    """Somebody else for a while."""
    return {"rota": name, **between(person, start, end), "reason": "sample"}


def alert(**fields: Any) -> DeskAlert:
    """A missed check of P1, whose commissioner is C1, with the policy of `house`."""
    at = parse_instant("2026-03-02T22:17:00Z")
    known: dict[str, Any] = {
        "alert_id": "A1",
        "home_id": "H1",
        "kind": "check_missed",
        "severity": "page",
        "placement_id": "P1",
        "commissioner_id": "C1",
        "about": {},
        "since": at - 1_020_000,
        "deadline": at - 120_000,
        "raised_at": at,
        "facts": {},
        "level": 1,
        "state": "raised",
        "how": None,
        "acknowledged_by": None,
        "until": None,
        "action": None,
        "running": 0,
        "declined": 0,
        "declined_by": [],
        "joined": None,
        "hold_until": None,
        "policy": house().policy,
        "reached": -1,
        "changed": 1,
    }
    return DeskAlert(**{**known, **fields})


def _text(at: Instant | str) -> str:
    return at if isinstance(at, str) else show_instant(at)
