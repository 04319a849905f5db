"""Who was told of an alert, and what came of it: each send, failure, skip and answer as a row. Pure.

Nothing is remembered: a row is made of one fact. What the answers do is decided elsewhere; here stands that they were
given. How to reach a person is in no fact, so it is in no row.
"""

from typing import Any, Final

from services.alerts.names import SENDS
from shared.facts import Fact
from shared.instants import parse_instant
from shared.monitor import Row

_OUTCOMES: Final = {
    "page.sent.v1": "sent",
    "page.failed.v1": "failed",
    "page.skipped.v1": "skipped",
    "page.undelivered.v1": "undelivered",
}
_ANSWERS: Final = {"acknowledge": "acknowledged", "decline": "declined", "decide": "decided"}
_ANSWERED: Final = "response.given.v1"


def rows_of(fact: Fact) -> list[Row]:
    """The row of a fact of pages or responses; none of any other."""
    data = fact.data
    if fact.type == _ANSWERED:
        outcome = _ANSWERS.get(data["kind"], data["kind"])
        # an answer counts from when it was known
        return [_row(fact, fact.appended_at, outcome, data["by"], channel=data.get("via"))]
    outcome = _OUTCOMES.get(fact.type)
    if outcome is None:
        return []
    retry_at = data.get("retry_at")
    rest = {name: data.get(name) for name in ("step", "channel", "attempt", "error", "why")}
    rest["retry_at"] = None if retry_at is None else parse_instant(retry_at)
    return [_row(fact, fact.observed_at, outcome, data["to"], **rest)]


def _row(fact: Fact, at: int, outcome: str, to: str, **rest: Any) -> Row:
    columns = ("step", "channel", "attempt", "error", "retry_at", "why")
    values: dict[str, Any] = {**dict.fromkeys(columns), **rest}
    values |= {"alert_id": fact.data["alert_id"], "home_id": fact.home_id}
    values |= {"at": at, "outcome": outcome, "person_id": to}
    return Row(SENDS, {"id": fact.id}, values)
