"""Alerts as they are told: envelopes of `wakeful.alerts`, exact in every field (EVENTS.md). No rule of §3."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from shared.instants import show_instant

SEVERITY = {
    "check_missed": "page",
    "child_not_found": "page",
    "concern_raised": "page",
    "child_missing": "page",
    "absence_expired": "page",
    "child_away": "info",
    "cover_gap": "page",
    "one_to_one_gap": "page",
    "observer_overrun": "notify",
    "plan_missing": "notify",
    "plan_incomplete": "notify",
    "room_ligature_review_overdue": "notify",
    "ligature_plan_review_overdue": "notify",
    "suicide_plan_review_overdue": "notify",
    "suitability_review_overdue": "notify",
    "ligature_action_overdue": "notify",
    "review_due_soon": "info",
}
LIFECYCLE = ("alert.raised.v1", "alert.worsened.v1", "alert.resolved.v1")


@dataclass
class Alert:
    """An open alert."""

    id: str
    kind: str
    since: int
    raised_at: int
    facts: dict[str, Any]
    order: int
    """How many facts of the home had been taken when it was raised."""
    level: int = 1
    last: int = 0
    """When it was raised or last worsened."""


def namespace() -> uuid.UUID:
    """The published constant that alert ids are made in."""
    published: uuid.UUID = import_module("shared.alerting").NAMESPACE
    return published


def _uuid5(space: uuid.UUID, parts: Sequence[str | int | None]) -> str:
    return str(uuid.uuid5(space, json.dumps(list(parts), separators=(",", ":"), ensure_ascii=False)))


@dataclass
class Teller:
    """Writes down what one home's alerts go through, in the order in which it happens."""

    home_id: str
    service: str = "checks"
    events: list[tuple[int, str, int, int, dict[str, Any]]] = field(default_factory=list)
    """(at, alert id, lifecycle, level, envelope)"""

    def raise_alert(
        self,
        kind: str,
        subject: str,
        since: int,
        at: int,
        facts: dict[str, Any],
        order: int,
        field_of_subject: str | None = "placement_id",
        which: str | None = None,
        **more: Any,
    ) -> Alert:
        """Raise an alert. If the very same one was resolved at this very instant, it goes on instead.

        What it is about is told in the field `field_of_subject`; there is none where that is the home itself.
        """
        key = [kind, self.home_id, subject, show_instant(since), show_instant(at), which]
        alert = Alert(_uuid5(namespace(), key), kind, since, at, facts, order, last=at)
        closed = [one for one in self.events if one[1] == alert.id and one[2] == 2]
        if closed:
            self.events.remove(closed[0])
            raised = next(one for one in self.events if one[1] == alert.id and one[2] == 0)
            alert.facts = raised[4]["data"]["facts"]
            alert.level = max(one[3] for one in self.events if one[1] == alert.id)
            return alert
        data = {
            "alert_id": alert.id,
            "kind": kind,
            "severity": SEVERITY[kind],
            "home_id": self.home_id,
            **({field_of_subject: subject} if field_of_subject else {}),
            "since": show_instant(since),
            **more,
            "raised_at": show_instant(at),
            "facts": facts,
        }
        self._tell(alert, 0, at, data)
        return alert

    def worsen(self, alert: Alert, at: int, facts: dict[str, Any]) -> None:
        """One level more."""
        alert.level += 1
        alert.last = at
        self._tell(
            alert,
            1,
            at,
            {"alert_id": alert.id, "level": alert.level, "at": show_instant(at), "facts": facts},
        )

    def resolve(self, alert: Alert, at: int, how: str, fact_id: str | None) -> None:
        """Closed by the fact `fact_id`, or because time passed."""
        data = {"alert_id": alert.id, "at": show_instant(at), "how": how}
        self._tell(alert, 2, at, data if fact_id is None else {**data, "fact_id": fact_id})

    def _tell(self, alert: Alert, lifecycle: int, at: int, data: dict[str, Any]) -> None:
        kind, text = LIFECYCLE[lifecycle], show_instant(at)
        level = alert.level if lifecycle == 1 else None
        event = {
            "specversion": "1.0",
            "id": _uuid5(uuid.UUID(alert.id), [kind, text, level]),
            "source": f"wakeful/{self.service}",
            "type": kind,
            "subject": alert.id,
            "time": text,
            "enteredat": text,
            "homeid": self.home_id,
            "actor": "wakeful",
            "datacontenttype": "application/json",
            "data": data,
        }
        self.events.append((at, alert.id, lifecycle, alert.level, event))
