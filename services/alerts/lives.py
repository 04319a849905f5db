"""The lives of alerts: what each event of one does to the row it is read by. Pure.

An alert is raised, worsened, acknowledged, reopened and resolved; a refused fact is noted, once. Those that are open
are kept in memory, the others only in the read model. Who may acknowledge, and what that sends, is not decided here.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple

from services.alerts.names import ALERTS, LIFE
from services.alerts.rows import AlertRow, StepRow
from shared import alerting
from shared.facts import Fact
from shared.instants import Instant, parse_instant
from shared.monitor import Row

REFUSED: Final = "fact_refused"
"""The kind under which a refused fact shows in the feed (§6: info)."""
OPEN: Final = ("raised", "acknowledged")
"""The states of an alert that is open."""
NOBODY: Final = ""
"""The commissioner of what is about a child whose commissioner is not known: shown to no commissioner."""

_TOLD: Final = ("reason", "field", "remedy", "topic", "event_id")
_ALERT: Final = tuple(field.name for field in fields(AlertRow) if field.name != "alert_id")
_STEP: Final = tuple(field.name for field in fields(StepRow) if field.name != "position")


class Whose(NamedTuple):
    """Whose an alert is: what the one predicate asks, and the zone its times are told in."""

    provider_id: str | None
    commissioner_id: str | None
    """None: it is about the home as a whole."""
    zone: str | None


class Lives:
    """All open alerts by home, and the position of the last step."""

    def __init__(self) -> None:
        self.position = 0
        self.open: dict[str, dict[str, AlertRow]] = {}

    def take(self, fact: Fact, whose: Callable[[Fact], Whose]) -> list[Row]:
        """The rows that an event of an alert's life changes. One of an alert that is not open changes nothing, nor
        does a second raising: whoever is told twice was told once."""
        if fact.type == alerting.RAISED:
            return self._raise(fact, whose(fact))
        known = self.open.get(fact.home_id, {}).get(fact.data["alert_id"])
        change = _CHANGES.get(fact.type)
        if known is None or change is None:
            return []
        after = change(known, fact)
        return self._step(after, fact, _STEPS[fact.type])

    def note(self, fact: Fact, whose: Whose) -> list[Row]:
        """The rows of a refused fact: info, told once, never open."""
        data = fact.data
        told: dict[str, Any] = {
            name: data[name] for name in ("reason", "field", "remedy", "topic", "event_id") if name in data
        }
        return self._step(
            _new(fact, fact.id, REFUSED, "info", fact.observed_at, told, whose, "noted"), fact, "noted"
        )

    def restore(self, row: Row) -> None:
        """One row of `alerts_alerts` or `alerts_life`, as it was stored."""
        if row.table == LIFE:
            self.position = max(self.position, row.key["position"])
        elif row.values is not None and row.values["state"] in OPEN:
            alert = AlertRow(**row.key, **row.values)
            self.open.setdefault(alert.home_id, {})[alert.alert_id] = alert

    def drop(self, home_id: str) -> None:
        """Forget the open alerts of one home; their rows stay as they are."""
        self.open.pop(home_id, None)

    def _raise(self, fact: Fact, whose: Whose) -> list[Row]:
        data = fact.data
        if data["alert_id"] in self.open.get(fact.home_id, {}):
            return []
        since = parse_instant(data["since"])
        new = _new(
            fact, data["alert_id"], data["kind"], data["severity"], since, data["facts"], whose, "raised"
        )
        deadline = data.get("deadline")
        raised = replace(
            new,
            placement_id=data.get("placement_id"),
            room=data.get("room"),
            point_id=data.get("point_id"),
            staff_id=data.get("staff_id"),
            device=data.get("device"),
            deadline=None if deadline is None else parse_instant(deadline),
            raised_at=parse_instant(data["raised_at"]),
        )
        return self._step(raised, fact, "raised")

    def _step(self, alert: AlertRow, fact: Fact, step: str) -> list[Row]:
        self.position += 1
        alert = replace(alert, changed_at=fact.observed_at, position=self.position)
        theirs = self.open.setdefault(alert.home_id, {})
        if step in ("resolved", "noted"):
            theirs.pop(alert.alert_id, None)
        else:
            theirs[alert.alert_id] = alert
        values = {name: getattr(alert, name) for name in _ALERT}
        return [Row(ALERTS, {"alert_id": alert.alert_id}, values), self._life(alert, fact, step)]

    def _life(self, alert: AlertRow, fact: Fact, step: str) -> Row:
        values: dict[str, Any] = dict.fromkeys(_STEP)
        values |= {"alert_id": alert.alert_id, "home_id": alert.home_id, "step": step, "at": fact.observed_at}
        if step in ("raised", "worsened"):
            values |= {"level": alert.level, "facts": alert.facts}
        elif step == "noted":
            values["facts"] = alert.facts
        elif step == "acknowledged":
            values |= {"by": alert.acknowledged_by, "action": alert.action, "until": alert.until}
        elif step == "resolved":
            closed_by = {
                "by": alert.resolved_by,
                "how": alert.how,
                "reason": alert.reason,
                "fact_id": alert.fact_id,
            }
            values |= closed_by
        return Row(LIFE, {"position": self.position}, values)


def _new(
    fact: Fact,
    alert_id: str,
    kind: str,
    severity: str,
    since: Instant,
    facts: dict[str, Any],
    whose: Whose,
    state: str,
) -> AlertRow:
    nothing = dict.fromkeys(_ALERT)
    known = {
        "home_id": fact.home_id,
        "kind": kind,
        "severity": severity,
        **whose._asdict(),
        "since": since,
        "raised_at": fact.observed_at,
        "facts": facts,
        "state": state,
        "level": 1,
        "changed_at": fact.observed_at,
        "position": 0,
    }
    return AlertRow(**{**nothing, **known, "alert_id": alert_id})


def _worsen(alert: AlertRow, fact: Fact) -> AlertRow:
    """A level is never taken back (§3)."""
    return replace(alert, level=max(alert.level, fact.data["level"]), facts=fact.data["facts"])


def _acknowledge(alert: AlertRow, fact: Fact) -> AlertRow:
    data = fact.data
    until = parse_instant(data["until"])
    return replace(
        alert, state="acknowledged", acknowledged_by=data["by"], action=data["action"], until=until
    )


def _reopen(alert: AlertRow, fact: Fact) -> AlertRow:
    return replace(alert, state="raised", acknowledged_by=None, action=None, until=None)


def _resolve(alert: AlertRow, fact: Fact) -> AlertRow:
    data = fact.data
    return replace(
        alert,
        state="resolved",
        resolved_at=fact.observed_at,
        how=data["how"],
        resolved_by=data.get("by"),
        reason=data.get("reason"),
        fact_id=data.get("fact_id"),
    )


_CHANGES: Final[dict[str, Callable[[AlertRow, Fact], AlertRow]]] = {
    alerting.WORSENED: _worsen,
    alerting.ACKNOWLEDGED: _acknowledge,
    alerting.REOPENED: _reopen,
    alerting.RESOLVED: _resolve,
}
_STEPS: Final = {
    alerting.WORSENED: "worsened",
    alerting.ACKNOWLEDGED: "acknowledged",
    alerting.REOPENED: "reopened",
    alerting.RESOLVED: "resolved",
}
