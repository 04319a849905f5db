"""The shapes of the checks service over HTTP (API.md). Absent rather than null.

Instants are RFC 3339, lengths of time ISO 8601.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.checks.deadline import Asked
from services.checks.record import NightRecord
from services.checks.record.gaps import Gap
from shared.home.own_times import Check
from shared.instants import NEVER, Instant, show_duration, show_instant
from shared.schedule import show_local_time


class Child(BaseModel):
    """How a child stands."""

    placement_id: str
    room: str
    seen_at: str | None = Field(None, description="The latest valid check.")
    due_at: str | None = Field(None, description="By when the child is to be seen; absent: no deadline now.")
    away: str | None = Field(None, description="Why no check is due.")
    missed: bool = Field(description="A check is missed: an alert is open.")


class Tonight(BaseModel):
    """The children of a home."""

    home_id: str
    placements: list[Child]


class CheckGapShape(BaseModel):
    """Time between valid checks while a rule is in force."""

    start: str
    end: str
    open: bool = Field(description="It has not ended yet.")
    ceiling: str
    due: str | None = None
    elapsed: str
    status: Literal["on_time", "late", "missed", "unreported"]
    proof: str | None = Field(None, description="Of the check that ended it.")
    check_id: str | None = None


class CheckShape(BaseModel):
    """A check or attempt."""

    id: str
    observed_at: str
    entered_at: str
    appended_at: str
    actor: str
    outcome: str
    sign_of_life: str | None = None
    state: str | None = None
    room: str | None = None
    proof: str | None = None
    valid: bool
    flags: list[str]


class ItemShape(BaseModel):
    """A local time at which the child was to be seen."""

    time: str
    at: str
    due: str
    settled_by: str | None = None
    late: bool | None = None


class AbsenceShape(BaseModel):
    """A disposition, as far as it lies in the night."""

    start: str
    end: str
    reason: str


class ComplianceShape(BaseModel):
    """The share of time and of gaps within the ceiling; absent where no rule was in force."""

    time_share: float | None = None
    gap_share: float | None = None
    watched: str
    overdue: str
    longest_gap: CheckGapShape | None = None


class Night(BaseModel):
    """The record of a child's night, noon to noon local."""

    placement_id: str
    home_id: str
    night: str
    start: str
    end: str
    as_of: str
    compliance: ComplianceShape
    gaps: list[CheckGapShape]
    checks: list[CheckShape]
    times: list[ItemShape]
    absences: list[AbsenceShape]
    alerts: list[dict[str, Any]] = Field(
        description="The events of the alerts of the night (EVENTS.md), in order."
    )


def tonight_shape(home_id: str, rows: Sequence[RowMapping]) -> Tonight:
    """Rows of `checks_placements`."""
    children = [
        Child(
            placement_id=row["placement_id"],
            room=row["room"],
            seen_at=_instant(row["seen_at"]),
            due_at=_instant(row["due_at"]),
            away=row["away"],
            missed=row["missed"],
        )
        for row in rows
    ]
    return Tonight(home_id=home_id, placements=children)


def night_shape(home_id: str, placement_id: str, night_of: date, record: NightRecord) -> Night:
    """A record as JSON."""
    compliance = record.compliance
    return Night(
        placement_id=placement_id,
        home_id=home_id,
        night=night_of.isoformat(),
        start=show_instant(record.start),
        end=show_instant(record.end),
        as_of=show_instant(record.as_of),
        compliance=ComplianceShape(
            time_share=compliance.time_share,
            gap_share=compliance.gap_share,
            watched=show_duration(compliance.watched),
            overdue=show_duration(compliance.overdue),
            longest_gap=None if compliance.longest is None else _gap(compliance.longest),
        ),
        gaps=[_gap(gap) for gap in record.gaps],
        checks=[_check(check) for check in record.checks],
        times=[_item(item, check) for item, check in record.items],
        absences=[
            AbsenceShape(start=show_instant(start), end=show_instant(end), reason=reason)
            for start, end, reason in record.absences
        ],
        alerts=list(record.alerts),
    )


def _gap(gap: Gap) -> CheckGapShape:
    by = None if gap.check is None else gap.check.fact
    return CheckGapShape(
        start=show_instant(gap.start),
        end=show_instant(gap.end),
        open=gap.open,
        ceiling=show_duration(gap.ceiling),
        due=_instant(gap.due),
        elapsed=show_duration(gap.elapsed),
        status=gap.status,
        proof=None if by is None else by.data.get("proof"),
        check_id=None if by is None else by.id,
    )


def _check(check: Check) -> CheckShape:
    fact = check.fact
    return CheckShape(
        id=fact.id,
        observed_at=show_instant(fact.observed_at),
        entered_at=show_instant(fact.entered_at),
        appended_at=show_instant(fact.appended_at),
        actor=fact.actor,
        outcome=fact.data["outcome"],
        sign_of_life=fact.data.get("sign_of_life"),
        state=fact.data.get("state"),
        room=fact.data.get("room"),
        proof=fact.data.get("proof"),
        valid=check.valid,
        flags=list(check.flags),
    )


def _item(item: Asked, check: Check | None) -> ItemShape:
    return ItemShape(
        time=show_local_time(item.minute),
        at=show_instant(item.at),
        due=show_instant(item.due),
        settled_by=None if check is None else check.fact.id,
        late=None if check is None else check.seen_at > item.due,
    )


def _instant(at: Instant | None) -> str | None:
    return None if at is None or at == NEVER else show_instant(at)
