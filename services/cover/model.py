"""The cover monitor: facts and time in, alerts out (DOMAIN.md §4). Pure: no I/O, no clock.

Here is which fact does what and what time brings. What is asked for and who counts is `standing.py`, the state of one
home `home.py`, how shortages begin, end and are told `shortages.py`, two hours `overruns.py`, what own times show
`evidence.py`, the form at rest `saved.py`.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from services.cover import overruns, saved, shortages
from services.cover.evidence import BREAK, KEPT, SHOWN, Record, own_time, proved_at, proves
from services.cover.home import CoverHome
from services.cover.standing import HOUSE
from shared.facts import Fact
from shared.home import Homes, Placement
from shared.home.fold import ENACTED
from shared.home.valid import RETROSPECTIVE_AFTER, is_retrospective, is_valid, seen_at
from shared.instants import NEVER, Instant
from shared.monitor import Effect, Row
from shared.topics import CHECK_INS, NIGHT_COVER, PLAN_CHANGES
from shared.watching import NOTHING, Watching


class CoverMonitor(Watching[CoverHome]):
    """Watches every home of a partition. See `shared.monitor.Monitor` for the protocol."""

    name = "cover"
    version = 1
    topics: Sequence[str] = (PLAN_CHANGES, NIGHT_COVER, CHECK_INS)
    tables: Sequence[str] = (saved.HOMES, saved.PLACEMENTS, saved.PROOFS)

    def __init__(self) -> None:
        super().__init__(Homes(home=CoverHome))
        self._watched = cast("dict[str, CoverHome]", self.homes.homes)
        self._proved: list[CoverHome] = []
        """Homes whose proofs have changed."""
        self._moved: dict[tuple[str, str], Placement] = {}
        """Placements that have changed, by home and id."""

    # -- facts

    def _take(self, fact: Fact) -> Iterable[Effect]:
        if fact.type == "check.recorded.v1":
            return self._check(fact)
        if fact.type == "cover.proved.v1":
            self._proof(fact)
            return NOTHING
        if fact.topic == NIGHT_COVER:
            return self._shift(fact)
        if fact.type in ENACTED or fact.type == "home.registered.v1":
            return self._changes(fact)
        return NOTHING

    def _check(self, fact: Fact) -> Iterable[Effect]:
        home = self._proof(fact)
        placement = home.placements.get(fact.data["placement_id"])
        if placement is not None and placement.away is not None:
            self._seen_while_away(home, placement, fact)
        return NOTHING

    def _proof(self, fact: Fact) -> CoverHome:
        """What proves that whoever recorded it was awake, and changes no session. *Never a retrospective one.*"""
        home = self._watched.get(fact.home_id)
        if home is None:  # he was awake, whatever is known of the home so far
            home = cast(CoverHome, self.homes.begin_home(fact.home_id))
        at, told = fact.observed_at, fact.appended_at
        if fact.entered_at - at > RETROSPECTIVE_AFTER:
            return home
        known = home.proofs.get(fact.actor)
        if known is None or home.short is not None or known + home.asking.every <= told:
            self._prove(home, fact.actor, at if at < told else told)
            self._look(home, told, fact.id)
        elif known < at:  # the common one, by somebody who is evidenced: only his last proof moves
            home.proofs[fact.actor] = at if at < told else told
            if not home.proved:
                self._note_proofs(home)
        return home

    def _seen_while_away(self, home: CoverHome, placement: Placement, fact: Fact) -> None:
        """A valid check may be a return (§3): the child is present again."""
        if is_valid(fact, placement) and self.homes.returned(placement, fact, seen_at(fact)):
            self._asks_otherwise(home, fact, fact.appended_at)
            self._look(home, fact.appended_at, fact.id)

    def _shift(self, fact: Fact) -> Iterable[Effect]:
        """Who is on duty changes, at once or when its time has come; what it proves, it proves at once."""
        self.homes.apply(fact)
        home = self._watched[fact.home_id]
        at = fact.appended_at
        if home.record is None:
            home.record = Record()
        home.record.tell(fact, own_time(fact))
        needed = at if home.evidence is None else home.evidence.since
        home.record.forget(max(at - SHOWN, min(at - KEPT, needed)))
        if proves(fact):
            self._prove(home, fact.actor, proved_at(fact))
        if fact.observed_at <= at:
            self._named(home, fact)
        effects = overruns.settle(home, at, fact.id)
        self._look(home, at, fact.id)
        return effects

    def _changes(self, fact: Fact) -> Iterable[Effect]:
        self.homes.apply(fact)
        home = self._watched.get(fact.home_id)
        if home is not None:
            self._asks_otherwise(home, fact, fact.appended_at)
            self._look(home, fact.appended_at, fact.id)
        return NOTHING

    # -- what facts have in common

    def _prove(self, home: CoverHome, staff_id: str, moment: Instant) -> None:
        """*It is the worker's, not the session's.*"""
        if home.proofs.get(staff_id, -NEVER) < moment:
            home.proofs[staff_id] = moment
            self._note_proofs(home)
        if home.evidence is not None:
            home.evidence.prove(staff_id, moment)

    def _note_proofs(self, home: CoverHome) -> None:
        if not home.proved:
            home.proved = True
            self._proved.append(home)

    def _named(self, home: CoverHome, fact: Fact) -> None:
        """*The relief named for it … with the break's start as a proof of wake unless it is retrospective.* The break
        has just taken effect."""
        relief = fact.data.get("relief_staff_id") if fact.type == BREAK else None
        if relief is None or is_retrospective(fact):
            return
        session = home.sessions.get(fact.data["staff_id"])
        if session is not None and session.on_break is not None:
            moment = proved_at(fact)
            known = (home.relieved or {}).get(relief, moment)
            home.relieved = {**(home.relieved or {}), relief: max(moment, known)}

    def _asks_otherwise(self, home: CoverHome, fact: Fact, at: Instant) -> None:
        """The fact has changed what is asked for, or promises to."""
        ids: Iterable[str] = (fact.data.get("placement_id", ""),)
        if fact.type == "home.registered.v1":  # what waited for the home's zone may have come to life
            ids = home.placements
        for placement_id in ids:
            if placement_id in home.placements:
                self._moved[home.id, placement_id] = home.placements[placement_id]
        home.reckon(at)

    def _look(self, home: CoverHome, at: Instant, fact_id: str | None) -> None:
        """Something has changed: what is short is looked at, and all is judged when the step is over."""
        shortages.look(home, at, fact_id)
        home.step = at
        self._touch(home)

    # -- time

    def _fire(self, home: CoverHome, due: Instant, at: Instant) -> list[Effect]:
        if home.step != NEVER:
            return self._judge(home)
        effects = shortages.tell(home, due, at) + overruns.tell(home, due, at)
        begins = due + 1
        if home.lapse <= begins:
            home.lapse = home.next_lapse(home.lapses(), due)
        if min(home.asking.until, home.next_promise, home.lapse) <= begins:
            effects += self._begins(home, begins)
        return effects

    def _judge(self, home: CoverHome) -> list[Effect]:
        before = set(home.short or ())
        step, home.step = home.step, NEVER
        effects = shortages.judge(home, step)
        if home.forget(step):
            self._note_proofs(home)
        for place in before ^ set(home.short or ()):
            if place is not HOUSE and place in home.placements:
                self._moved[home.id, place] = home.placements[place]
        return effects

    def _begins(self, home: CoverHome, at: Instant) -> list[Effect]:
        """Windows open and close, proofs lapse, promises are kept: before the facts of that instant."""
        effects: list[Effect] = []
        if home.asking.until <= at:
            home.reckon(at)
        shortages.look(home, at, None)
        while (kept := self.homes.keep_next(home, at)) is not None:
            fact = kept[0].fact
            self._named(home, fact)
            self._asks_otherwise(home, fact, at)
            effects += overruns.settle(home, at, fact.id)
            shortages.look(home, at, None if fact.type == "plan.agreed.v1" else fact.id)
        home.step = home.lit = at
        return effects

    def _next_look(self, home: CoverHome) -> Instant:
        if home.step != NEVER:
            return home.step - 1
        begins = min(home.asking.until, home.next_promise, home.lapse)
        due = begins - 1 if begins != NEVER else NEVER
        return min(due, shortages.next_tell(home), overruns.next_overrun(home))

    # -- state

    def _rows(self, changed: Sequence[CoverHome]) -> Iterable[Row]:
        proved, self._proved = self._proved, []
        moved, self._moved = self._moved, {}
        for home in proved:
            home.proved = False
        return saved.rows(changed, moved.values(), proved, self._clock)

    def _restored(self, rows: Iterable[Row], clock: Instant) -> Iterable[CoverHome]:
        for home in saved.restored(rows, self.homes):
            home.reckon(clock)
            home.lapse = home.next_lapse(home.lapses(), clock)
            yield home

    def _subjects_of(self, home_id: str) -> Iterable[CoverHome]:
        self._proved = [home for home in self._proved if home.id != home_id]
        self._moved = {key: each for key, each in self._moved.items() if key[0] != home_id}
        home = self._watched.get(home_id)
        return () if home is None else (home,)
