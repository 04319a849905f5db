"""Where a child was by the facts' own times, as known now: in the home, away, or not placed there. Pure.

DOMAIN.md §7: *as they stood at the entries' own times, as known when the fact is applied*. A child's moves of the last
days are kept in order of their own times; what is older is one state.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple

from shared.instants import DAY, NEVER, Duration, Instant

KEPT: Final[Duration] = 2 * DAY
"""How far back it can be asked; what is older is not judged by who was where."""
_FEW: Final = 6


class Where(Enum):
    """Where a child is."""

    ELSEWHERE = "elsewhere"
    """No stay in this home."""
    PRESENT = "present"
    AWAY = "away"


class Went(Enum):
    """What moved a child."""

    STARTED = "started"
    ENDED = "ended"
    AWAY = "away"
    BACK = "back"
    SEEN = "seen"
    """*The first valid check in an absence ends it* (§3)."""


class Move(NamedTuple):
    """A child's move, at its own time."""

    at: Instant
    kind: Went
    check: bytes = b""
    """Of SEEN: the mark of the check's id (`ids.mark_of`)."""


Moves = tuple[Move, ...]
NO_MOVES: Final[Moves] = ()

_IN_FORCE: Final = (Where.PRESENT, Where.AWAY)


def where(moves: Moves, at: Instant) -> Where:
    """Where the child was at `at`, moves of that instant included. A further disposition replaces the one before."""
    now = Where.ELSEWHERE
    for move in moves:
        if move.at > at:
            break
        now = _after(now, move.kind)
    return now


def _after(before: Where, kind: Went) -> Where:
    if kind is Went.STARTED:
        return Where.PRESENT if before is Where.ELSEWHERE else before
    if before is Where.ELSEWHERE or kind is Went.ENDED:
        return Where.ELSEWHERE
    return Where.AWAY if kind is Went.AWAY else Where.PRESENT


def settled_since(moves: Moves) -> Instant | None:
    """From when on the child is present for good, as known now; None: it is not."""
    if not moves or where(moves, moves[-1].at) is not Where.PRESENT:
        return None
    return moves[-1].at


# -- what was told


def started(moves: Moves, at: Instant, clock: Instant) -> Moves:
    """A stay begins. One told anew before it began: the later word holds. None begins before the last one ended."""
    standing = tuple(move for move in moves if move.kind is not Went.STARTED or move.at <= clock)
    last_end = max((move.at for move in standing if move.kind is Went.ENDED), default=at)
    return _with(standing, Move(max(at, last_end), Went.STARTED))


def ended(moves: Moves, at: Instant, clock: Instant) -> Moves:
    """A stay ends, not before it began; what was promised of it for later is promised no more. Of two ends that are
    still to come the earlier holds."""
    promised = next((move for move in moves if move.kind is Went.ENDED and move.at > clock), None)
    if promised is not None and promised.at > at:
        moves = tuple(move for move in moves if move is not promised)
    if where(moves, NEVER) is Where.ELSEWHERE:
        return moves
    began = max((move.at for move in moves if move.kind is Went.STARTED), default=at)
    ends = max(at, began)
    return _with(tuple(move for move in moves if move.at <= ends), Move(ends, Went.ENDED))


def away(moves: Moves, at: Instant, valid: Iterable[tuple[Instant, bytes]]) -> Moves:
    """An absence begins. `valid`: the valid checks that are known, in order: the first one in it ends it."""
    return _ended_by_the_first(_with(moves, Move(at, Went.AWAY)), at, valid)


def back(moves: Moves, at: Instant, clock: Instant, is_away: bool) -> Moves:
    """An absence ends. *An end told while none is open cancels those promised* (§3)."""
    if not is_away:
        moves = tuple(move for move in moves if move.kind is not Went.AWAY or move.at <= clock)
    return _with(moves, Move(at, Went.BACK))


def seen(moves: Moves, at: Instant, check: bytes) -> Moves:
    """A valid check: it ends the absence in which it lies."""
    return _with(moves, Move(at, Went.SEEN, check)) if where(moves, at) is Where.AWAY else moves


def unseen(moves: Moves, check: bytes, valid: Iterable[tuple[Instant, bytes]]) -> Moves:
    """The check was withdrawn: the absence that it ended ends with the next valid one, as far as it is known."""
    gone = [move for move in moves if move.kind is Went.SEEN and move.check == check]
    if not gone:
        return moves
    return _ended_by_the_first(tuple(move for move in moves if move not in gone), gone[0].at, valid)


def _ended_by_the_first(moves: Moves, start: Instant, valid: Iterable[tuple[Instant, bytes]]) -> Moves:
    for at, check in valid:
        if at >= start:
            return seen(moves, at, check)
    return moves


def _with(moves: Moves, move: Move) -> Moves:
    """With this move among them: by time, then as told; a check is held against what else is of its instant."""
    return tuple(sorted((*moves, move), key=lambda each: (each.at, each.kind is Went.SEEN)))


def pruned(moves: Moves, clock: Instant) -> Moves:
    """Without what is too old to be asked for."""
    horizon = clock - KEPT
    if len(moves) < _FEW or moves[1].at > horizon:
        return moves
    old = [move for move in moves if move.at <= horizon]
    standing = where(moves, horizon)
    begun = [Move(horizon, Went.STARTED)] if standing in _IN_FORCE else []
    left = [Move(horizon, Went.AWAY)] if standing is Where.AWAY else []
    return (*begun, *left, *moves[len(old) :])
