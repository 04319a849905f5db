"""`wakeful.alerts`: the life of an alert. Derived: every one could be computed again from the inputs."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from shared.events.fields import FreeText, Id, InstantText, Part

Facts: TypeAlias = dict[str, Any]
"""What the alert rests on, by kind (EVENTS.md, table of kinds)."""


class AlertRaised(Part):
    """Something that should have happened did not, or something happened that needs somebody."""

    alert_id: Id
    kind: Id
    severity: Literal["page", "notify", "info"]
    home_id: Id
    placement_id: Id | None = None
    room: Id | None = None
    point_id: Id | None = None
    staff_id: Id | None = None
    device: Id | None = None
    since: InstantText
    deadline: InstantText | None = None
    raised_at: InstantText
    facts: Facts


class AlertWorsened(Part):
    """It goes on. Levels count from 2; one is never taken back."""

    alert_id: Id
    level: Annotated[int, Field(ge=2, le=1_000_000)]
    at: InstantText
    facts: Facts


class AlertAcknowledged(Part):
    """Somebody has it, and says what they will do until when."""

    alert_id: Id
    by: Id
    action: FreeText
    until: InstantText


class AlertReopened(Part):
    """The time of an acknowledgement passed, and it is still so."""

    alert_id: Id
    at: InstantText


class AlertResolved(Part):
    """It is over, and how."""

    alert_id: Id
    at: InstantText
    how: Literal[
        "late",
        "unreported",
        "restored",
        "returned",
        "reviewed",
        "disposition",
        "superseded",
        "ended",
        "decision",
    ]
    by: Id | None = None
    reason: FreeText | None = None
    fact_id: Id | None = None
