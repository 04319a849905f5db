"""What a home's plans ask for at an instant, and who counts where: the standing of §4. Pure; no alert is decided here.

A *place* is where a worker counts: the house, or one child who needs somebody for himself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from shared.home import PlanVersion
from shared.home.plans import PROOF_EVERY
from shared.home.sessions import Session, Sessions
from shared.instants import NEVER, Duration, Instant

Place: TypeAlias = str | None
"""The house, or a child's placement id."""
HOUSE: Final = None
NOWHERE: Final = ""
"""The place of a sleep-in: *shown, and counts for nothing*."""
NEVER_PROVED: Final[Instant] = -NEVER


class Asking(NamedTuple):
    """What is asked for, and until when that stands as it is."""

    staff: int
    """Waking staff for the house."""
    every: Duration
    """How long a proof of wake holds."""
    children: tuple[tuple[str, int], ...]
    """Who needs somebody for himself, each with the number of his plan's version."""
    until: Instant

    def required(self, place: Place) -> int:
        """How many evidenced workers are asked for at `place`."""
        if place is HOUSE:
            return self.staff
        return int(any(child == place for child, _ in self.children))

    def version(self, child: str) -> int:
        """The number of the version that asks for somebody with this child; 0 where none does."""
        return next((number for each, number in self.children if each == child), 0)

    def places(self) -> Iterator[Place]:
        """Where anybody is asked for."""
        if self.staff > 0:
            yield HOUSE
        for child, _ in self.children:
            yield child


ASKS_NOTHING: Final = Asking(0, PROOF_EVERY, (), NEVER)


def asking_of(present: Iterable[tuple[str, PlanVersion | None]], at: Instant) -> Asking:
    """*The largest `waking_staff`, and the smallest `proof_every`, among the plans in force of the children present
    whose night window holds t; a child present whose plan says `dedicated`, in its night window, requires one.*

    `present`: the children present, each with the version in force."""
    staff, every, until = 0, NEVER, NEVER
    children: list[tuple[str, int]] = []
    for placement_id, plan in present:
        if plan is None or plan.terms.night is None:
            continue
        night = plan.terms.night
        holds, edge = night.asks(at)
        until = min(until, edge)
        if holds:
            staff, every = max(staff, night.waking_staff), min(every, night.proof_every)
            if night.dedicated:
                children.append((placement_id, plan.number))
    every = PROOF_EVERY if every == NEVER else every
    return _shared_asking(staff, every, tuple(sorted(children)), until)


@lru_cache(maxsize=4096)
def _shared_asking(
    staff: int, every: Duration, children: tuple[tuple[str, int], ...], until: Instant
) -> Asking:
    """The one for all homes that ask for the same."""
    return Asking(staff, every, children, until)


def place_of(session: Session) -> Place:
    """Where a session counts, by its role."""
    if session.role == "waking":
        return HOUSE
    return session.placement_id or NOWHERE


def counted(sessions: Sessions) -> Iterator[tuple[str, Place]]:
    """Every worker who counts while he is awake, and where: *once, in the place of the break that began first; on a
    break of his own, nowhere*."""
    relieved: dict[str, Place] = {}
    for session in sessions.values():
        if session.on_break is not None and session.on_break.relief is not None:
            relieved.setdefault(session.on_break.relief, place_of(session))
    for staff_id, session in sessions.items():
        if session.on_break is None:
            yield staff_id, relieved.get(staff_id, place_of(session))


def lapses(sessions: Sessions, proved: Mapping[str, Instant], every: Duration) -> dict[Place, list[Instant]]:
    """By place, from when on each worker who counts there is no longer evidenced: his last proof + `every`."""
    found: dict[Place, list[Instant]] = {}
    for staff_id, place in counted(sessions):
        found.setdefault(place, []).append(proved.get(staff_id, NEVER_PROVED) + every)
    return found


def evidenced(ends: Sequence[Instant], at: Instant) -> int:
    """How many of those who lapse at `ends` are evidenced at `at`."""
    return sum(end > at for end in ends)


def lapsed(
    sessions: Sessions, proved: Mapping[str, Instant], every: Duration, place: Place, at: Instant
) -> list[str]:
    """The staff with a session of that place, not on a break, whose proof has lapsed, or who never gave one."""
    return sorted(
        staff_id
        for staff_id, session in sessions.items()
        if session.on_break is None
        and place_of(session) == place
        and proved.get(staff_id, NEVER_PROVED) + every <= at
    )


def on_break(sessions: Sessions, place: Place) -> list[str]:
    """The staff with a session of that place who are on a break."""
    return sorted(
        staff_id
        for staff_id, session in sessions.items()
        if session.on_break is not None and place_of(session) == place
    )
