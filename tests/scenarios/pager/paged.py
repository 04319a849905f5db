"""A night of on-call as a story: what the log tells, through the pager's monitor and its desk, to whom is told when.

    night.rota("manager", "A").policy(["on_duty"], ["rota:manager"])
    night.until("22:17").missed()
    night.until("22:30")
    night.expect("22:20", "A")

In virtual time, with no engine and no channel: each message is sent the moment the chain asks for it. The monitor dies
after every step and comes back from its rows. Who was told and was not expected fails the test. Clock texts are UTC.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from services.pager import desk_rows
from services.pager.chain.chain import decide
from services.pager.chain.parts import ADMINS, Case, Chain, Decision, found
from services.pager.desk import DeskAlert, DeskHome
from services.pager.oncall import looking
from shared.instants import MINUTE, NEVER, Instant, show_instant
from tests.unit.pager.desk_story import DeskStory


class OnCallNight(DeskStory):
    """H1 is registered, P1 lives there, W1 is on duty."""

    def __init__(self, evening: str = "2026-03-02", morning: str = "2026-03-03") -> None:
        super().__init__(evening, morning)
        self._chains: dict[str, Chain] = {}
        self._messages: list[tuple[Instant, str]] = []
        self.home().child("P1").shift("W1")

    def missed(self, at: str | None = None) -> str:
        """A check is missed; its alert."""
        return self.raised("check_missed", at=at)

    def until(self, clock: str) -> Self:
        """Time goes on, and with it the chains of all that is open."""
        to = self.instant(clock)
        while (look := self._look()) < to:
            self._move(max(look, self.clock + 1))
        self._move(to)
        self._look()
        return self

    def expect(self, clock: str, *people: str) -> Self:
        """These, and nobody else, are told then; it is the first time since what was expected before."""
        at = self.instant(clock)
        heard = [(when, person) for when, person in self._messages if when <= at]
        self._messages = self._messages[len(heard) :]
        assert [(self._shown(when), person) for when, person in heard] == [
            (self._shown(at), person) for person in people
        ]
        return self

    def close(self) -> None:
        super().close()
        assert [(self._shown(when), person) for when, person in self._messages] == [], (
            "told, but not expected"
        )

    def _move(self, to: Instant) -> None:
        """Minute by minute: nobody is blind."""
        while self.clock < to:
            self.clock = min(to, self.clock + MINUTE)
            self.course.reach(self.clock)
        self._die()

    def _look(self) -> Instant:
        """Ask the chain of all that is open; when to look again."""
        with self.engine.connect() as connection:
            ids = [each.alert_id for each in desk_rows.open_alerts(connection, 0)]
            known = desk_rows.read_all(connection, ids)
            opened = [known[id_] for id_ in ids]
            houses = {each.home_id: desk_rows.home(connection, each.home_id) for each in opened}
        return min((self._ask(each, houses[each.home_id]) for each in opened), default=NEVER)

    def _ask(self, alert: DeskAlert, house: DeskHome) -> Instant:
        def people(who: Sequence[str], at: Instant) -> list[str]:
            return [
                person for name in who if name != ADMINS for person in looking.behind(house, alert, name, at)
            ]

        chain = self._chains.get(alert.alert_id) or found(alert, self.clock)
        decision = decide(Case(alert, house, chain, self.clock, people, self._chains))
        self._chains[alert.alert_id] = self._sent(alert, decision)
        return self._ask(alert, house) if decision.look_again <= self.clock else self._again(decision)

    def _sent(self, alert: DeskAlert, decision: Decision) -> Chain:
        self._messages += [(self.clock, queued.person) for queued in decision.queue]
        return replace(decision.chain, sent_at=self.clock) if decision.queue else decision.chain

    def _again(self, decision: Decision) -> Instant:
        """A message that was sent is heard of at once."""
        return self.clock + 1 if decision.queue else decision.look_again

    def _shown(self, at: Instant) -> str:
        return show_instant(at)[11:19]
