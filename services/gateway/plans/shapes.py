"""What `POST /plans:check` takes and gives. No rule lives here."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from services.gateway.shapes import Given, Instant
from shared.events.fields import Id
from shared.security.rights import Right

Local = Annotated[str, Field(json_schema_extra={"format": "date"})]


class ProblemShape(BaseModel):
    """As RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: Annotated[list[dict[str, Any]], Field(description="Each: `field`, `value`, `remedy`.")]


class WarningShape(BaseModel):
    """Taken as it stands, but worth a second look."""

    field: str
    value: str | int | bool | None
    remedy: str


class PlanDraft(Given):
    """A version of a plan that nobody has agreed yet."""

    homeid: Annotated[Id | None, Field(description="Left out by a device: it is of one home.")] = None
    data: Annotated[
        dict[str, Any],
        WithJsonSchema({"type": "object", "description": "The `data` of a `plan.agreed.v1`, whole."}),
    ]


class HourShape(BaseModel):
    start: Instant
    local: Annotated[str, Field(description="What the clock on the wall shows then.")]
    checks: Annotated[int, Field(description="The fewest that keep within the ceilings.")]


class StaffShape(BaseModel):
    waking: Annotated[int, Field(description="For the house: the largest number of any child's plan.")]
    one_to_one: Annotated[int, Field(description="Free for one child, so not for the house.")]
    together: Annotated[int, Field(description="The most who are awake at one time.")]


class NeededShape(StaffShape):
    offered: Annotated[int | None, Field(description="By the home's statement of purpose, where it says so.")]
    short: Annotated[int | None, Field(description="How many more than it offers; null: nobody knows.")]


class NightShape(BaseModel):
    what: Annotated[str, Field(description="`coming`, `clocks_forward` or `clocks_back`.")]
    date: Local
    start: Instant
    end: Instant
    checks: int
    hours: list[HourShape]
    staff_needed: Annotated[NeededShape, Field(description="With the other children's plans in force.")]
    by_this_plan: StaffShape


class ApprovalShape(BaseModel):
    needed: bool
    right: Right = Right.APPROVE
    not_by: Annotated[
        str | None, Field(description="Whoever records it; null: the actor that a system names.")
    ]
    stated: Annotated[str | None, Field(description="Whom the draft names.")]
    reason: Annotated[bool, Field(description="Whether the draft says why.")]
    good: Annotated[bool, Field(description="Whether the draft would do.")]
    people: Annotated[list[str] | None, Field(description="Who may, by id, for those who manage the home.")]


class PlanChecked(BaseModel):
    home_id: str
    placement_id: str
    version: int
    compared_with: Annotated[
        int | None, Field(description="The version in force; null: none was agreed yet.")
    ]
    missing: Annotated[list[str], Field(description="As `plan_incomplete` would name it.")]
    lowers: Annotated[list[str], Field(description="Against the version in force.")]
    approval: ApprovalShape
    nights: Annotated[
        list[NightShape], Field(description="The coming one, then those of the clocks' changes.")
    ]
    problems: Annotated[list[ProblemShape], Field(description="For which it would be refused as it stands.")]
    warnings: list[WarningShape]
