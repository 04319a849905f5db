"""Was somebody there after all? What the facts' own times show of a shortage, as known now (DOMAIN.md §4, Gaps).

Here are the record of who was on duty by own times, and the evidence that is gathered while a shortage lasts. Pure.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from services.cover.reading import Proof, Reading, standings
from services.cover.standing import Asking, Place, evidenced, lapses
from shared.facts import Fact
from shared.home import on_record
from shared.home.on_record import OnRecord
from shared.home.plans import shared_text
from shared.home.sessions import move_of
from shared.home.valid import is_retrospective
from shared.instants import DAY, HOUR, Duration, Instant

KEPT: Final[Duration] = DAY
"""How long single moves are kept beyond what an open shortage needs; older ones are one state, to which late facts
still speak."""
SHOWN: Final[Duration] = 7 * DAY
"""How far back a shortage can be asked: what a home without anybody for longer keeps would grow for ever."""
BREAK: Final = "cover.break_started.v1"
_PROOFS: Final = frozenset(
    ("cover.started.v1", "cover.break_ended.v1", "cover.proved.v1", "check.recorded.v1")
)


def proves(fact: Fact) -> bool:
    """Whether it proves that whoever recorded it was awake: *a session start, a break's end, an answered prompt or
    round, any check (an attempt too) or an accepted handover; never a retrospective one*."""
    if fact.type in _PROOFS or (fact.type == "cover.handed_over.v1" and fact.data["accepted"]):
        return not is_retrospective(fact)
    return False


def proved_at(fact: Fact) -> Instant:
    """*At the moment he did it (`observed_at`, not after `appended_at`).*"""
    return min(fact.observed_at, fact.appended_at)


def own_time(fact: Fact) -> Instant:
    """When a fact was so; *a retrospective fact counts only from its `appended_at`*."""
    return fact.effective_at if is_retrospective(fact) else fact.observed_at


class Named(NamedTuple):
    """A break for which somebody was named: its own time, whose, who, and when that proved that he was awake."""

    at: Instant
    staff_id: str
    relief: str
    moment: Instant


class Record:
    """Who was on duty in one home by the facts' own times."""

    __slots__ = ("moves", "named")

    def __init__(self, moves: OnRecord | None = None, named: tuple[Named, ...] = ()) -> None:
        self.moves = OnRecord() if moves is None else moves
        self.named = named

    def tell(self, fact: Fact, at: Instant) -> None:
        """One more fact of night-cover, in the order of the log; `at`: its own time."""
        move = move_of(fact, at)
        if move is None:
            return
        other = None if move.other is None else shared_text(move.other)
        self.moves.tell(
            move._replace(kind=shared_text(move.kind), staff_id=shared_text(move.staff_id), other=other)
        )
        if move.kind == BREAK and other is not None and not is_retrospective(fact):
            self.named = (*self.named, Named(move.at, move.staff_id, other, proved_at(fact)))

    def forget(self, before: Instant) -> None:
        """Moves before this are one state, give or take an hour."""
        if before > self.moves.since + HOUR:
            self.moves.forget(before)
            self.named = tuple(each for each in self.named if each.at >= before)

    def relieved(self, end: Instant) -> Iterator[Named]:
        """Those of the named whose break was one by own times, too: its worker was on duty. Before `end`."""
        if not self.named:
            return
        named = {(each.at, each.staff_id, each.relief): each for each in self.named}
        for move, sessions in self.moves.walk(end):
            found = named.get((move.at, move.staff_id, move.other or "")) if move.kind == BREAK else None
            session = sessions.get(move.staff_id)
            if found is not None and session is not None and session.role != "sleep_in":
                yield found

    def state(self) -> list[Any]:
        """Its form at rest."""
        return [self.moves.state(), [tuple(each) for each in self.named]]


def restored_record(state: list[Any]) -> Record:
    """The record of this state."""
    return Record(on_record.restored(state[0]), tuple(Named(*each) for each in state[1]))


class Evidence:
    """What is gathered while a home is short of somebody: the proofs that workers gave, and what was asked for, *as it
    stood on the log's clock*."""

    __slots__ = ("asked", "proofs", "since")

    def __init__(
        self, since: Instant, proofs: dict[str, list[Instant]], asked: list[tuple[Instant, Asking]]
    ) -> None:
        self.since = since
        """Of the earliest shortage; it can be asked from here on."""
        self.proofs = proofs
        """By worker, in order; of those up to `since` the last."""
        self.asked = asked
        """From each instant to the next."""

    def stands(self, at: Instant, asking: Asking) -> None:
        """From `at` on this is asked for."""
        if not self.asked or self.asked[-1][1][:3] != asking[:3]:
            self.asked.append((at, asking))

    def prove(self, staff_id: str, moment: Instant) -> None:
        """One more proof of wake."""
        moments = self.proofs.setdefault(staff_id, [])
        place = bisect_right(moments, moment)
        if place == 0 and moments and moments[0] <= self.since:
            return
        insort(moments, moment)
        every = min(asking.every for _, asking in self.asked)
        for each in (place + 1, place, place - 1):  # what its neighbours show without it needs not be kept
            if 0 < each < len(moments) - 1 and moments[each + 1] - moments[each - 1] <= every:
                del moments[each]

    def forget(self, before: Instant) -> None:
        """It can be asked from there on, give or take an hour; a shortage of before then is not shown any more."""
        if before <= self.since + HOUR:
            return
        self.since = before
        self.asked = self.asked[max(bisect_right(self.asked, before, key=lambda step: step[0]) - 1, 0) :]
        for staff_id, moments in self.proofs.items():
            self.proofs[staff_id] = moments[max(bisect_right(moments, before) - 1, 0) :]

    def state(self) -> list[Any]:
        """Its form at rest."""
        return [self.since, self.proofs, [[at, *asking] for at, asking in self.asked]]


def restored_evidence(state: list[Any]) -> Evidence:
    """The evidence of this state."""
    since, proofs, asked = state
    steps = [
        (at, Asking(staff, every, tuple((child, number) for child, number in children), until))
        for at, staff, every, children, until in asked
    ]
    return Evidence(since, proofs, steps)


def was_there(record: Record, evidence: Evidence, place: Place, since: Instant, now: Instant) -> bool:
    """Whether the own times, as known now, show evidenced ≥ required at `place` for all of [since, now)."""
    if since < max(evidence.since, record.moves.since):
        return False
    proofs = [Proof(named.at, named.relief, named.moment) for named in record.relieved(now)]
    proofs += [Proof(at, staff_id, at) for staff_id, moments in evidence.proofs.items() for at in moments]
    on_duty = [(at, dict(sessions)) for at, sessions in record.moves.pieces(since, now)]
    reading = Reading(on_duty, evidence.asked, sorted(proofs))
    return all(
        evidenced(lapses(sessions, proved, asking.every).get(place, ()), at) >= asking.required(place)
        for at, sessions, asking, proved in standings(reading, since, now)
    )
