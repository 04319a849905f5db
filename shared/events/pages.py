"""`wakeful.pages`: each attempt to reach a person, and its outcome. How to reach them is never in an
event."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.fields import Count, Id, InstantText, Part, Text


class PageSent(Part):
    """A message left for a person."""

    alert_id: Id
    step: Count
    to: Id
    channel: Id
    attempt: Annotated[int, Field(ge=1, le=10_000)]


class PageFailed(PageSent):
    """A message could not be sent."""

    error: Text
    retry_at: InstantText | None = None


class PageSkipped(PageSent):
    """A message was no longer needed when its moment came."""

    why: Literal["resolved", "acknowledged", "grouped", "superseded_step"]


class PageUndelivered(Part):
    """Nobody could be reached on any channel of a step."""

    alert_id: Id
    step: Count
    to: Id
