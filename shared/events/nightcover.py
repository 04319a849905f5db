"""`wakeful.night-cover`: who is on duty, in which role, and how the house knows that they are awake."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.events.fields import Count, FreeText, Id, Part, SomeDuration, wrong


class CoverStarted(Part):
    """A worker begins a session."""

    staff_id: Id
    role: Literal["waking", "one_to_one", "sleep_in"]
    placement_id: Id | None = None
    """The child whom a one-to-one worker is with."""
    agency: Id | None = None
    """The agency that sent the worker, where one did."""
    inducted_by: Id | None = None

    @model_validator(mode="after")
    def _one_to_one_names_the_child(self) -> "CoverStarted":
        if self.role == "one_to_one" and self.placement_id is None:
            raise wrong("a one_to_one session is for one child: state placement_id", "placement_id")
        return self


class CoverProved(Part):
    """A worker answered: a proof of wake."""

    staff_id: Id
    how: Literal["prompt", "round"]


class BreakStarted(Part):
    """A worker goes on a break; somebody takes their place, or nobody does."""

    staff_id: Id
    relief_staff_id: Id | None = None
    expected: SomeDuration


class BreakEnded(Part):
    """A worker is back."""

    staff_id: Id


class HandedOver(Part):
    """Responsibility passes from one worker to another, once accepted."""

    from_staff_id: Id
    to_staff_id: Id
    accepted: bool
    headcount: Annotated[Count, Field(description="Children in the home, counted by both.")]
    note: FreeText | None = None


class CoverEnded(Part):
    """A worker's session ends."""

    staff_id: Id
    reason: FreeText | None = None
