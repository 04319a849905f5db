"""The shapes of the reviews service over HTTP (API.md). Absent rather than null; instants are RFC 3339, dates local.

Sealed text is not told: only that it is there.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.reviews.history import ASSESSED
from shared.events.sealing import is_there
from shared.facts import Fact
from shared.instants import Instant, show_instant

What = Literal[
    "room_ligature_review",
    "ligature_plan_review",
    "suicide_plan_review",
    "suitability_review",
    "ligature_action",
    "plan",
]
"""What falls due: one of the four things that are reviewed, an action at an anchor point, or a first agreed plan."""


class Due(BaseModel):
    """Something that falls due."""

    what: What
    placement_id: str | None = None
    room: str | None = None
    point_id: str | None = None
    date: str | None = Field(
        None, description="The local date by which; absent where only a trigger decides."
    )
    due_at: str | None = None
    because: str | None = Field(None, description="`date`, or the trigger that is earlier.")
    overdue_since: str | None = Field(None, description="An alert is open since then.")
    due_soon: bool = Field(description="An alert is open: it is less than a week to the date.")
    last: str | None = Field(None, description="The local date of the last review on record.")


class Plan(BaseModel):
    """How a child's plan stands."""

    placement_id: str
    room: str
    version: int | None = Field(None, description="In force; 0 is the home's default plan.")
    due_at: str | None = Field(None, description="When a first agreed plan is missing.")
    missing_since: str | None = None
    lacks: list[str] = Field(description="What the version in force lacks.")


class Point(BaseModel):
    """An anchor point, as the last word on it says."""

    point_id: str
    location: str | None = None
    rating: str | None = None
    control: str | None = None
    action: str | None = None
    owner: str | None = None
    status: str
    action_due: str | None = None
    due_at: str | None = None
    overdue_since: str | None = None


class HomeReviews(BaseModel):
    """What falls due in a home, the first first, and how its children's plans stand."""

    home_id: str
    due: list[Due]
    plans: list[Plan]
    next: str | None = Field(None, description="Give it as `cursor` for what falls due after that.")


class Stay(BaseModel):
    """A child's stay in a home: the plan, and what falls due."""

    home_id: str
    in_force: bool
    plan: Plan
    due: list[Due]


class Entry(BaseModel):
    """Something that was told: a review, an assessment, a change of a point, a trigger."""

    id: str
    home_id: str
    type: str
    observed_at: str
    appended_at: str = Field(description="When it was told.")
    actor: str
    decision: str | None = None
    reason_given: bool | None = None
    approver: str | None = None
    next_review: str | None = None
    trigger: str | None = None
    assessor: str | None = None
    point_id: str | None = None
    status: str | None = None
    points: list[Point] | None = None


class PlacementReviews(BaseModel):
    """A child's reviews: what falls due, and every one there was, the last one first."""

    placement_id: str
    stays: list[Stay]
    history: list[Entry]
    next: str | None = Field(None, description="Give it as `cursor` for what was before that.")


class RoomReviews(BaseModel):
    """A room's assessments: where it stands, its anchor points, and every one there was, the last one first."""

    home_id: str
    room: str
    lived_in: bool
    review: Due | None = None
    points: list[Point]
    history: list[Entry]
    next: str | None = Field(None, description="Give it as `cursor` for what was before that.")


def due_shape(row: RowMapping) -> Due:
    """A row of what falls due, or of `reviews_due`."""
    return Due(
        what=row["what"],
        placement_id=row["placement_id"],
        room=row["room"],
        point_id=row.get("point_id"),
        date=row["date"],
        due_at=_instant(row["due_at"]),
        because=row["because"],
        overdue_since=_instant(row["overdue_since"]),
        due_soon=bool(row["due_soon"]),
        last=row["last"],
    )


def plan_shape(row: RowMapping) -> Plan:
    """A row of `reviews_placements`."""
    return Plan(
        placement_id=row["placement_id"],
        room=row["room"],
        version=row["plan_version"],
        due_at=_instant(row["plan_due_at"]),
        missing_since=_instant(row["plan_missing_since"]),
        lacks=row["plan_lacks"] or [],
    )


def point_shape(row: RowMapping) -> Point:
    """A row of `reviews_points`."""
    told = {name: row[name] for name in Point.model_fields if name not in ("due_at", "overdue_since")}
    return Point(**told, due_at=_instant(row["due_at"]), overdue_since=_instant(row["overdue_since"]))


def entries(facts: Iterable[Fact]) -> list[Entry]:
    """Facts of a history."""
    return [_entry(fact) for fact in facts]


def _entry(fact: Fact) -> Entry:
    data = fact.data
    told = ("decision", "approver", "next_review", "trigger", "assessor", "point_id", "status")
    points = [_listed(point) for point in data["anchor_points"]] if fact.type == ASSESSED else None
    return Entry(
        id=fact.id,
        home_id=fact.home_id,
        type=fact.type,
        observed_at=show_instant(fact.observed_at),
        appended_at=show_instant(fact.appended_at),
        actor=fact.actor,
        reason_given=is_there(data["reason"]) if "reason" in data else None,
        points=points,
        **{name: data.get(name) for name in told},
    )


def _listed(point: Mapping[str, Any]) -> Point:
    """As an assessment lists it; a date that is not stated is not told here."""
    return Point(**{name: point.get(name) for name in Point.model_fields if point.get(name) is not None})


def _instant(at: Instant | None) -> str | None:
    return None if at is None else show_instant(at)
