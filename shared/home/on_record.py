"""Who was on duty by the facts' own times, as known now: the other reading of the same moves. Pure.

Asked for *unreported* (DOMAIN.md §4) and for what stood *at the entries' own times* (§7).

A home's moves of the last days are kept; what is older is one state, to which late facts still speak. Which own time a
fact has (a retrospective one may count only from its append) is the caller's to say.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Final

from shared.home.sessions import NO_SESSIONS, Break, Move, Session, Sessions, enact
from shared.instants import DAY, LONG_AGO, NEVER, Duration, Instant

KEPT: Final[Duration] = 2 * DAY
"""How far back of the newest told moment the record can be asked."""


class OnRecord:
    """The moves of one home in order of their own times; of one time, in the order in which they were told."""

    __slots__ = ("_begun", "_moves", "_now", "since")

    def __init__(self) -> None:
        self.since: Instant = LONG_AGO
        """From here on it can be asked."""
        self._begun: Sessions = NO_SESSIONS  # as of `since`
        self._moves: tuple[Move, ...] = ()
        self._now: Sessions | None = None  # after the last move, once that was asked for

    def tell(self, move: Move) -> None:
        """One more move, with its own time as `at`, in the order of the log."""
        moves = self._moves
        if not moves or moves[-1].at <= move.at:
            self._moves = (*moves, move)
            if self._now is not None:
                enact(self._now, move)
        else:
            place = bisect_right(moves, move.at, key=lambda each: each.at)
            self._moves = (*moves[:place], move, *moves[place:])
            self._now = None

    def forget(self, before: Instant) -> None:
        """Moves before this are one state."""
        if before <= self.since:
            return
        place = bisect_right(self._moves, before, key=lambda move: move.at)
        if place:
            self._begun = self._read(before) or NO_SESSIONS
            self._moves = self._moves[place:]
        self.since = before

    @property
    def last(self) -> Instant:
        """When the last move that is kept was: from then on all stands as it does."""
        return self._moves[-1].at if self._moves else LONG_AGO

    def at(self, instant: Instant) -> Sessions:
        """The sessions as they stood at `instant`, moves of that instant included; not to be changed. Before `since`:
        as of `since`."""
        moves = self._moves
        if not moves or moves[-1].at <= instant:
            if self._now is None:
                self._now = self._read(NEVER)
            return self._now
        return self._read(instant)

    def _read(self, upto: Instant) -> Sessions:
        sessions = dict(self._begun)
        for move in self._moves:
            if move.at > upto:
                break
            enact(sessions, move)
        return sessions

    def pieces(self, start: Instant, end: Instant) -> Iterator[tuple[Instant, Sessions]]:
        """From `start` to `end` (left out): each instant from which the sessions stand as given, `start` first. The one
        dict is changed as the reading goes on."""
        sessions, place = dict(self._begun), 0
        moves = self._moves
        while place < len(moves) and moves[place].at <= start:
            enact(sessions, moves[place])
            place += 1
        yield start, sessions
        while place < len(moves) and moves[place].at < end:
            at = moves[place].at
            while place < len(moves) and moves[place].at == at:
                enact(sessions, moves[place])
                place += 1
            yield at, sessions

    def walk(self, end: Instant) -> Iterator[tuple[Move, Sessions]]:
        """Every move that is kept before `end`, in order, with the sessions just before it. The one dict is changed as
        the reading goes on."""
        sessions = dict(self._begun)
        for move in self._moves:
            if move.at >= end:
                return
            yield move, sessions
            enact(sessions, move)

    def state(self) -> list[Any]:
        """Its form at rest."""
        return [self.since, sessions_state(self._begun), [tuple(move) for move in self._moves]]


def restored(state: list[Any]) -> OnRecord:
    """The record of this state."""
    record = OnRecord()
    record.since, begun, moves = state
    record._begun = restore_sessions(begun) or NO_SESSIONS
    record._moves = tuple(Move(*move) for move in moves)
    return record


def sessions_state(sessions: Sessions) -> list[Any]:
    """The form at rest of open sessions."""
    return [
        [*session[:5], None if session.on_break is None else tuple(session.on_break)]
        for session in sessions.values()
    ]


def restore_sessions(state: list[Any]) -> Sessions:
    """The sessions of this state."""
    return {
        staff_id: Session(staff_id, role, child, since, resumed, None if away is None else Break(*away))
        for staff_id, role, child, since, resumed, away in state
    }
