"""What the gateway's ordinary routes take and give, as models: they make the OpenAPI document and check bodies.

The hot routes of facts have theirs in `openapi`. No rule lives here.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.events.fields import Id
from shared.security.rights import Right

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class Given(BaseModel):
    """What somebody sends: nothing unknown is let pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EnrolBody(Given):
    code: Annotated[
        str, Field(min_length=8, max_length=40, description="Shown once, by `POST /devices:code`.")
    ]


class Enrolled(BaseModel):
    device_id: str
    home_id: str
    token: Annotated[str, Field(description="The device's own, shown this once.")]
    valid_until: Instant


class CodeBody(Given):
    home_id: Id


class NewCode(BaseModel):
    home_id: str
    code: Annotated[str, Field(description="For one device, once; shown this once.")]
    valid_until: Instant


class DeviceShape(BaseModel):
    device_id: str
    home_id: str
    enrolled_at: Instant
    valid_until: Instant
    ended_at: Instant | None


class Devices(BaseModel):
    devices: list[DeviceShape]


class SessionBody(Given):
    staff_id: Id
    pin: Annotated[str, Field(min_length=1, max_length=32)]


class Session(BaseModel):
    staff_id: str
    token: Annotated[str, Field(description="The worker's, stored by the phone with each fact it queues.")]
    valid_from: Instant
    valid_until: Instant


class WayBody(Given):
    """One way of reaching somebody (`docs/channels.md`). What was shown of one stands for what is kept."""

    channel: Id
    to: Annotated[str, Field(min_length=1, max_length=2_000)]
    secret: Annotated[
        str | None, Field(min_length=1, max_length=1_000, description="Never shown again but as `set`.")
    ] = None
    options: Annotated[dict[str, str], Field(max_length=20)] = {}


class PersonBody(Given):
    """A person as they are to be. What is left out is empty; the PIN alone stays as it was."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    provider_id: Id | None = None
    commissioner_id: Id | None = None
    homes: Annotated[list[Id] | None, Field(max_length=1000)] = None
    rights: Annotated[list[Right], Field(max_length=10)] = []
    reach: Annotated[list[WayBody], Field(max_length=20, description="Best first.")] = []
    active: bool = True
    pin: Annotated[str | None, Field(max_length=32, description="Write-only: 4 to 12 digits.")] = None


class WayShape(BaseModel):
    channel: str
    to: Annotated[
        str, Field(description="Of an address that is a secret itself, where it leads and no more.")
    ]
    secret: Annotated[Literal["set"] | None, Field(description="Whether there is one.")] = None
    options: dict[str, str] = {}


class PersonShape(BaseModel):
    id: str
    name: str
    provider_id: str | None
    commissioner_id: str | None
    homes: list[str] | None
    rights: list[Right]
    reach: list[WayShape]
    active: bool
    has_pin: bool


class AwayShape(BaseModel):
    reason: str
    since: Instant
    expected_end: Instant


class ChildShape(BaseModel):
    """A placement in force, as a home shows it."""

    placement_id: str
    commissioner_id: str
    room: str
    suicide_risk: bool
    present: bool
    away: AwayShape | None


class HomeShape(BaseModel):
    home_id: str
    provider_id: str
    time_zone: str
    rooms: list[str]
    children: Annotated[int, Field(description="Placements in force that the reader may see.")]


class HomeWithChildren(HomeShape):
    placements: list[ChildShape]


class Homes(BaseModel):
    homes: list[HomeShape]


class PlanShape(BaseModel):
    version: Annotated[int, Field(description="0: the home's default plan.")]
    since: Instant
    terms: Annotated[dict[str, Any], Field(description="What it asks, without free text.")]


class PlacementShape(ChildShape):
    home_id: str
    in_force: bool
    started_at: Instant | None
    ended_at: Instant | None
    plan: PlanShape | None


class RejectedShape(BaseModel):
    """A fact that the log holds and that changes nothing: no content is repeated."""

    event_id: str
    home_id: str
    topic: str
    appended_at: Instant
    reason: str
    field: str | None
    remedy: str | None


class Rejected(BaseModel):
    rejected: list[RejectedShape]


class Trouble(BaseModel):
    """One thing that whoever runs the system must see to."""

    kind: str
    since: Instant
    home_id: str | None = None
    service: str | None = None
    reason: str
    id: Annotated[str | None, Field(description="By which it is acknowledged.")] = None
    acknowledged_by: str | None = None
    action: str | None = None
    until: Annotated[Instant | None, Field(description="Until when nobody is told of it again.")] = None


class HaveIt(Given):
    action: Annotated[str, Field(min_length=1, max_length=200, description="What you will do.")]
    until: Annotated[Instant | None, Field(description="At most 2 h from now; left out: 30 min.")] = None


class HasIt(BaseModel):
    """An entry of operations after somebody said that he has it."""

    id: str
    acknowledged_by: str | None
    action: str | None
    until: Instant | None
    resolved: Annotated[Instant | None, Field(description="It was over: nothing was changed.")]


class Operations(BaseModel):
    present: Annotated[str, Field(description="How far the log's clock has come.")]
    troubles: list[Trouble]
