"""An alert as it stands and a step of its life, as the read model holds them and everything that reads it sees them.

Plain values; where they come from is `services.alerts.feed`, what they are called on a screen `shared.words`.
"""

from dataclasses import dataclass
from typing import Any

from shared.instants import Instant


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A row of `alerts_alerts`: an alert as it stands now."""

    alert_id: str
    home_id: str
    kind: str
    severity: str
    placement_id: str | None
    room: str | None
    point_id: str | None
    staff_id: str | None
    device: str | None
    provider_id: str | None
    commissioner_id: str | None
    zone: str | None
    since: Instant
    deadline: Instant | None
    raised_at: Instant
    facts: dict[str, Any]
    state: str
    level: int
    changed_at: Instant
    acknowledged_by: str | None
    action: Any
    until: Instant | None
    resolved_at: Instant | None
    how: str | None
    resolved_by: str | None
    reason: Any
    fact_id: str | None
    position: int


@dataclass(frozen=True, slots=True)
class StepRow:
    """A row of `alerts_life`: one step of one alert's life."""

    position: int
    alert_id: str
    home_id: str
    step: str
    at: Instant
    level: int | None
    by: str | None
    action: Any
    until: Instant | None
    how: str | None
    reason: Any
    fact_id: str | None
    facts: Any


@dataclass(frozen=True, slots=True)
class SendRow:
    """A row of `alerts_pages`: somebody was told, was not, or answered."""

    alert_id: str
    at: Instant
    outcome: str
    """sent, failed, skipped or undelivered; of an answer: acknowledged, declined or decided."""
    person_id: str
    step: int | None
    channel: str | None
    attempt: int | None
    error: str | None
    retry_at: Instant | None
    why: str | None


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A row of `alerts_homes`: what a page must know of a home."""

    home_id: str
    provider_id: str
    zone: str
