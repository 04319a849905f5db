"""What is kept of a home, its children and its workers beside the fold. State, and the small moves on it; which fact
does what is the model's (`model.py`).
"""

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, cast

from services.integrity import proofs, whereabouts
from services.integrity.anomalies import Said
from services.integrity.journal import MANUAL, SIZE, VALID, Entry, Journal
from services.integrity.patterns.child import ALIKE_WITHIN, NEAR, QUARTER, SHORTEST, TWICE_NEAR
from services.integrity.patterns.edited import Edits
from services.integrity.whereabouts import KEPT, NO_MOVES, Moves, Where, where
from shared.home import Home, Placement
from shared.home.on_record import OnRecord
from shared.home.plans import PlanTerms
from shared.instants import DAY, LONG_AGO, MINUTE, NEVER, Duration, Instant
from shared.watching import WatchedHome

WORKER_KEPT: Final[Duration] = 28 * DAY
"""A worker who recorded nothing for so long begins anew."""

Covers = tuple[tuple[Instant, PlanTerms | None], ...]
"""Which terms were in force since when, by when the plan took effect on the log's clock."""


class Worker:
    """One worker's checks, as far as their latest say at a glance that nothing shows."""

    __slots__ = ("appended", "bits", "entered", "entered_before", "number", "on_duty", "seen")

    def __init__(self, number: int) -> None:
        self.number = number
        self.bits = proofs.begun()
        """Which of his last 50 were manual."""
        self.entered: Instant = LONG_AGO
        """The last time at which a check of his was entered, and the one before it."""
        self.entered_before: Instant = LONG_AGO
        self.seen: Instant = LONG_AGO
        """The last time at which a check of his was observed."""
        self.appended: Instant = LONG_AGO
        """When his last check was appended."""
        self.on_duty: Instant = NEVER
        """From then on he is on duty, and not on a break, as far as is known; NEVER: it has to be asked."""

    def took(self, entered_at: Instant, at: Instant, appended_at: Instant) -> None:
        """One more check of his."""
        self.appended = appended_at
        if entered_at >= self.entered:
            self.entered_before, self.entered = self.entered, entered_at
        elif entered_at > self.entered_before:
            self.entered_before = entered_at
        self.seen = max(self.seen, at)


class Child(Placement):
    """One placement, and what its checks say at a glance."""

    __slots__ = (
        "alike",
        "changed",
        "covers",
        "edits",
        "gap",
        "latest",
        "moves",
        "number",
        "quarters",
        "settled",
    )

    def __init__(self, home: Home, id: str) -> None:  # noqa: A002
        super().__init__(home, id)
        self.number = 0
        """What stands for it in the journal; 0: no check of it is there."""
        self.moves: Moves = NO_MOVES
        """Where it was, by the facts' own times."""
        self.settled: Instant = NEVER
        """It is present from then on, as far as is known."""
        self.covers: Covers = ()
        self.edits: Edits | None = None
        self.changed = False
        """Its row is to be written."""
        self.forget()

    def forget(self) -> None:
        """A new stay: no check is carried over."""
        self.latest: Instant = LONG_AGO
        """The latest valid check."""
        self.gap: Duration = 0
        """Between it and the one before."""
        self.alike = 0
        """How many times running the gap was hardly another than the one before, none of them short."""
        self.quarters = 0
        """How many valid checks in a row were near a quarter hour."""

    def moved(self, moves: Moves, clock: Instant) -> None:
        """It was elsewhere than was known."""
        if moves is not self.moves:
            self.moves = whereabouts.pruned(moves, clock)
            settled = whereabouts.settled_since(self.moves)
            self.settled = NEVER if settled is None else settled
            self.changed = True

    def asked(self, at: Instant, terms: PlanTerms | None) -> None:
        """Other terms are in force since `at`; None: none are."""
        old = [each for each in self.covers if each[0] <= at - KEPT]
        self.covers = (*old[-1:], *self.covers[len(old) :], (at, terms))
        self.changed = True

    def present_at(self, at: Instant) -> bool:
        """Whether it was in the home, by the facts' own times as known now."""
        return at >= self.settled or where(self.moves, at) is Where.PRESENT

    def waking_staff(self, at: Instant) -> int:
        """How many its plan asked for then; 0 outside of the window, or where no plan had taken effect."""
        for since, terms in reversed(self.covers):
            if since <= at:
                cover = None if terms is None else terms.night
                return cover.waking_staff if cover is not None and cover.asks(at)[0] else 0
        return 0

    def follow(self, at: Instant) -> None:
        """The glance after one more valid check, the latest of all."""
        if self.latest != LONG_AGO:
            gap = at - self.latest
            if -ALIKE_WITHIN <= gap - self.gap <= ALIKE_WITHIN and gap >= SHORTEST:
                self.alike += 1
            else:
                self.alike = 0
            self.gap = gap
        self.latest = at
        if (at + NEAR) % QUARTER <= TWICE_NEAR:
            self.quarters += 1
        else:
            self.quarters = 0

    def glance(self, valid: list[Entry]) -> None:
        """The glance anew, from the valid checks in order."""
        self.forget()
        for entry in valid:
            self.follow(entry.at)


class HouseOfRecord(WatchedHome):
    """A home, and what was recorded there."""

    __slots__ = (
        "codes",
        "journal",
        "record",
        "said",
        "saved",
        "stale",
        "workers",
    )

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self.stale = True
        """More of it has changed than that checks were added."""
        self.saved = 0
        """How much of the journal stands in the home's own row."""
        self.workers: dict[str, Worker] = {}
        self.journal = Journal()
        self.codes = array("B")
        """Which of the last checks were manual, and whose (`proofs`)."""
        self.record = OnRecord()
        """Who was on duty, by the facts' own times."""
        self.said: Said = {}

    if TYPE_CHECKING:
        placements: dict[str, Child]  # type: ignore[assignment]  # `Homes(Child, HouseOfRecord)` makes them

    @property
    def children(self) -> Iterable[Child]:
        """Its placements, past ones too."""
        return cast("Iterable[Child]", self.placements.values())

    def meet(self, actor: str) -> Worker:
        """A worker who has recorded nothing yet."""
        taken = {worker.number for worker in self.workers.values()}
        number = next(number for number in range(len(taken) + 1) if number not in taken)
        self.workers[actor] = worker = Worker(number)
        self.codes = proofs.roomy(self.codes, number)
        self.stale = True
        self.judge_duty()
        return worker

    def judge_duty(self) -> None:
        """Who of the workers is on duty for good, as known now: of him nobody has to ask at every check."""
        last = self.record.last
        on_duty = self.record.at(last)
        for actor, worker in self.workers.items():
            session = on_duty.get(actor)
            worker.on_duty = last if session is not None and session.on_break is None else NEVER

    def know(self, child: Child) -> int:
        """The number that stands for the child in the journal."""
        if not child.number:
            child.number = max(each.number for each in self.children) + 1
            child.changed = True
        return child.number

    def begin_again(self, child: Child) -> None:
        """A new stay: no check is carried over."""
        if child.number:
            self.journal.begin_again(child.number)
        child.forget()
        self.stale = True

    def tidy(self, clock: Instant) -> None:
        """Forget what no pattern can ask for any more."""
        since = (clock - WORKER_KEPT) // MINUTE
        gone = {worker.number for worker in self.workers.values() if worker.appended // MINUTE < since}
        self.journal.tidy(clock, gone)
        if any(worker.entered > clock for worker in self.workers.values()):
            self.glance_at_workers(self.journal.entries())  # a wild clock must not blind the glance for ever
        if proofs.is_long(self.codes):
            self.codes = proofs.tidied(self.codes)
        if gone:
            self._forget(gone)
        self.stale = True

    def _forget(self, gone: set[int]) -> None:
        """Forget workers of long ago, once nothing of theirs is remembered: their numbers become others'."""
        gone -= {code >> 1 for code in self.codes} | {entry.worker for entry in self.journal.entries()}
        for actor in [actor for actor, worker in self.workers.items() if worker.number in gone]:
            del self.workers[actor]

    def glance_at_workers(self, entries: Iterable[Entry]) -> None:
        """What the workers' latest checks say, from the journal."""
        of_number = {worker.number: worker for worker in self.workers.values()}
        for worker in of_number.values():
            worker.entered = worker.entered_before = worker.seen = LONG_AGO
        for entry in entries:
            if entry.worker in of_number:
                of_number[entry.worker].took(entry.entered_at, entry.at, entry.appended * MINUTE)

    def restored(self, tail: bytes) -> None:
        """The checks that were told since its own row was written are there too, and what all of them say at a
        glance."""
        self.saved = len(self.journal.recent)
        self.journal.recent += tail
        entries = self.journal.entries()
        of_number = {worker.number: worker for worker in self.workers.values()}
        for entry in entries[self.saved // SIZE :]:
            of_number[entry.worker].bits = proofs.with_one_more(
                of_number[entry.worker].bits, bool(entry.flags & MANUAL)
            )
            self.codes.append(proofs.code(entry.worker, bool(entry.flags & MANUAL)))
        self.glance_at_workers(entries)
        valid = sorted((entry for entry in entries if entry.flags & VALID), key=lambda entry: entry.at)
        for child in self.children:
            child.glance([entry for entry in valid if entry.child == child.number])
        self.judge_duty()
