"""The checks monitor: facts and time in, alerts out (DOMAIN.md §3). Pure: no I/O, no clock.

Here is which fact does what and what time brings; the deadline's formula is `deadline.py`, the state of one watch
`watch.py`, how alerts open and close `ringing.py`, the form at rest `saved.py`.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, cast

from services.checks import saved
from services.checks.ringing import Ringing
from services.checks.watch import FORGOTTEN, GONE, NOBODY, NONE_YET, Seen, Watch
from shared.alerting import Resolution
from shared.facts import Fact
from shared.home import Change, ChangeKind, Homes
from shared.home.valid import RETROSPECTIVE_AFTER, SIGNS_OF_LIFE, is_valid, seen_at
from shared.instants import NEVER, Instant
from shared.monitor import Effect, Row
from shared.topics import CHECK_INS, PLAN_CHANGES
from shared.watching import NOTHING, Watching


class Watched(Protocol):
    """A home of this monitor's fold: its placements are watches (`Homes(Watch)`)."""

    placements: dict[str, Watch]


class ChecksMonitor(Watching[Watch]):
    """Watches every placement of a partition. See `shared.monitor.Monitor` for the protocol."""

    name = "checks"
    version = 1
    topics: Sequence[str] = (PLAN_CHANGES, CHECK_INS)
    tables: Sequence[str] = (saved.HOMES, saved.PLACEMENTS)

    def __init__(self) -> None:
        super().__init__(Homes(Watch))
        self._watched = cast("dict[str, Watched]", self.homes.homes)
        self._told: dict[str, None] = {}
        """Homes whose registration has changed."""

    # -- facts

    def _take(self, fact: Fact) -> Iterable[Effect]:
        if fact.type == "check.recorded.v1":
            return self._check(fact)
        if fact.type == "check.corrected.v1":
            return self._corrected(fact)
        return self._changes(fact)

    def _check(self, fact: Fact) -> Iterable[Effect]:
        home = self._watched.get(fact.home_id)
        data = fact.data
        watch = None if home is None else home.placements.get(data["placement_id"])
        if watch is None:
            return NOTHING  # unmatched: kept, and satisfies nothing
        at = fact.observed_at
        if (  # the common check, on a quiet watch: only the deadline moves
            watch.latest_at < at < watch.piece_end
            and watch.piece_start <= at <= fact.appended_at
            and watch.began < at
            and watch.alerts is None
            and not watch.asked
            and fact.entered_at - at <= RETROSPECTIVE_AFTER
            and data["outcome"] == "seen"
            and data.get("sign_of_life") in SIGNS_OF_LIFE
        ):
            watch.moved_on(at, fact.id)
            watch.anchor = at
            watch.demanded = False
            due = at + watch.ceiling if watch.ceiling else NEVER
            watch.fires_grace = grace = watch.grace
            watch.fires = fires = due + grace if due < watch.piece_end else NEVER
            watch.due = due = fires if fires < watch.looks else watch.early_look()
            if due < watch.filed:
                self._wheel.file(watch)
            if not watch.dirty:
                self._note(watch)
            return NOTHING
        return self._unusual(watch, fact)

    def _unusual(self, watch: Watch, fact: Fact) -> Iterable[Effect]:
        at = seen_at(fact)
        if fact.data["outcome"] == "not_found" and watch.in_force:
            return self._touched(watch, self._not_found(watch, fact, at))
        if not is_valid(fact, watch):
            return NOTHING
        return self._touched(watch, self._valid(watch, fact, at))

    def _valid(self, watch: Watch, fact: Fact, at: Instant) -> list[Effect]:
        """*Only a valid check observed later than the latest one moves the gap.*"""
        clock = fact.appended_at
        before = watch.own_deadline()
        changes = self.homes.returned(watch, fact, at)
        if changes:
            watch.begin(at, clock)
        moved = watch.seen(Seen(at, fact.id, bool(changes)))
        watch.settle(at)
        if not moved and watch.alerts is None:
            return []  # an earlier one changes the record, not the deadline
        ringing = Ringing(watch, clock, fact.id)
        if changes:
            ringing.back(Resolution.RETURNED)
        elif moved and watch.watching:
            watch.anchor, watch.demanded = at, False
            watch.reckon(clock)
        ringing.seen(at, before)
        return ringing.effects

    def _not_found(self, watch: Watch, fact: Fact, at: Instant) -> list[Effect]:
        """*Unless a valid check observed later is known or a disposition is open.*"""
        ringing = Ringing(watch, fact.appended_at, fact.id)
        if watch.away is None and watch.known_at <= at:
            ringing.ask("child_not_found", at, {"check_id": fact.id})
        return ringing.effects

    def _corrected(self, fact: Fact) -> Iterable[Effect]:
        """With `withdrawn: true` the check was not so; every other change changes the record only."""
        watch = self._watch(fact.home_id, fact.subject)
        if watch is None or not fact.data["withdrawn"] or not watch.in_force:
            return NOTHING
        check_id = fact.data["check_id"]
        missed = watch.alert("check_missed")
        if missed is not None and check_id in missed.late:
            missed.late.remove(check_id)
        if check_id == watch.latest.id:
            self._withdraw_latest(watch, fact.appended_at)
        elif check_id == watch.remembered.id:
            watch.remembered = FORGOTTEN
        elif watch.never_was(check_id) and watch.watching:
            watch.ask_again(fact.appended_at)
        return self._touched(watch, [])

    def _withdraw_latest(self, watch: Watch, clock: Instant) -> None:
        """*`g` and `D` go back to what the valid check observed before it gives; if the remembered one is gone too, or
        the withdrawn check was a return, the child is due at the instant of the correction.*"""
        gone = watch.latest.is_return or watch.remembered.id == GONE
        if gone:
            watch.quiet += ((watch.latest_at, clock),)
            watch.was_earlier(watch.remembered)
            watch.latest = watch.remembered = FORGOTTEN
        elif watch.remembered.id is NONE_YET:
            watch.latest = NOBODY
        else:
            watch.latest, watch.remembered = watch.remembered, FORGOTTEN
        if not watch.watching:
            return
        watch.anchor, watch.demanded = (clock, True) if gone else (watch.g, False)
        watch.reckon(clock)
        if not gone:
            watch.ask_again(clock)

    # -- homes, placements, plans, absences, concerns

    def _changes(self, fact: Fact) -> Iterable[Effect]:
        changes = self.homes.apply(fact)
        placement_id = fact.data.get("placement_id")
        if placement_id is None:
            self._registered(fact.home_id)
            return NOTHING
        watch = self._watch(fact.home_id, placement_id)
        if watch is None:
            self._told[fact.home_id] = None
            return NOTHING
        return self._touched(watch, self._follow(watch, changes))

    def _registered(self, home_id: str) -> None:
        """What waited for the home's zone may have come to life."""
        self._told[home_id] = None
        home = self._watched.get(home_id)
        for watch in () if home is None else home.placements.values():
            self._touched(watch, [])

    def _watch(self, home_id: str, placement_id: str) -> Watch | None:
        home = self._watched.get(home_id)
        return None if home is None else home.placements.get(placement_id)

    def _follow(self, watch: Watch, changes: Iterable[Change]) -> list[Effect]:
        effects: list[Effect] = []
        for change in changes:
            ringing = Ringing(watch, change.at, change.fact.id)
            self._follow_one(watch, change, ringing)
            effects += ringing.effects
        return effects

    def _follow_one(self, watch: Watch, change: Change, ringing: Ringing) -> None:
        match change.kind:
            case ChangeKind.STARTED:
                watch.forget()
                watch.begin(change.at, change.at)
            case ChangeKind.ENDED:
                watch.forget()
                ringing.ended()
            case ChangeKind.PLAN:
                if watch.watching:
                    watch.plan_changed(change.at)
                    ringing.rule_begins()
            case ChangeKind.AWAY | ChangeKind.REPLACED:
                watch.stop()
                ringing.away(change.before)
            case ChangeKind.BACK:
                watch.begin(change.at, change.at)
                ringing.back(Resolution.RETURNED, child_seen=False)
            case ChangeKind.CONCERN:
                facts = {"concern_id": change.fact.id, "from": change.fact.data["from"]}
                ringing.ask("concern_raised", change.at, facts)

    # -- time

    def _fire(self, watch: Watch, due: Instant, at: Instant) -> list[Effect]:
        ringing = Ringing(watch, at, None)
        ringing.time_passed(due)
        effects = ringing.effects
        begins = due + 1
        while watch.next_promise <= begins:
            effects += self._follow(watch, self.homes.keep(watch, begins))
            watch.lit = begins
        if watch.piece_end <= begins:
            watch.reckon(begins)
            Ringing(watch, begins, None).rule_begins()
        if watch.next_item <= begins:
            watch.ask(begins)
        return effects

    def _next_look(self, watch: Watch) -> Instant:
        return watch.next_look()

    # -- state

    def _touched(self, watch: Watch, effects: list[Effect]) -> list[Effect]:
        self._touch(watch)
        return effects

    def _rows(self, changed: Sequence[Watch]) -> Iterable[Row]:
        told, self._told = self._told, {}
        return saved.rows(self.homes, told, changed)

    def _restored(self, rows: Iterable[Row], clock: Instant) -> Iterable[Watch]:
        return saved.restored(rows, self.homes, clock)

    def _subjects_of(self, home_id: str) -> Iterable[Watch]:
        self._told.pop(home_id, None)
        home = self._watched.get(home_id)
        return () if home is None else home.placements.values()
