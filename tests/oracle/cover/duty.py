"""Who is on duty, on a break, relieving whom, and when each last proved to be awake (DOMAIN.md §4, "Sessions",
"Proof of wake", "Breaks"). Told fact by fact, in whatever order of time the caller goes by; asks for nothing.
"""

from dataclasses import dataclass

from shared.instants import MINUTE
from tests.oracle.records import Told

Place = tuple[str, str | None]
"""A role, and the placement that it is for."""
HOUSE: Place = ("waking", None)
COVERING = ("waking", "one_to_one")
PROOFS = (
    "cover.started.v1",
    "cover.break_ended.v1",
    "cover.proved.v1",
    "check.recorded.v1",
    "cover.handed_over.v1",
)


@dataclass
class Rest:
    """A break: the how manieth of the home, and who is named to relieve."""

    number: int
    relief: str | None


@dataclass
class Session:
    """A worker's session. `since`: when it, or what is left of it since the last break, began; none on a break."""

    staff: str
    place: Place
    since: int | None
    rest: Rest | None = None


@dataclass(frozen=True)
class Stretch:
    """The end of what a session had run since it began or since the last break."""

    session: Session
    how: str


def is_retrospective(fact: Told) -> bool:
    """ "Entered more than 5 min after the moment it describes." """
    return fact.entered - fact.time > 5 * MINUTE


def proof_moment(fact: Told) -> int:
    """ "At the moment he did it (`observed_at`, not after `appended_at`)." """
    return min(fact.time, fact.appended)


def proves(fact: Told) -> bool:
    """Whether recording this fact shows that its actor is awake."""
    accepted = fact.type != "cover.handed_over.v1" or bool(fact.data["accepted"])
    return fact.type in PROOFS and accepted and not is_retrospective(fact)


class Duty:
    """The sessions and proofs of one home."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.proofs: dict[str, int] = {}
        self._breaks = 0

    def prove(self, staff: str, moment: int) -> None:
        """It is the worker's, not the session's; the latest counts."""
        self.proofs[staff] = max(moment, self.proofs.get(staff, moment))

    def act(self, fact: Told, at: int) -> list[Stretch]:
        """What a cover fact changes, it changes now. Returns the stretches of sessions that it ends."""
        data = fact.data
        if fact.type == "cover.started.v1":
            role = data["role"]
            return self._open(
                data["staff_id"], (role, data["placement_id"] if role == "one_to_one" else None), at
            )
        if fact.type == "cover.ended.v1":
            return self._end(data["staff_id"])
        if fact.type == "cover.handed_over.v1":
            return self._hand_over(data, at)
        if fact.type == "cover.break_started.v1":
            return self._break(fact)
        if fact.type == "cover.break_ended.v1":
            self._back(data["staff_id"], at)
        return []

    def _open(self, staff: str, place: Place, at: int) -> list[Stretch]:
        """ "A second start ends the first." """
        ended = self._end(staff)
        self.sessions[staff] = Session(staff, place, at)
        return ended

    def _end(self, staff: str) -> list[Stretch]:
        """The session ends, with its break, and with what it relieved ("until the break or that session ends")."""
        session = self.sessions.pop(staff, None)
        if session is None:
            return []
        for other in self.sessions.values():
            if other.rest is not None and other.rest.relief == staff:
                other.rest.relief = None
        return [Stretch(session, "ended")]

    def _hand_over(self, data: dict[str, object], at: int) -> list[Stretch]:
        giver, taker = str(data["from_staff_id"]), str(data["to_staff_id"])
        given = self.sessions.get(giver)
        if not data["accepted"] or given is None or giver == taker:
            return []
        ended = self._end(giver)
        own = self.sessions.get(taker)
        if own is None or own.place[0] != given.place[0]:
            ended += self._open(taker, given.place, at)
        return ended

    def _break(self, fact: Told) -> list[Stretch]:
        session, relief = self.sessions.get(fact.data["staff_id"]), fact.data.get("relief_staff_id")
        if session is None or session.place[0] not in COVERING:
            return []
        if relief is not None and not is_retrospective(fact):
            self.prove(relief, proof_moment(fact))
        if session.rest is not None:
            session.rest.relief = relief
            return []
        self._breaks += 1
        session.rest, session.since = Rest(self._breaks, relief), None
        return [Stretch(session, "restored")]

    def _back(self, staff: str, at: int) -> None:
        session = self.sessions.get(staff)
        if session is not None and session.rest is not None:
            session.rest, session.since = None, at

    def place_of(self, staff: str) -> Place | None:
        """Where a worker counts, if he is awake: once, and nowhere on a break of his own."""
        session = self.sessions.get(staff)
        if session is None or session.rest is not None:
            return None
        relieved = [
            (other.rest.number, other.place)
            for other in self.sessions.values()
            if other.rest is not None and other.rest.relief == staff
        ]
        return min(relieved)[1] if relieved else session.place

    def is_awake(self, staff: str, at: int, every: int) -> bool:
        """ "*t* < last proof + `proof_every`"; nobody is who never proved it."""
        return staff in self.proofs and at < self.proofs[staff] + every

    def evidenced(self, place: Place, at: int, every: int) -> int:
        """How many distinct evidenced workers count there."""
        return sum(
            self.place_of(staff) == place and self.is_awake(staff, at, every) for staff in self.sessions
        )

    def lapsed(self, place: Place, at: int, every: int) -> list[str]:
        """Those with a session of that place, not on a break, whose proof has lapsed."""
        return sorted(
            one.staff
            for one in self.sessions.values()
            if one.place == place and one.rest is None and not self.is_awake(one.staff, at, every)
        )

    def on_break(self, place: Place) -> list[str]:
        """Those with a session of that place who are on a break."""
        return sorted(
            one.staff for one in self.sessions.values() if one.place == place and one.rest is not None
        )
