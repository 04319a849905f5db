"""Prompts ("are you awake?"): for each worker who must be evidenced tonight, when the next one is. Pure.

1. A worker in a waking or one-to-one session, or relieving one, stays evidenced until last proof + `proof_every` (§4).
2. `by` is the first instant at which he would lapse while he is needed. A prompt counts until then, and never comes
   later.
3. `at` lies 50 to 90 % of the way there: drawn from a keyed number of (home, worker, last proof), so that it is the
   same each time it is asked for, and nobody can tell it beforehand.
4. It is given while he is needed, and within the hour before that begins. On a break nobody is asked.

A check, or anything else that proves, moves it on: whoever is busy with the children is not asked at all.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from shared.home import Home
from shared.home.plans import NightCover
from shared.instants import DAY, HOUR, NEVER, Duration, Instant

Draw: TypeAlias = Callable[[str, str, Instant], bytes]
"""32 bytes that nobody can tell beforehand, and always the same for a home, a worker and a last proof."""

EARLIEST: Final = 0.5
LATEST: Final = 0.9
SOON: Final[Duration] = HOUR
"""So long before a worker is needed the prompt is shown."""
_LOOK: Final[Duration] = DAY
_AT_MOST: Final = 1_000
"""Pieces of the coming day: a home has as many as its plans have edges."""


class Prompt(NamedTuple):
    """The next prompt of one worker."""

    id: str
    """Of the fact that answers it."""
    staff_id: str
    role: str
    placement_id: str | None
    """The child of a one-to-one session."""
    proved_at: Instant | None
    """The last proof; None: there was none yet."""
    at: Instant
    by: Instant


class _Duty(NamedTuple):
    """Somebody who must be awake."""

    staff_id: str
    role: str
    placement_id: str | None
    since: Instant
    proved_at: Instant | None


class _Piece(NamedTuple):
    """A piece of time in which the plans ask for the same all the while."""

    start: Instant
    end: Instant
    needed: bool
    proof_every: Duration


def prompts(home: Home, proofs: Mapping[str, Instant], now: Instant, draw: Draw) -> list[Prompt]:
    """The prompts of everybody on duty in a home that is registered, by worker. `proofs`: the last one of each."""
    found = [_prompt(home, duty, now, draw) for duty in _awake(home, proofs)]
    return sorted((each for each in found if each is not None), key=lambda each: each.staff_id)


def _awake(home: Home, proofs: Mapping[str, Instant]) -> list[_Duty]:
    """Who must be awake. A relief *counts once: in the place of the break that began first*, with its start as a proof;
    *on a break of his own, nowhere*."""
    working = {id_: each for id_, each in home.sessions.items() if each.on_break is None}
    found: dict[str, _Duty] = {}
    for away in home.sessions.values():
        relief = None if away.on_break is None else away.on_break.relief
        if away.on_break is not None and relief in working and relief not in found:
            since = away.on_break.since
            proved_at = max(since, proofs.get(relief, since))
            found[relief] = _Duty(relief, away.role, away.placement_id, since, proved_at)
    for id_, own in working.items():
        if id_ not in found and own.role != "sleep_in":
            found[id_] = _Duty(id_, own.role, own.placement_id, own.since, proofs.get(id_))
    return list(found.values())


def _prompt(home: Home, duty: _Duty, now: Instant, draw: Draw) -> Prompt | None:
    last, begun = duty.proved_at, -NEVER
    for piece in _pieces(home, duty, now):
        if not piece.needed:
            begun = piece.end
            continue
        ends = duty.since if last is None else last + piece.proof_every
        by = max(begun if piece.start == now else piece.start, ends)
        if by < piece.end:
            return None if begun > now + SOON else _drawn(home, duty, begun, by, draw)
    return None


def _drawn(home: Home, duty: _Duty, begun: Instant, by: Instant, draw: Draw) -> Prompt:
    last = duty.proved_at
    number = draw(home.id, duty.staff_id, duty.since if last is None else last)
    part = EARLIEST + (LATEST - EARLIEST) * int.from_bytes(number[:8]) / (1 << 64)
    at = by if last is None else max(begun, last + int((by - last) * part))
    id_ = str(UUID(bytes=number[8:24], version=4))
    return Prompt(id_, duty.staff_id, duty.role, duty.placement_id, last, at, by)


def _pieces(home: Home, duty: _Duty, now: Instant) -> Iterator[_Piece]:
    """The coming day, in pieces: whether somebody on that duty is needed, and the smallest `proof_every` among the
    plans of the children present whose night window holds it."""
    covers = [
        (child.id, child.plan.terms.night)
        for child in home.placements.values()
        if child.present and child.plan is not None and child.plan.terms.night is not None
    ]
    at = now
    for _ in range(_AT_MOST):
        if not covers or at >= now + _LOOK:
            return
        asked = [(child_id, cover, *cover.asks(at)) for child_id, cover in covers]
        holding = [(child_id, cover) for child_id, cover, holds, _ in asked if holds]
        end = min(until for *_, until in asked)
        needed = any(_needs(duty, child_id, cover) for child_id, cover in holding)
        yield _Piece(at, end, needed, min((cover.proof_every for _, cover in holding), default=NEVER))
        at = end


def _needs(duty: _Duty, child_id: str, cover: NightCover) -> bool:
    """*The house: the largest `waking_staff`. One-to-one: a child present whose plan says `dedicated`.*"""
    if duty.role == "one_to_one":
        return cover.dedicated and child_id == duty.placement_id
    return cover.waking_staff > 0
