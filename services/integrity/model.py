"""The integrity monitor: records that look wrong, for a human to look at (DOMAIN.md §7). Pure: no I/O, no clock.

Here is which fact does what. Most facts are checks in which nothing shows, and a few comparisons tell so; all others
are held against what was recorded before (`looking.py`). What each pattern is stands in `patterns`, what is kept of a
home in `home.py`, what was raised in `anomalies.py`, the form at rest in `saved.py`.
"""

from collections.abc import Iterable, Sequence
from typing import Final, cast

from services.integrity import saved
from services.integrity.anomalies import decided
from services.integrity.home import Child, HouseOfRecord
from services.integrity.ids import mark_of
from services.integrity.journal import MANUAL, VALID, room_mark
from services.integrity.looking import Look
from services.integrity.patterns.child import ON_THE_QUARTER
from services.integrity.patterns.duty import is_asked
from services.integrity.patterns.worker import CLOCK_OFF, ENTERED_WITHIN, MANUAL_FROM, ROOMS_WITHIN
from services.integrity.proofs import BITS, FULL, OVERFULL
from shared.events.sealing import is_there
from shared.facts import Fact
from shared.home import Change, ChangeKind, Homes
from shared.home.on_record import KEPT as RECORD_KEPT
from shared.home.sessions import move_of
from shared.home.valid import FUTURE_BEYOND, RETROSPECTIVE_AFTER, SIGNS_OF_LIFE
from shared.instants import NEVER, Instant
from shared.monitor import Effect, Row
from shared.topics import INPUTS, NIGHT_COVER
from shared.watching import NOTHING, Watching

_CLOCK_AHEAD: Final = -CLOCK_OFF
_REGULAR: Final = 5
"""So many times running a gap is like the one before it where six are alike."""


class IntegrityMonitor(Watching[HouseOfRecord]):
    """Looks at every record of a partition. See `shared.monitor.Monitor` for the protocol."""

    name = "integrity"
    version = 1
    topics: Sequence[str] = INPUTS
    tables: Sequence[str] = saved.TABLES

    def __init__(self) -> None:
        super().__init__(Homes(Child, HouseOfRecord))
        self._houses = cast("dict[str, HouseOfRecord]", self.homes.homes)
        self._news: list[Row] = []
        """Rows for readers alone: anomalies and decisions."""

    # -- facts

    def _take(self, fact: Fact) -> Iterable[Effect]:
        if fact.type == "check.recorded.v1":
            return self._check(fact)
        if fact.topic == NIGHT_COVER:
            return self._shift(fact)
        if fact.type == "check.corrected.v1":
            return self._corrected(fact)
        if fact.type == "response.given.v1":
            return self._answered(fact)
        return self._changes(fact)

    def _check(self, fact: Fact) -> Iterable[Effect]:
        home = self._houses.get(fact.home_id)
        if home is None or not home.zone:
            return NOTHING  # nobody knows its nights
        data = fact.data
        child = home.placements.get(data["placement_id"])
        worker = home.workers.get(fact.actor) or home.meet(fact.actor)
        at, entered_at, appended_at = fact.observed_at, fact.entered_at, fact.appended_at
        if child is None or not (  # the common check: at a glance nothing shows
            worker.seen + ROOMS_WITHIN <= at <= appended_at + FUTURE_BEYOND
            and at > child.latest
            and at >= child.settled
            and entered_at > worker.entered_before + ENTERED_WITHIN
            and entered_at >= worker.entered
            and _CLOCK_AHEAD <= entered_at - at <= RETROSPECTIVE_AFTER
            and child.in_force
            and child.started_at <= at  # type: ignore[operator]  # it has one: it is in force
            and data["outcome"] == "seen"
            and data.get("sign_of_life") in SIGNS_OF_LIFE
            and child.away is None
            and child.number
        ):
            return self._look(home, child, fact)
        if at < worker.on_duty and not self._may_check(home, fact.actor, at):
            return self._look(home, child, fact)
        child.follow(at)
        is_manual = data["proof"] == "manual"
        bits = worker.bits << 1 | is_manual
        if bits >= OVERFULL:
            bits = bits & BITS | FULL
        if child.alike >= _REGULAR or child.quarters >= ON_THE_QUARTER or bits.bit_count() > MANUAL_FROM:
            return self._look(home, child, fact)
        if child.edits is not None and child.edits.seen(at, mark_of(fact.id)):
            child.changed = home.stale = True
        worker.bits = bits
        worker.entered_before, worker.entered = worker.entered, entered_at
        worker.seen, worker.appended = at, appended_at
        home.codes.append(worker.number << 1 | is_manual)
        flags = VALID | MANUAL if is_manual else VALID
        journal = home.journal
        room = room_mark(data.get("room"))
        journal.add(at, entered_at, appended_at, worker.number, child.number, room, flags, fact.id)
        if len(journal.recent) > journal.limit:
            home.tidy(appended_at)
        if not home.dirty:
            self._note(home)
        return NOTHING

    def _may_check(self, home: HouseOfRecord, actor: str, at: Instant) -> bool:
        """Whether neither `off_duty` nor `on_break` shows in a check at `at`."""
        session = home.record.at(at).get(actor)
        return not is_asked(home, at) if session is None else session.on_break is None

    def _look(self, home: HouseOfRecord, child: Child | None, fact: Fact) -> Iterable[Effect]:
        """Hold the check against everything that it may complete."""
        look = Look(home, fact)
        look.check(child)
        if child is not None:
            if look.is_valid and self.homes.returned(child, fact, look.at):
                child.changed = True
            home.stale = home.stale or child.changed
        return self._looked(home, look)

    def _shift(self, fact: Fact) -> Iterable[Effect]:
        self.homes.apply(fact)
        home = self._houses.get(fact.home_id)
        if home is None:
            return NOTHING  # nobody knows its nights
        move = move_of(fact, fact.observed_at)
        if move is not None:
            home.record.forget(fact.appended_at - RECORD_KEPT)
            home.record.tell(move)
            home.judge_duty()
        home.stale = True
        look = Look(home, fact)
        if home.zone and fact.type == "cover.handed_over.v1" and fact.data["accepted"]:
            look.handover()
        return self._looked(home, look)

    def _corrected(self, fact: Fact) -> Iterable[Effect]:
        home = self._houses.get(fact.home_id)
        child = None if home is None else home.placements.get(fact.subject)
        if home is None or child is None:
            return NOTHING
        home.stale = True
        look = Look(home, fact)
        look.correction(child)
        return self._looked(home, look)

    def _answered(self, fact: Fact) -> Iterable[Effect]:
        """*After a decision nothing more is said of it that night.* Whether it closes the alert is the alerts service's
        to say."""
        home = self._houses.get(fact.home_id)
        if home is None or fact.data["kind"] != "decide" or not is_there(fact.data.get("reason")):
            return NOTHING
        decided(home.said, fact.data["alert_id"], fact.effective_at)
        self._news.append(saved.decision_row(fact))
        home.stale = True
        self._note(home)
        return NOTHING

    def _changes(self, fact: Fact) -> Iterable[Effect]:
        home = self._houses.get(fact.home_id)
        was_away = self._was_away(home, fact)
        changes = self.homes.apply(fact)
        home = self._houses.get(fact.home_id)
        if home is None:
            return NOTHING
        child = home.placements.get(fact.data.get("placement_id", ""))
        home.stale = True
        look = Look(home, fact)
        if child is not None and home.zone:
            child.changed = True
            look.told_of(child, was_away)
        if fact.type == "home.registered.v1":  # what waited for it has begun
            for each in home.children:
                each.changed = True
        self._follow(changes)
        return self._looked(home, look)

    def _was_away(self, home: HouseOfRecord | None, fact: Fact) -> bool:
        child = None if home is None else home.placements.get(fact.data.get("placement_id", ""))
        return child is not None and child.away is not None

    def _follow(self, changes: Iterable[Change]) -> None:
        """What asks for night cover counts from when it took effect (§7)."""
        for change in changes:
            child = cast(Child, change.placement)
            if change.kind in (ChangeKind.STARTED, ChangeKind.PLAN, ChangeKind.ENDED):
                child.asked(change.at, None if child.plan is None else child.plan.terms)
            if change.kind is ChangeKind.STARTED:
                cast(HouseOfRecord, child.home).begin_again(child)

    # -- time

    def _fire(self, home: HouseOfRecord, due: Instant, at: Instant) -> list[Effect]:
        """Nothing is past by time alone; what was promised for the next millisecond begins."""
        while (kept := self.homes.keep_next(home, due + 1)) is not None:
            promise, changes = kept
            child = home.placements.get(promise.fact.data.get("placement_id", ""))
            if child is not None:  # whatever it changes, it is promised no more
                child.changed = True
            self._follow(changes)
            home.lit = due + 1
            home.stale = True
        return []

    def _next_look(self, home: HouseOfRecord) -> Instant:
        promised = home.next_promise
        return promised if promised == NEVER else promised - 1

    # -- state

    def _looked(self, home: HouseOfRecord, look: Look) -> Iterable[Effect]:
        for anomaly, found in look.said:
            self._news.append(saved.anomaly_row(home, anomaly, found, look.clock))
            home.stale = True
        self._touch(home)
        return look.effects

    def _rows(self, changed: Sequence[HouseOfRecord]) -> Iterable[Row]:
        news, self._news = self._news, []
        yield from saved.rows(changed)
        yield from news

    def _restored(self, rows: Iterable[Row], clock: Instant) -> Iterable[HouseOfRecord]:
        return saved.restored(rows, self.homes)

    def _subjects_of(self, home_id: str) -> Iterable[HouseOfRecord]:
        home = self._houses.get(home_id)
        return () if home is None else (home,)
