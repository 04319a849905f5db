"""One home's cover on the log's clock (DOMAIN.md §2, §4 "Gaps", "Two hours"): instant by instant, over every instant at
which anything may change. What is asked for and who is there are worked out anew at each.
"""

from dataclasses import dataclass, field
from typing import Any

from shared.instants import HOUR, MINUTE
from tests.oracle.cover.asked import Asked, asked_at, moments
from tests.oracle.cover.duty import HOUSE, Duty, Place, Stretch, proof_moment, proves
from tests.oracle.cover.own_times import was_there
from tests.oracle.house import House
from tests.oracle.records import Told
from tests.oracle.refusals import is_refused
from tests.oracle.telling import Alert, Teller

NIGHT_COVER = "cover."
OVERRUN = 2 * HOUR


@dataclass
class Shortage:
    """An open shortage at a place, told or not yet; which fact has ended it within the step, if one has."""

    since: int
    alert: Alert | None = None
    over: bool = False
    ended_by: str | None = None

    def due(self, place: Place) -> int:
        """When it is told next ("house 5 min, one-to-one 2 min"; then "every 15 min (one-to-one: 5)")."""
        grace, again = (5 * MINUTE, 15 * MINUTE) if place == HOUSE else (2 * MINUTE, 5 * MINUTE)
        return self.since + grace if self.alert is None else self.alert.last + again


@dataclass
class CoverNight:
    """One home and its clock."""

    house: House
    teller: Teller
    duty: Duty = field(default_factory=Duty)
    refused: list[str] = field(default_factory=list)
    _known: list[Told] = field(default_factory=list)
    """Cover facts and checks, as far as told."""
    _promises: list[Told] = field(default_factory=list)
    _asking: list[tuple[int, Asked]] = field(default_factory=list)
    _short: dict[Place, Shortage] = field(default_factory=dict)
    _overruns: dict[str, Alert] = field(default_factory=dict)

    def play(self, facts: list[Told], until: int) -> None:
        """From the first fact to `until`: what is due at an instant is told once the clock has gone beyond it."""
        fixed = moments(facts, until)
        at: int | None = fixed[0]
        while at is not None:
            self._step(at, [fact for fact in facts if fact.appended == at])
            if at < until:
                self._tell_due(at)
            later = [one for one in (*fixed, *self._dues()) if at < one <= until]
            at = min(later, default=None)

    def _step(self, at: int, told: list[Told]) -> None:
        """Time alone, then what was promised for this instant, then its facts; then it is judged as a whole."""
        self._look(at, None)
        while promised := [one for one in (*self.house.promises, *self._promises) if one.effective == at]:
            first = min(promised, key=lambda fact: fact.order)
            self._keep(first, at)
            self._look(at, first.id)
        for fact in told:
            self._take(fact, at)
            self._look(at, fact.id)
        self._judge(at)

    def _keep(self, promise: Told, at: int) -> None:
        if promise in self._promises:
            self._promises.remove(promise)
            self._stretches(self.duty.act(promise, at), at, promise)
        else:
            self.house.promises.remove(promise)
            self.house.act(promise, at)

    def _take(self, fact: Told, at: int) -> None:
        if is_refused(self.house, fact):
            self.refused.append(fact.id)
            return
        if fact.type == "check.recorded.v1" or fact.type.startswith(NIGHT_COVER):
            self._known.append(fact)
            if proves(fact):
                self.duty.prove(fact.actor, proof_moment(fact))
        if not fact.type.startswith(NIGHT_COVER):
            self.house.take(fact)
        elif fact.effective > at:
            self._promises.append(fact)
        else:
            self._stretches(self.duty.act(fact, at), at, fact)

    def _is_short(self, place: Place, at: int, asked: Asked) -> bool:
        return asked.required(place) > self.duty.evidenced(place, at, asked.every)

    def _look(self, at: int, fact_id: str | None) -> None:
        """Which open shortages are over as it stands now, and by what."""
        asked = asked_at(self.house, at)
        for place, shortage in self._short.items():
            over = not self._is_short(place, at, asked)
            if over and not shortage.over:
                shortage.ended_by = fact_id
            shortage.over = over

    def _judge(self, at: int) -> None:
        asked = asked_at(self.house, at)
        self._asking.append((at, asked))
        for place, shortage in list(self._short.items()):
            if shortage.over:
                del self._short[place]
                if shortage.alert is not None:
                    how = self._how(place, shortage.since, at, asked)
                    self.teller.resolve(shortage.alert, at, how, shortage.ended_by)
        for place in asked.places():
            if place not in self._short and self._is_short(place, at, asked):
                self._short[place] = Shortage(at)

    def _how(self, place: Place, since: int, now: int, asked: Asked) -> str:
        if asked.required(place) == 0:
            return "ended"
        return "unreported" if was_there(self._known, self._asking, place, since, now) else "restored"

    def _stretches(self, stretches: list[Stretch], at: int, fact: Told) -> None:
        """ "Resolved `restored` by a break, `ended` by the session's end." """
        for stretch in stretches:
            alert = self._overruns.pop(stretch.session.staff, None)
            if alert is not None:
                self.teller.resolve(alert, at, stretch.how, fact.id)

    def _dues(self) -> list[int]:
        running = [one.since + OVERRUN for one in self.duty.sessions.values() if one.since is not None]
        return [*(shortage.due(place) for place, shortage in self._short.items()), *running]

    def _tell_due(self, at: int) -> None:
        asked = self._asking[-1][1]
        for place, shortage in self._short.items():
            if shortage.due(place) == at:
                self._tell_shortage(place, shortage, at, asked)
        for session in self.duty.sessions.values():
            if session.place[0] == "one_to_one" and session.since == at - OVERRUN:
                self._overruns[session.staff] = self.teller.raise_alert(
                    "observer_overrun",
                    session.staff,
                    session.since,
                    at,
                    {"placement_id": session.place[1]},
                    0,
                    "staff_id",
                )

    def _tell_shortage(self, place: Place, shortage: Shortage, at: int, asked: Asked) -> None:
        facts = self._facts(place, at, asked)
        if shortage.alert is not None:
            self.teller.worsen(shortage.alert, at, facts)
        elif place == HOUSE:
            shortage.alert = self.teller.raise_alert(
                "cover_gap", self.house.id, shortage.since, at, facts, 0, None
            )
        else:
            shortage.alert = self.teller.raise_alert(
                "one_to_one_gap", str(place[1]), shortage.since, at, facts, 0
            )

    def _facts(self, place: Place, at: int, asked: Asked) -> dict[str, Any]:
        if place != HOUSE:
            return {"plan_version": dict(asked.versions)[str(place[1])]}
        return {
            "required": asked.staff,
            "evidenced": self.duty.evidenced(HOUSE, at, asked.every),
            "lapsed": self.duty.lapsed(HOUSE, at, asked.every),
            "on_break": self.duty.on_break(HOUSE),
        }
