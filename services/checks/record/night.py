"""A child's night put together: noon to noon local, as it was known at an instant, or as it is known now. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from services.checks.deadline import Asked, asked_between
from services.checks.model import ChecksMonitor
from services.checks.record.gaps import Gap, gaps
from shared.alerting import open_between
from shared.facts import Fact
from shared.home.own_times import Check, OwnTimes, own_times
from shared.instants import Duration, Instant
from shared.replay import replay
from shared.schedule import night


class Compliance(NamedTuple):
    """*The share of time and of gaps within the ceiling, and the longest gap; never slots.* Shares are None where no
    rule was in force."""

    time_share: float | None
    gap_share: float | None
    watched: Duration
    """Time in which a rule was in force."""
    overdue: Duration
    """The part of it beyond the ceiling."""
    longest: Gap | None


class NightRecord(NamedTuple):
    """The record of one placement's night."""

    start: Instant
    end: Instant
    as_of: Instant
    gaps: tuple[Gap, ...]
    checks: tuple[Check, ...]
    items: tuple[tuple[Asked, Check | None], ...]
    """The `times` items of the night, each with the first valid check that settled it."""
    absences: tuple[tuple[Instant, Instant, str], ...]
    compliance: Compliance
    alerts: tuple[dict[str, Any], ...]
    """The events of the alerts about this placement that were open in the night, in order."""


def night_record(
    facts: Sequence[Fact], zone: str, placement_id: str, day: date, as_of: Instant
) -> NightRecord:
    """The night that begins at noon of `day`. `facts`: all of the home's, in log order; those appended after `as_of`
    are not read."""
    start, end = night(zone, day)
    known = [fact for fact in facts if fact.appended_at <= as_of]
    told = replay(known, (ChecksMonitor,), as_of)
    refused = {id(refusal.fact) for refusal in told.refused}
    times = own_times([fact for fact in known if id(fact) not in refused], zone, placement_id)
    mine = tuple(gap for gap in gaps(times, as_of) if _is_of(gap, start, end))
    return NightRecord(
        start,
        end,
        as_of,
        mine,
        tuple(check for check in times.checks if start <= check.seen_at < end),
        tuple(_items(times, start, min(end - 1, as_of))),
        tuple(
            (max(a.start, start), min(a.end, end), why)
            for a, why in times.absences
            if a.start < end and a.end > start
        ),
        _compliance(mine),
        tuple(
            event
            for about, event in open_between([effect.event for effect in told.effects], start, end)
            if about.get("placement_id") == placement_id
        ),
    )


def _is_of(gap: Gap, start: Instant, end: Instant) -> bool:
    """A gap belongs to the night in which it ends, so that it is recorded once; one that is open, to every night it
    reaches into."""
    return start < gap.end <= end or (gap.open and gap.start < end and start < gap.end)


def _compliance(mine: Sequence[Gap]) -> Compliance:
    watched = sum(gap.elapsed for gap in mine)
    overdue = sum(gap.overdue for gap in mine)
    kept = sum(gap.status in ("on_time", "unreported") for gap in mine)
    return Compliance(
        (watched - overdue) / watched if watched else None,
        kept / len(mine) if mine else None,
        watched,
        overdue,
        max(mine, key=lambda gap: gap.elapsed, default=None),
    )


def _items(times: OwnTimes, start: Instant, upto: Instant) -> list[tuple[Asked, Check | None]]:
    return [
        (item, next((check for check in times.checks if check.valid and check.seen_at >= item.opens), None))
        for item in asked_between(times.history, start, upto)
        if any(span.start <= item.at < span.end for span in times.watched)
    ]
