"""Who is on duty: the sessions of a home's staff, their breaks and handovers (DOMAIN.md §4). Pure.

The rules stand here once. The fold enacts each move when it takes effect on the log's clock; whoever asks how it was by
the facts' own times enacts the same moves in another order (`shared.home.on_record`). Proofs of wake are not here.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple, TypeAlias

from shared.facts import Fact
from shared.instants import Duration, Instant, parse_duration

Role: TypeAlias = Literal["waking", "one_to_one", "sleep_in"]


class Break(NamedTuple):
    """A break of a waking or one-to-one worker."""

    since: Instant
    """When it began; a further `break_started` does not begin it again."""
    relief: str | None
    """The worker named to take the place, whether on duty here or not."""
    expected: Duration
    """Shown, and changes nothing."""


class Session(NamedTuple):
    """One worker's time on duty, in one role."""

    staff_id: str
    role: str
    placement_id: str | None
    """The child of a one-to-one session."""
    since: Instant
    resumed: Instant
    """Since when without a break: the end of the last one, or `since`."""
    on_break: Break | None = None


Sessions: TypeAlias = dict[str, Session]
"""The open sessions of a home by worker: *a worker has one session at most*. Those on a break stand in the order in
which their breaks began."""

NO_SESSIONS: Final[Sessions] = {}
"""Of every home in which nobody is on duty: never changed, but replaced."""


class Move(NamedTuple):
    """What a fact does to the sessions of its home, and when. Small: a home's moves of some days are kept."""

    at: Instant
    kind: str
    """The fact's type."""
    staff_id: str
    other: str | None = None
    """The role begun; the relief; who takes over."""
    about: str | int | None = None
    """The placement of a one-to-one session; how long a break is expected to be, ms."""


def move_of(fact: Fact, at: Instant) -> Move | None:
    """What a fact of night-cover does at `at`; None where it changes no session."""
    data = fact.data
    match fact.type:
        case "cover.started.v1":
            return Move(at, fact.type, data["staff_id"], data["role"], data.get("placement_id"))
        case "cover.break_started.v1":
            expected = parse_duration(data["expected"])
            return Move(at, fact.type, data["staff_id"], data.get("relief_staff_id"), expected)
        case "cover.break_ended.v1" | "cover.ended.v1":
            return Move(at, fact.type, data["staff_id"])
        case "cover.handed_over.v1" if data["accepted"]:
            return Move(at, fact.type, data["from_staff_id"], data["to_staff_id"])
    return None


def enact(sessions: Sessions, move: Move) -> None:
    """The sessions after `move`. What is told of somebody without a session changes nothing."""
    _ENACTED[move.kind](sessions, move)


def _start(sessions: Sessions, move: Move) -> None:
    """*A second start ends the first.*"""
    role, child = move.other or "", move.about
    of_child = str(child) if role == "one_to_one" and child is not None else None
    _close(sessions, move.staff_id)
    sessions[move.staff_id] = Session(move.staff_id, role, of_child, move.at, move.at)


def _end(sessions: Sessions, move: Move) -> None:
    _close(sessions, move.staff_id)


def _close(sessions: Sessions, staff_id: str) -> None:
    """Whom he relieved, he relieves no more, even if he begins another session: *until the break or that session
    ends*."""
    if sessions.pop(staff_id, None) is None:
        return
    for other in list(sessions.values()):
        if other.on_break is not None and other.on_break.relief == staff_id:
            sessions[other.staff_id] = other._replace(on_break=other.on_break._replace(relief=None))


def _hand_over(sessions: Sessions, move: Move) -> None:
    """*It opens a session in the same role (and for the same placement) for the one who takes over, who keeps his own
    if he has one in that role.*"""
    before, taker = sessions.get(move.staff_id), move.other or ""
    if before is None or taker == move.staff_id:
        return
    _close(sessions, move.staff_id)
    own = sessions.get(taker)
    if own is None or own.role != before.role:
        _close(sessions, taker)
        sessions[taker] = Session(taker, before.role, before.placement_id, move.at, move.at)


def _go_on_break(sessions: Sessions, move: Move) -> None:
    """*A further `break_started` replaces the relief. A sleep-in's break changes nothing.*"""
    session = sessions.get(move.staff_id)
    if session is None or session.role == "sleep_in":
        return
    since = move.at if session.on_break is None else session.on_break.since
    if session.on_break is None:
        del sessions[move.staff_id]  # he comes to the end of those on a break
    relief = None if move.other == move.staff_id else move.other
    expected = move.about if isinstance(move.about, int) else 0
    sessions[move.staff_id] = session._replace(on_break=Break(since, relief, expected))


def _come_back(sessions: Sessions, move: Move) -> None:
    session = sessions.get(move.staff_id)
    if session is not None and session.on_break is not None:
        sessions[move.staff_id] = session._replace(on_break=None, resumed=move.at)


_ENACTED: Final[dict[str, Callable[[Sessions, Move], None]]] = {
    "cover.started.v1": _start,
    "cover.ended.v1": _end,
    "cover.handed_over.v1": _hand_over,
    "cover.break_started.v1": _go_on_break,
    "cover.break_ended.v1": _come_back,
}
