"""Alerts on the desk, to be told of."""

from typing import Any, Final

from services.pager.channels.base import Action
from services.pager.desk import DeskAlert
from services.pager.telling import Occasion, Ways
from shared.alerting import SEVERITY
from shared.instants import MINUTE, Instant, parse_instant

SINCE: Final = parse_instant("2026-03-02T02:00:00Z")
AT: Final = parse_instant("2026-03-02T02:22:00Z")
ZONES: Final = {"H1": "Europe/London"}


def alert(kind: str = "check_missed", id_: str = "A1", **changed: Any) -> DeskAlert:
    """One that is open, of a child, since 02:00."""
    about_home = kind in ("cover_gap", "home_silent")
    values: dict[str, Any] = {
        "alert_id": id_,
        "home_id": "H1",
        "kind": kind,
        "severity": SEVERITY[kind],
        "placement_id": None if about_home else "P1",
        "commissioner_id": None if about_home else "C1",
        "about": {},
        "since": SINCE,
        "deadline": SINCE + 15 * MINUTE if kind == "check_missed" else None,
        "raised_at": SINCE + 17 * MINUTE,
        "facts": {},
        "level": 1,
        "state": "raised",
        **dict.fromkeys(("how", "acknowledged_by", "until", "action", "joined", "hold_until", "policy")),
        **dict.fromkeys(("running", "declined"), 0),
        "declined_by": (),
        "reached": -1,
        "changed": 1,
    }
    return DeskAlert(**{**values, **changed})


def occasion(**changed: Any) -> Occasion:
    """M1 is paged for the first time."""
    values: dict[str, Any] = {
        "person_id": "M1",
        "purpose": "page",
        "status": "open",
        "step": 0,
        "round": 0,
        "at": AT,
    }
    return Occasion(**{**values, **changed})


def buttons(alert_ids: Any) -> Ways:
    page = f"https://wakeful.example/a/{'-'.join(alert_ids)}"
    return Ways(page, (Action("I have it", f"{page}/have"), Action("I can't", f"{page}/cannot")))


def at(clock: str) -> Instant:
    """An instant of that night, by the clock in London."""
    return parse_instant(f"2026-03-02T{clock}:00Z")
