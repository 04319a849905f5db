"""The shapes of the cover service over HTTP (API.md). Absent rather than null.

Instants are RFC 3339, lengths of time ISO 8601. Of a child whom the reader may not see it is not said that anybody is
with him: `sees` decides.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, Field

from services.cover.night import Band, CoverNight, OnDuty, Worker, required_for, short_for
from shared.instants import show_duration, show_instant

Sees: TypeAlias = Callable[[str], bool]
"""Whether the reader may see the child of that placement."""


class WorkerShape(BaseModel):
    """Somebody on duty."""

    staff_id: str
    role: Literal["waking", "one_to_one", "sleep_in"]
    placement_id: str | None = Field(None, description="The child of a one-to-one session.")
    state: Literal["awake", "lapsed", "on_break", "sleep_in"] = Field(
        description="lapsed: no proof of wake holds; sleep_in: may sleep, and relieves nobody."
    )
    relieving: bool = Field(description="In the place of somebody who is on a break.")


class BandShape(BaseModel):
    """A piece of time throughout which it stood so."""

    start: str
    end: str
    required: int
    evidenced: int = Field(description="Workers who counted and had proved that they were awake.")
    short: bool
    staff: list[WorkerShape]


class CoverShape(BaseModel):
    """The cover of the house, or of one child."""

    required_for: str = Field(description="How long somebody was required.")
    short_for: str = Field(description="How long somebody was lacking.")
    bands: list[BandShape]


class ChildCover(CoverShape):
    """One-to-one."""

    placement_id: str


class BreakShape(BaseModel):
    """A break."""

    since: str
    relief_staff_id: str | None = None
    expected: str


class OnDutyShape(BaseModel):
    """Somebody who is on duty at the end of what is shown."""

    staff_id: str
    role: Literal["waking", "one_to_one", "sleep_in"]
    placement_id: str | None = None
    since: str
    proved_at: str | None = Field(None, description="The last proof that he or she is awake.")
    on_break: BreakShape | None = None


class NightCoverShape(BaseModel):
    """A home's night of cover, noon to noon local, by the facts' own times."""

    home_id: str
    night: str
    start: str
    end: str
    as_of: str
    house: CoverShape
    one_to_one: list[ChildCover]
    on_duty: list[OnDutyShape]
    alerts: list[dict[str, Any]] = Field(
        description="The events of the alerts of the night (EVENTS.md), in order."
    )


def cover_shape(home_id: str, night_of: date, night: CoverNight, sees: Sees) -> NightCoverShape:
    """A night as JSON."""
    return NightCoverShape(
        home_id=home_id,
        night=night_of.isoformat(),
        start=show_instant(night.start),
        end=show_instant(night.end),
        as_of=show_instant(night.as_of),
        house=CoverShape(**_cover(night.house, sees)),
        one_to_one=[
            ChildCover(placement_id=child, **_cover(bands, sees))
            for child, bands in night.children.items()
            if sees(child)
        ],
        on_duty=[_on_duty(each, sees) for each in night.on_duty],
        alerts=_seen(night.alerts, sees),
    )


def _cover(bands: Sequence[Band], sees: Sees) -> dict[str, Any]:
    return {
        "required_for": show_duration(required_for(bands)),
        "short_for": show_duration(short_for(bands)),
        "bands": [_band(band, sees) for band in bands],
    }


def _band(band: Band, sees: Sees) -> BandShape:
    return BandShape(
        start=show_instant(band.start),
        end=show_instant(band.end),
        required=band.required,
        evidenced=band.evidenced,
        short=band.short,
        staff=[_worker(worker, sees) for worker in band.staff],
    )


def _worker(worker: Worker, sees: Sees) -> WorkerShape:
    return WorkerShape(
        staff_id=worker.staff_id,
        role=worker.role,
        placement_id=_child(worker.placement_id, sees),
        state=worker.state,
        relieving=worker.relieving,
    )


def _on_duty(on_duty: OnDuty, sees: Sees) -> OnDutyShape:
    session = on_duty.session
    pause = session.on_break
    return OnDutyShape(
        staff_id=session.staff_id,
        role=session.role,
        placement_id=_child(session.placement_id, sees),
        since=show_instant(session.since),
        proved_at=None if on_duty.proved_at is None else show_instant(on_duty.proved_at),
        on_break=None
        if pause is None
        else BreakShape(
            since=show_instant(pause.since),
            relief_staff_id=pause.relief,
            expected=show_duration(pause.expected),
        ),
    )


def _child(placement_id: str | None, sees: Sees) -> str | None:
    return placement_id if placement_id is not None and sees(placement_id) else None


def _seen(events: Sequence[dict[str, Any]], sees: Sees) -> list[dict[str, Any]]:
    """Without the alerts that name a child whom the reader may not see."""
    hidden = {
        event["subject"]
        for event in events
        if any(
            not sees(placement_id)
            for data in (event["data"], event["data"].get("facts", {}))
            if (placement_id := data.get("placement_id")) is not None
        )
    }
    return [event for event in events if event["subject"] not in hidden]
