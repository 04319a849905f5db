"""The shapes of the integrity service over HTTP (API.md). Absent rather than null; instants are RFC 3339.

Sealed text (the reason of a decision) is not told here.
"""

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.integrity.reading import Listing
from shared.instants import show_instant

Pattern = Literal[
    "burst",
    "too_regular",
    "quarter_hours",
    "two_places",
    "off_duty",
    "on_break",
    "seen_while_away",
    "headcount",
    "edited_after",
    "unproved",
    "clock",
]
"""The patterns of DOMAIN.md §7."""


class Decision(BaseModel):
    """What somebody decided, having looked."""

    response_id: str
    by: str
    at: str


class Anomaly(BaseModel):
    """A pattern worth a human look: what made it, and what was decided."""

    alert_id: str
    home_id: str
    pattern: Pattern
    placement_id: str | None = None
    staff_id: str | None = None
    device: str | None = None
    since: str
    raised_at: str
    changed_at: str = Field(description="When it was raised or last worsened.")
    level: int
    entries: list[str] = Field(description="The facts that made it last, in order of when they were.")
    reason: str
    open: bool = Field(description="Nobody has decided yet.")
    decisions: list[Decision]


class Anomalies(BaseModel):
    """A page of anomalies, the last raised first."""

    anomalies: list[Anomaly]
    next: str | None = Field(None, description="Give it as `cursor` for the page behind this one.")


_TOLD: Final = (
    "alert_id",
    "home_id",
    "pattern",
    "placement_id",
    "staff_id",
    "device",
    "level",
    "entries",
    "reason",
)


def listing_shape(listing: Listing, cursor: str | None) -> Anomalies:
    """A page as it is answered."""
    of_alert: dict[tuple[str, str], list[RowMapping]] = {}
    for row in listing.decisions:
        of_alert.setdefault((row["home_id"], row["alert_id"]), []).append(row)
    anomalies = [
        _anomaly(row, of_alert.get((row["home_id"], row["alert_id"]), ())) for row in listing.anomalies
    ]
    return Anomalies(anomalies=anomalies, next=cursor)


def _anomaly(row: RowMapping, decisions: Iterable[RowMapping]) -> Anomaly:
    decided = [
        Decision(response_id=each["response_id"], by=each["decided_by"], at=show_instant(each["decided_at"]))
        for each in decisions
    ]
    return Anomaly(
        **{name: row[name] for name in _TOLD},
        since=show_instant(row["since"]),
        raised_at=show_instant(row["raised_at"]),
        changed_at=show_instant(row["changed_at"]),
        open=not decided,
        decisions=decided,
    )
