"""The pager's monitor: the log in, the desk out (`services.pager.desk`). Pure: no I/O, no clock.

It raises nothing and decides nothing: it keeps what the engine asks for just before anything is sent. Here is which
fact does what, and what time brings. What happens to alerts is `lives.py`, what a home is `home.py`, answers that count
at once `answers.py`, blind stretches `stretches.py`, the form at rest `saved.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from services.pager import answers, lives, oncallfacts, saved
from services.pager.home import PagerHome, PagerPlacement
from services.pager.stretches import Stretches
from shared.alerting import ACKNOWLEDGED, REOPENED
from shared.facts import Fact
from shared.home import Change, ChangeKind, Homes
from shared.home.valid import is_valid, seen_at
from shared.instants import NEVER, Instant
from shared.monitor import Effect, Row
from shared.topics import ALERTS, CHECK_INS, INPUTS, PAGES, RESPONSES
from shared.watching import NOTHING, Watching


class PagerMonitor(Watching[PagerHome]):
    """Keeps the desk of every home of a partition. See `shared.monitor.Monitor` for the protocol."""

    name = "pager"
    version = 1
    topics: Sequence[str] = (*INPUTS, ALERTS, PAGES)
    tables: Sequence[str] = (saved.HOMES, saved.PLACEMENTS, saved.ALERTS, saved.STRETCHES)

    def __init__(self) -> None:
        super().__init__(Homes(placement=PagerPlacement, home=PagerHome))
        self._houses = cast("dict[str, PagerHome]", self.homes.homes)
        self._stretches = Stretches()
        self._counted = 0
        """Changes of alerts so far."""
        self._on_calls = 0
        """Changes of homes' on-call so far."""
        self._told: dict[str, Row] = {}
        """The rows of alerts that have changed since last asked, by alert."""

    # -- facts

    def _take(self, fact: Fact) -> Iterable[Effect]:
        self._stretches.took()
        if fact.topic in (ALERTS, PAGES, RESPONSES):
            self._follow(self._home(fact), fact)
        elif fact.topic == CHECK_INS:
            self._seen(fact)
        elif fact.type in oncallfacts.ENACTED:
            self._on_call(fact)
        else:
            self._fold(fact)
        return NOTHING

    def _home(self, fact: Fact) -> PagerHome:
        return cast(PagerHome, self.homes.begin_home(fact.home_id))

    def _follow(self, home: PagerHome, fact: Fact) -> None:
        """What becomes of alerts. Of answers something is kept in the home's own row."""
        waited = answers.waited_for(home)
        if fact.topic == ALERTS:
            hold = self._stretches.hold(fact.observed_at, fact.appended_at)
            self._changed(lives.step(home, fact, hold))
        elif fact.type == "page.sent.v1":
            self._changed(lives.paged(home, fact))
        elif fact.type == "response.given.v1":
            self._changed(lives.answered(home, fact))
        if fact.type in (ACKNOWLEDGED, REOPENED) or answers.waited_for(home) != waited:
            self._touch(home)

    def _changed(self, news: lives.News) -> None:
        for kept in news:
            self._counted += 1
            kept = kept._replace(alert=replace(kept.alert, changed=self._counted))
            home = self._houses[kept.alert.home_id]
            if kept.alert.alert_id in home.open:
                home.open[kept.alert.alert_id] = kept
            self._told[kept.alert.alert_id] = saved.alert_row(kept)

    def _seen(self, check: Fact) -> None:
        """A valid check during an absence is a return (§3): acceptance measures absences from it."""
        if check.type != "check.recorded.v1":
            return
        child = self.homes.placement(check.home_id, check.data["placement_id"])
        if child is not None and child.away is not None and is_valid(check, child):
            self._look(self.homes.returned(child, check, seen_at(check)), None)

    def _on_call(self, fact: Fact) -> None:
        """*What a fact changes, it changes from the later of its own time and its `appended_at`.*"""
        home = self._home(fact)
        if fact.observed_at > fact.appended_at:
            self.homes.promise(home, fact)
        else:
            self._enact(home, fact, fact.appended_at)
        self._touch(home)

    def _enact(self, home: PagerHome, fact: Fact, at: Instant) -> None:
        oncallfacts.enact(home, fact, at)
        self._count(home)

    def _count(self, home: PagerHome) -> None:
        self._on_calls += 1
        home.changed = self._on_calls

    def _fold(self, fact: Fact) -> None:
        placement_id = fact.data.get("placement_id")
        before = self._commissioner(fact.home_id, placement_id)
        changes = self.homes.apply(fact)
        home = self._houses.get(fact.home_id)
        if home is None:
            return
        self._look(changes, before)
        if fact.type == "home.registered.v1":  # what was told before has come to its placements
            self._count(home)
            home.moved = dict.fromkeys((*home.moved, *home.placements))
        elif placement_id in home.placements:
            home.moved = {**home.moved, placement_id: None}
        self._touch(home)

    def _commissioner(self, home_id: str, placement_id: str | None) -> str | None:
        child = self.homes.placement(home_id, placement_id or "")
        return None if child is None else child.commissioner_id or None

    def _look(self, changes: Iterable[Change], before: str | None) -> None:
        """Placements have changed. One that starts anew under another commissioner: what was raised before stays the
        first one's."""
        for change in changes:
            child = cast(PagerPlacement, change.placement)
            if change.kind is ChangeKind.STARTED and before and before != child.commissioner_id:
                child.earlier = (*child.earlier, (change.at, before))
            home = self._houses[child.home_id]
            home.moved = {**home.moved, child.id: None}
            self._touch(home)

    # -- time

    def advance(self, to: Instant) -> Iterable[Effect]:
        """See `shared.monitor.Monitor`; nothing comes of it but rows. Raises HomeFault."""
        self._stretches.moved(to)
        return super().advance(to)

    def _fire(self, home: PagerHome, due: Instant, at: Instant) -> list[Effect]:
        """Nothing is past by time alone; what was promised for the next millisecond begins, what ends then is over."""
        while home.next_promise <= due + 1:
            self._keep(home, due + 1)
            home.lit = due + 1
        home.forget_ended(due + 1)
        self._changed(answers.lapse(home, due))
        return []

    def _keep(self, home: PagerHome, upto: Instant) -> None:
        before = {child.id: child.commissioner_id for child in home.placements.values()}
        kept = self.homes.keep_next(home, upto)
        if kept is None:
            return
        promise, changes = kept
        placement_id = promise.fact.data.get("placement_id")
        if promise.fact.type in oncallfacts.ENACTED:
            self._enact(home, promise.fact, promise.at)
        elif placement_id in home.placements:
            home.moved = {**home.moved, placement_id: None}
            self._look(changes, before.get(placement_id))

    def _next_look(self, home: PagerHome) -> Instant:
        begins_or_ends = min(home.next_promise, home.next_end)
        changes = begins_or_ends if begins_or_ends == NEVER else begins_or_ends - 1
        return min(changes, answers.next_lapse(home))

    # -- rows

    def _rows(self, changed: Sequence[PagerHome]) -> Iterable[Row]:
        told, self._told = self._told, {}
        for home in changed:
            yield from saved.home_rows(home)
            home.moved = {}
        yield from told.values()
        stands = self._stretches.turned()
        if stands is not None:
            yield saved.stretches_row(stands)

    def _restored(self, rows: Iterable[Row], clock: Instant) -> Iterable[PagerHome]:
        known = saved.restored(rows, self.homes)
        self._counted, self._on_calls = known.alerts, known.on_calls
        self._stretches = Stretches(clock if clock > 0 else None, known.stretches)
        return list(self._houses.values())

    def _subjects_of(self, home_id: str) -> Iterable[PagerHome]:
        home = self._houses.get(home_id)
        return () if home is None else (home,)
