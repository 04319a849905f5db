"""A home's night of cover put together, noon to noon local, as it was known at an instant, or as it is known now. Pure.

By the facts' own times throughout (DOMAIN.md §2): a late phone changes the record, though not what was told.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

from services.cover.evidence import Record, proved_at, proves
from services.cover.model import CoverMonitor
from services.cover.reading import Proof, Reading, Standing, standings
from services.cover.standing import HOUSE, NEVER_PROVED, Asking, Place, asking_of, counted, place_of
from shared.alerting import open_between
from shared.facts import Fact
from shared.home import PlanVersion
from shared.home.own_times import OwnTimes, own_times
from shared.home.sessions import Session, move_of
from shared.instants import NEVER, Duration, Instant
from shared.replay import replay
from shared.schedule import night
from shared.topics import NIGHT_COVER

State: TypeAlias = Literal["awake", "lapsed", "on_break", "sleep_in"]


class Worker(NamedTuple):
    """Somebody on duty."""

    staff_id: str
    role: str
    placement_id: str | None
    """The child of a one-to-one session."""
    state: State
    """`lapsed`: no proof of wake holds. `sleep_in`: he may sleep, and relieves nobody."""
    counts: Place
    """Where he counts while he is awake."""
    relieving: bool


class Band(NamedTuple):
    """A piece of time throughout which it stood so."""

    start: Instant
    end: Instant
    required: int
    evidenced: int
    staff: tuple[Worker, ...]

    @property
    def short(self) -> bool:
        """Whether somebody was lacking."""
        return self.required > self.evidenced


class OnDuty(NamedTuple):
    """Somebody who is on duty at the end of what is shown."""

    session: Session
    proved_at: Instant | None
    """His last proof of wake."""


class CoverNight(NamedTuple):
    """The record of a home's night."""

    start: Instant
    end: Instant
    as_of: Instant
    house: tuple[Band, ...]
    """From the start up to the end, or to `as_of` where that is earlier."""
    children: Mapping[str, tuple[Band, ...]]
    """The same for each child who needed somebody for himself at any time of the night."""
    on_duty: tuple[OnDuty, ...]
    alerts: tuple[dict[str, Any], ...]
    """The events of the alerts that were open in the night, in order."""


def cover_night(facts: Sequence[Fact], zone: str, day: date, as_of: Instant) -> CoverNight:
    """The night that begins at noon of `day`. `facts`: all of the home's, in log order; those appended after `as_of`
    are not read."""
    start, end = night(zone, day)
    known = [fact for fact in facts if fact.appended_at <= as_of]
    told = replay(known, (CoverMonitor,), as_of)
    refused = {refusal.fact for refusal in told.refused}
    stood = [fact for fact in known if fact not in refused]
    upto = min(end, as_of)
    record = _record(stood)
    reading = _reading(stood, record, zone, start, upto)
    children = sorted({child for _, asking in reading.asked for child, _ in asking.children})
    events = [effect.event for effect in told.effects]
    return CoverNight(
        start,
        end,
        as_of,
        tuple(_bands(reading, HOUSE, start, upto)),
        {child: tuple(_bands(reading, child, start, upto)) for child in children},
        tuple(_on_duty(record, reading, upto)),
        tuple(event for _, event in open_between(events, start, end)),
    )


# -- the facts by their own times


def _record(facts: Iterable[Fact]) -> Record:
    record = Record()
    for fact in facts:
        if fact.topic == NIGHT_COVER and move_of(fact, fact.observed_at) is not None:
            record.tell(fact, fact.observed_at)
    return record


def _reading(facts: Sequence[Fact], record: Record, zone: str, start: Instant, upto: Instant) -> Reading:
    placement_ids = {fact.data["placement_id"] for fact in facts if fact.type == "placement.started.v1"}
    children = {each: own_times(facts, zone, each) for each in sorted(placement_ids)}
    proofs = [Proof(named.at, named.relief, named.moment) for named in record.relieved(upto)]
    proofs += [Proof(proved_at(fact), fact.actor, proved_at(fact)) for fact in facts if proves(fact)]
    on_duty = [(at, dict(sessions)) for at, sessions in record.moves.pieces(start, upto)]
    return Reading(on_duty, list(_asked(children, start, upto)), sorted(proofs))


def _asked(
    children: Mapping[str, OwnTimes], start: Instant, upto: Instant
) -> Iterator[tuple[Instant, Asking]]:
    """What was asked for, from each instant to the next."""
    spans = {edge for times in children.values() for span in times.watched for edge in span}
    edges = sorted(spans | {each.since for times in children.values() for each in times.history})
    at = start
    while at < max(upto, start + 1):
        asking = asking_of(_present(children, at), at)
        yield at, asking
        later = bisect_right(edges, at)
        at = min(asking.until, edges[later] if later < len(edges) else NEVER)


def _present(children: Mapping[str, OwnTimes], at: Instant) -> Iterator[tuple[str, PlanVersion | None]]:
    """The children present, each with the version in force."""
    for placement_id, times in children.items():
        if any(span.start <= at < span.end for span in times.watched):
            place = bisect_right(times.history, at, key=lambda version: version.since)
            yield placement_id, times.history[place - 1] if place else None


# -- bands


def _bands(reading: Reading, place: Place, start: Instant, upto: Instant) -> Iterator[Band]:
    """Pieces of time, each as long as it can be."""
    bands = [_band(standing, place) for standing in standings(reading, start, upto)]
    merged: list[Band] = []
    for band in bands:
        if not merged or merged[-1][2:] != band[2:]:
            merged.append(band)
    ends = [*(band.start for band in merged[1:]), upto]
    for band, end in zip(merged, ends, strict=False):
        yield band._replace(end=end)


def _band(standing: Standing, place: Place) -> Band:
    staff = tuple(_workers(standing))
    awake = sum(worker.state == "awake" and worker.counts == place for worker in staff)
    shown = tuple(each for each in staff if place is HOUSE or place in (each.counts, each.placement_id))
    return Band(standing.at, standing.at, standing.asking.required(place), awake, shown)


def _workers(standing: Standing) -> Iterator[Worker]:
    counts = dict(counted(standing.sessions))
    for staff_id, session in sorted(standing.sessions.items()):
        own = place_of(session)
        place = counts.get(staff_id, own)
        relieving = staff_id in counts and place != own
        proved = standing.proved.get(staff_id, NEVER_PROVED)
        state: State = "awake" if standing.at < proved + standing.asking.every else "lapsed"
        if session.on_break is not None:
            state = "on_break"
        elif session.role == "sleep_in" and not relieving:
            state = "sleep_in"
        yield Worker(staff_id, session.role, session.placement_id, state, place, relieving)


def _on_duty(record: Record, reading: Reading, upto: Instant) -> Iterator[OnDuty]:
    proved: dict[str, Instant] = {}
    for begins, staff_id, moment in reading.proofs:
        if begins <= upto:
            proved[staff_id] = max(moment, proved.get(staff_id, moment))
    for staff_id, session in sorted(record.moves.at(upto).items()):
        yield OnDuty(session, proved.get(staff_id))


def required_for(bands: Iterable[Band]) -> Duration:
    """How long somebody was required."""
    return sum(band.end - band.start for band in bands if band.required)


def short_for(bands: Iterable[Band]) -> Duration:
    """How long somebody was lacking."""
    return sum(band.end - band.start for band in bands if band.short)
