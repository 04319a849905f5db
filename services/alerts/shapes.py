"""The shapes of the feed over HTTP: what `GET /api/v1/alerts` and its stream answer (API.md). Absent rather than null.

Instants are RFC 3339 text. Sealed text (what somebody wrote) is not told here.
"""

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.alerts.feed import OPEN, Listing, Told
from services.alerts.rows import AlertRow, SendRow, StepRow
from shared.instants import Instant, show_instant

State = Literal["raised", "acknowledged", "resolved", "noted"]


class Acknowledged(BaseModel):
    """Who has an alert in hand, and until when."""

    by: str
    until: str


class Resolved(BaseModel):
    """How an alert closed."""

    at: str
    how: str
    by: str | None = None
    fact_id: str | None = Field(None, description="The fact that closed it.")


class Alert(BaseModel):
    """An alert as it stands."""

    alert_id: str
    kind: str
    severity: str
    home_id: str
    placement_id: str | None = None
    room: str | None = None
    point_id: str | None = None
    staff_id: str | None = None
    device: str | None = None
    since: str
    deadline: str | None = None
    raised_at: str
    level: int = Field(description="1 when raised; one more each time it was worsened.")
    state: State = Field(description="`noted`: told once (a refused fact), never open.")
    open: bool
    facts: dict[str, Any]
    acknowledged: Acknowledged | None = None
    resolved: Resolved | None = None


class Step(BaseModel):
    """One step of an alert's life."""

    position: int = Field(description="Where it stands in the stream: grows by one with each step.")
    step: Literal["raised", "worsened", "acknowledged", "reopened", "resolved", "noted"]
    at: str
    level: int | None = None
    by: str | None = None
    until: str | None = None
    how: str | None = None
    fact_id: str | None = None
    facts: dict[str, Any] | None = None


class Sent(BaseModel):
    """Somebody was told of an alert, could not be told, or answered."""

    at: str
    step: int | None = Field(None, description="Of the paging chain, from 0.")
    to: str = Field(description="Who; of an answer: by whom.")
    channel: str | None = Field(None, description="By which way; of an answer: app, page or phone.")
    outcome: str = Field(
        description="sent, failed, skipped or undelivered (nobody of the step could be reached); "
        "of an answer: acknowledged, declined or decided."
    )
    attempt: int | None = None
    error: str | None = Field(None, description="Of `failed`: what went wrong.")
    retry_at: str | None = None
    why: str | None = Field(None, description="Of `skipped`: why it was no longer needed.")


class AlertWithLife(Alert):
    """An alert and all that has happened to it, in order."""

    life: list[Step]
    pages: list[Sent] = Field(
        description="Every send, failure, skip and answer, in order. A commissioner is shown what went to them, and "
        "what they answered."
    )


class Alerts(BaseModel):
    """A page of alerts, the last raised first."""

    alerts: list[Alert]
    next: str | None = Field(None, description="Give it as `cursor` for the page behind this one.")
    position: int = Field(
        description="Give it as `Last-Event-ID` (or `after`) to stream what follows this answer."
    )


class Said(BaseModel):
    """What the stream says of a step: the step, and which alert's it is (what never changes of it)."""

    alert_id: str
    kind: str
    severity: str
    home_id: str
    placement_id: str | None = None
    room: str | None = None
    point_id: str | None = None
    staff_id: str | None = None
    device: str | None = None
    since: str
    deadline: str | None = None
    raised_at: str
    step: Step


class Present(BaseModel):
    """What the stream says of the watch: the time now, how far it has come, and since when it is blind."""

    now: str
    watched_to: str | None = None
    blind_since: str | None = None


def alert_shape(row: AlertRow) -> Alert:
    """An alert as it is answered."""
    return Alert(**_alert(row))


def life_shape(row: AlertRow, steps: list[StepRow], sends: list[SendRow]) -> AlertWithLife:
    """An alert with its life as it is answered."""
    return AlertWithLife(
        **_alert(row), life=[_step(step) for step in steps], pages=[_sent(send) for send in sends]
    )


def listing_shape(listing: Listing, cursor: str | None) -> Alerts:
    """A page of the list as it is answered."""
    alerts = [alert_shape(alert) for alert in listing.alerts]
    return Alerts(alerts=alerts, next=cursor, position=listing.position)


def said_shape(told: Told) -> Said:
    """A step as the stream says it: the same bytes whenever it is read."""
    return Said(**_identity(told.alert), step=_step(told.step))


def _identity(row: AlertRow) -> dict[str, Any]:
    return {
        "alert_id": row.alert_id,
        "kind": row.kind,
        "severity": row.severity,
        "home_id": row.home_id,
        "placement_id": row.placement_id,
        "room": row.room,
        "point_id": row.point_id,
        "staff_id": row.staff_id,
        "device": row.device,
        "since": show_instant(row.since),
        "deadline": _shown(row.deadline),
        "raised_at": show_instant(row.raised_at),
    }


def _alert(row: AlertRow) -> dict[str, Any]:
    taken = resolved = None
    if row.state == "acknowledged" and row.acknowledged_by is not None and row.until is not None:
        taken = Acknowledged(by=row.acknowledged_by, until=show_instant(row.until))
    if row.resolved_at is not None and row.how is not None:
        resolved = Resolved(
            at=show_instant(row.resolved_at), how=row.how, by=row.resolved_by, fact_id=row.fact_id
        )
    rest = {"level": row.level, "state": row.state, "open": row.state in OPEN, "facts": row.facts}
    return {**_identity(row), **rest, "acknowledged": taken, "resolved": resolved}


def _step(step: StepRow) -> Step:
    return Step.model_validate(
        {
            "position": step.position,
            "step": step.step,
            "at": show_instant(step.at),
            "level": step.level,
            "by": step.by,
            "until": _shown(step.until),
            "how": step.how,
            "fact_id": step.fact_id,
            "facts": step.facts,
        }
    )


def _sent(send: SendRow) -> Sent:
    return Sent(
        at=show_instant(send.at),
        step=send.step,
        to=send.person_id,
        channel=send.channel,
        outcome=send.outcome,
        attempt=send.attempt,
        error=send.error,
        retry_at=_shown(send.retry_at),
        why=send.why,
    )


def _shown(at: Instant | None) -> str | None:
    return None if at is None else show_instant(at)
