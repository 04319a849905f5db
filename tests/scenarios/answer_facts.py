"""What people answer to alerts, in the words of a scenario: `has("A1", until="02:30")`. See `facts.py`; sample data."""

from typing import Any

from shared.topics import RESPONSES
from tests.scenarios.facts import Said


def answer(alert: str, kind: str, by: str = "M1", until: str | None = None, **said: Any) -> Said:
    """An answer from a page."""
    data = {"alert_id": alert, "by": by, "kind": kind, "via": "page", **said}
    clocks = () if until is None else ("until",)
    more = {} if until is None else {"until": until}
    return Said("response.given.v1", data | more, RESPONSES, subject=alert, actor=by, clocks=clocks)


def has(alert: str, until: str | None = None, by: str = "M1") -> Said:
    """*I have it*, and what they will do until when."""
    return answer(alert, "acknowledge", by, until, action="going there (sample)")


def decides(alert: str, reason: str | None = "looked at together (sample)", by: str = "M1") -> Said:
    """A decision, with its reason."""
    return answer(alert, "decide", by, **({} if reason is None else {"reason": reason}))


def declines(alert: str, by: str = "M1") -> Said:
    """*I can't.*"""
    return answer(alert, "decline", by)
