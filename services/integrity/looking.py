"""One fact held against everything that it may complete, and the telling of what shows. Pure.

What each pattern is stands in `patterns`; here is only which are asked of which fact, and what is remembered of it.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from services.integrity import proofs, whereabouts, words
from services.integrity.anomalies import Anomaly, Found, say
from services.integrity.faded import NO_CHILD
from services.integrity.home import Child, HouseOfRecord, Worker
from services.integrity.ids import mark_of
from services.integrity.journal import FUTURE, MANUAL, VALID, Entry, room_mark
from services.integrity.patterns import child as child_patterns
from services.integrity.patterns import worker as worker_patterns
from services.integrity.patterns.duty import is_off_duty, is_on_break, present
from services.integrity.patterns.edited import BEFORE, TRIGGERS, Correction, Edits, Incident
from services.integrity.patterns.worker import Shown
from services.integrity.whereabouts import KEPT, Where, where
from shared.facts import Fact
from shared.home.valid import is_future, is_valid, seen_at
from shared.monitor import Effect
from shared.openalerts import Telling

SERVICE: Final = "integrity"
_IN_ORDER: Final = attrgetter("at", "place")


class Look:
    """A look at one fact."""

    def __init__(self, home: HouseOfRecord, fact: Fact) -> None:
        self.home = home
        self.fact = fact
        self.at = seen_at(fact)
        """When it was, as read: what it completes is `since` then."""
        self.clock = fact.appended_at
        self.is_valid = False
        """Of a check (§3)."""
        self.said: list[tuple[Anomaly, Found]] = []
        """What was raised or worsened."""
        self._telling = Telling(SERVICE, home.id, self.clock, fact.id)

    @property
    def effects(self) -> list[Effect]:
        """What is told."""
        return self._telling.effects

    # -- checks

    def check(self, child: Child | None) -> None:
        """Remember the check, and tell what it completes."""
        worker = self.home.workers[self.fact.actor]
        self.is_valid = child is not None and is_valid(self.fact, child)
        new = self._remembered(child, worker)
        entries = self.home.journal.entries()
        self._of_worker(entries, new, worker)
        self._of_duty()
        self._of_device()
        if child is not None:
            self._of_child(child, new)
        if len(self.home.journal.recent) > self.home.journal.limit:
            self.home.tidy(self.clock)

    def _remembered(self, child: Child | None, worker: Worker) -> Entry:
        fact, journal = self.fact, self.home.journal
        manual = fact.data["proof"] == "manual"
        flags = (
            (VALID if self.is_valid else 0) | (MANUAL if manual else 0) | (FUTURE if is_future(fact) else 0)
        )
        number = NO_CHILD if child is None else self.home.know(child)
        room = room_mark(fact.data.get("room"))
        journal.add(self.at, fact.entered_at, self.clock, worker.number, number, room, flags, fact.id)
        worker.took(fact.entered_at, self.at, self.clock)
        worker.bits = proofs.with_one_more(worker.bits, manual)
        self.home.codes.append(proofs.code(worker.number, manual))
        return journal.entries()[-1]

    def _of_worker(self, entries: Sequence[Entry], new: Entry, worker: Worker) -> None:
        subject = {"staff_id": self.fact.actor}
        self._shown("burst", subject, worker_patterns.burst(entries, new))
        self._shown("two_places", subject, worker_patterns.two_places(entries, new))
        manual = proofs.manual_of(worker.bits)
        if manual is None or manual < worker_patterns.MANUAL_FROM:
            return
        others = proofs.others_manual(self.home.codes, worker.number, worker_patterns.OTHERS_MANUAL_TO)
        if others is not None:
            self._shown("unproved", subject, worker_patterns.unproved(entries, new, others))

    def _of_duty(self) -> None:
        if not self._is_judged():
            return
        subject = {"staff_id": self.fact.actor}
        session = self.home.record.at(self.at).get(self.fact.actor)
        if is_off_duty(self.home, session, self.at):
            self._this("off_duty", subject, words.OFF_DUTY)
        if is_on_break(session):
            self._this("on_break", subject, words.ON_BREAK)

    def _of_device(self) -> None:
        """Attempts too: it is the device's clock that is looked at."""
        off = worker_patterns.CLOCK_OFF
        if is_future(self.fact) or self.fact.observed_at - self.fact.entered_at > off:
            self._this("clock", {"device": self.fact.source}, words.CLOCK)

    def _of_child(self, child: Child, new: Entry) -> None:
        subject = {"placement_id": child.id}
        if self.fact.data["outcome"] == "seen" and where(child.moves, self.at) is Where.AWAY:
            self._this("seen_while_away", subject, words.SEEN_WHILE_AWAY)
        if self.is_valid:
            child.moved(whereabouts.seen(child.moves, self.at, mark_of(self.fact.id)), self.clock)
            valid = self.home.journal.valid(child.number)
            child.glance(valid)
            self._shown("too_regular", subject, child_patterns.too_regular(valid, new))
            self._shown("quarter_hours", subject, child_patterns.quarter_hours(valid, new))
        if child.edits is not None and child.edits.seen(self.at, mark_of(self.fact.id)):
            child.changed = True
        if self.fact.data["outcome"] == "not_found":
            self._incident(child)

    # -- corrections and incidents

    def correction(self, child: Child) -> None:
        """A check was corrected, or withdrawn: *in any way*."""
        check_id = self.fact.data["check_id"]
        if self.fact.data["withdrawn"]:
            self._withdrawn(child, check_id)
        check_at = self._seen_at(child, check_id)
        if check_at is None:
            return
        correction = Correction(check_at, self.at, self.clock, check_id, self.fact.id)
        if self._edits(child).corrected(correction):
            self._edited(child, correction)

    def _withdrawn(self, child: Child, check_id: str) -> None:
        """*A placement's count valid ones not withdrawn*; a `not_found` check that was not so is no incident."""
        if child.edits is not None:
            child.edits.withdrawn(check_id)
        journal = self.home.journal
        journal.withdraw(child.number, check_id)
        child.glance(journal.valid(child.number))
        valid = journal.ever_valid(child.number)
        child.moved(whereabouts.unseen(child.moves, mark_of(check_id), valid), self.clock)

    def _seen_at(self, child: Child, check_id: str) -> int | None:
        at = self.home.journal.seen_at(child.number, check_id)
        if at is None and child.edits is not None:
            return child.edits.checks.get(mark_of(check_id))
        return at

    def _incident(self, child: Child) -> None:
        before = self.home.journal.seen_between(child.number, self.at - BEFORE, self.at)
        incident = Incident(self.at, self.clock, self.fact.id)
        for correction in self._edits(child).happened(incident, before):
            self._edited(child, correction)

    def _edited(self, child: Child, correction: Correction) -> None:
        entries = (correction.check_id, correction.fact_id)
        self._say(Found("edited_after", {"placement_id": child.id}, entries, words.EDITED_AFTER))

    def _edits(self, child: Child) -> Edits:
        child.changed = True
        if child.edits is None:
            child.edits = Edits()
        return child.edits

    # -- handovers, stays, absences

    def handover(self) -> None:
        """*An accepted handover, by day too, whose headcount is not the number of children present.*"""
        counted = self.fact.data["headcount"]
        there = present(self.home, self.at)
        if counted != there and self._is_judged():
            self._this("headcount", {}, words.headcount(counted, there))

    def told_of(self, child: Child, was_away: bool) -> None:
        """A stay, an absence or an incident was told."""
        fact, moves, own = self.fact, child.moves, self.fact.observed_at
        match fact.type:
            case "placement.started.v1":
                self.home.know(child)
                child.moved(whereabouts.started(moves, own, self.clock), self.clock)
            case "placement.ended.v1":
                child.moved(whereabouts.ended(moves, own, self.clock), self.clock)
            case "disposition.started.v1":
                child.moved(
                    whereabouts.away(moves, own, self.home.journal.ever_valid(child.number)), self.clock
                )
                if fact.data["reason"] == "missing":
                    self._incident(child)
            case "disposition.ended.v1":
                child.moved(whereabouts.back(moves, own, self.clock, was_away), self.clock)
            case "review.triggered.v1" if fact.data["trigger"] in TRIGGERS:
                self._incident(child)

    # -- telling

    def _is_judged(self) -> bool:
        """What is more than two days old is not held against who was where: that is not on record any more."""
        return self.clock - self.at <= KEPT

    def _this(self, pattern: str, subject: dict[str, str], reason: str) -> None:
        """The fact alone makes the pattern."""
        self._say(Found(pattern, subject, (self.fact.id,), reason))

    def _shown(self, pattern: str, subject: dict[str, str], shown: Shown | None) -> None:
        if shown is not None:
            ids = tuple(self.home.journal.id_of(each) for each in sorted(shown.entries, key=_IN_ORDER))
            self._say(Found(pattern, subject, ids, shown.reason))

    def _say(self, found: Found) -> None:
        anomaly = say(self.home.said, self.home.zone, self._telling, found, self.at)
        if anomaly is not None:
            self.said.append((anomaly, found))
