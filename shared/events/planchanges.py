"""`wakeful.plan-changes`: homes, placements, plans, absences, assessments, reviews, concerns, the chronology.

On-call policy and silences come by the same topic and live in `oncall`; the parts of a plan in `planparts`.
What may be accepted (an absence too long, protection lowered) is asked in acceptance.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from shared.events.fields import LIST_LENGTH, Count, DateText, FreeText, Id, InstantText, Part, Text, wrong
from shared.events.planparts import (
    CheckRule,
    DefaultPlan,
    LigaturePlan,
    LowersProtection,
    NightCover,
    Role,
    Signature,
    SuicidePrevention,
    repeated,
)


class StatementOfPurpose(Part):
    """The night cover that a home can offer."""

    waking_staff: Count
    sleep_in_staff: Count


class HomeRegistered(Part):
    """A home, its zone and rooms. Told again, it changes what it says (but never the zone)."""

    home_id: Id
    provider_id: Id
    time_zone: Id
    """An IANA name, `Europe/London`; whether it is known is asked in acceptance."""
    rooms: Annotated[list[Id], Field(max_length=LIST_LENGTH)]
    statement_of_purpose: StatementOfPurpose
    default_plan: DefaultPlan | None = None


class PlacementStarted(Part):
    """A child's stay begins."""

    placement_id: Id
    home_id: Id
    commissioner_id: Id
    room: Id
    emergency: bool
    suicide_risk: bool


class PlacementMoved(Part):
    """Another room of the same home."""

    placement_id: Id
    room: Id


class PlacementEnded(Part):
    """A child's stay is over."""

    placement_id: Id
    reason: FreeText


class PlanAgreed(Part):
    """A version of the placement plan, whole."""

    placement_id: Id
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    effective_from: InstantText
    checks: Annotated[list[CheckRule], Field(max_length=LIST_LENGTH)]
    night_cover: NightCover | None = None
    roles: Annotated[list[Role], Field(max_length=LIST_LENGTH)] | None = None
    suicide_prevention: SuicidePrevention | None = None
    ligature_plan: LigaturePlan | None = None
    suicide_risk: bool
    lowers_protection: LowersProtection | None = None
    signed: Annotated[list[Signature], Field(max_length=LIST_LENGTH)] | None = None


class DispositionStarted(Part):
    """Checks are not expected for a while: why, and until when."""

    placement_id: Id
    reason: Literal["home_leave", "hospital", "school", "missing", "other"]
    expected_end: InstantText
    with_whom: FreeText | None = None
    approver: Id | None = None


class DispositionEnded(Part):
    """The child is back, or the absence was called off."""

    placement_id: Id


Standing: TypeAlias = Literal["open", "mitigated", "removed"]


class AnchorPoint(Part):
    """One place in a room, as it was assessed. Ids are unique in a home."""

    point_id: Id
    location: Text
    rating: Literal["low", "medium", "high"]
    control: Text
    action: Text | None = None
    owner: Id | None = None
    action_due: DateText | None = None
    status: Standing


class EnvironmentAssessed(Part):
    """A dated ligature assessment of a room."""

    room: Id
    anchor_points: Annotated[list[AnchorPoint], Field(max_length=LIST_LENGTH)]
    assessor: Id
    next_review: DateText | None = None

    @model_validator(mode="after")
    def _point_ids_are_unique(self) -> "EnvironmentAssessed":
        if repeated([point.point_id for point in self.anchor_points]):
            raise wrong("give each anchor point an id of its own: one is listed twice", "anchor_points")
        return self


class AnchorPointChanged(Part):
    """A point was made safe, or is open again."""

    point_id: Id
    status: Standing
    reason: FreeText
    approver: Id


class ProtectivePlanReviewed(Part):
    """A child's ligature plan or suicide prevention plan was looked at again."""

    placement_id: Id
    decision: Literal["continue", "change", "close"]
    reason: FreeText
    approver: Id | None = None
    next_review: DateText | None = None

    @model_validator(mode="after")
    def _what_goes_on_is_reviewed_again(self) -> "ProtectivePlanReviewed":
        if self.decision != "close" and self.next_review is None:
            raise wrong("a plan that goes on is reviewed again: state a date, like 2026-03-28", "next_review")
        return self


class LigaturePlanReviewed(ProtectivePlanReviewed):
    """A child's ligature plan was reviewed."""


class SuicidePlanReviewed(ProtectivePlanReviewed):
    """A child's suicide prevention plan was reviewed."""


class ReviewTriggered(Part):
    """Something happened after which a review is due within 24 h."""

    placement_id: Id | None = None
    room: Id | None = None
    trigger: Literal[
        "self_harm", "ligature_incident", "room_change", "new_child", "works", "return", "level_change"
    ]
    note: FreeText | None = None

    @model_validator(mode="after")
    def _it_is_about_a_child_or_a_room(self) -> "ReviewTriggered":
        if self.placement_id is None and self.room is None:
            raise wrong("say whom or what it is about: state placement_id or room")
        return self


class SuitabilityReviewed(Part):
    """The home's suitability was reviewed."""

    decision: Id
    by: Id
    next_review: DateText


class ConcernReceived(Part):
    """Somebody asks for a check now."""

    placement_id: Id
    from_: Literal["child", "family", "professional", "staff"] = Field(alias="from")
    summary: FreeText


class ChronologyEntry(Part):
    """An event in a child's multi-agency timeline."""

    placement_id: Id
    agency: Id
    happened_at: InstantText
    category: Id
    summary: FreeText
    impact: FreeText
