"""All homes of a home-partition: who is to be decided about next, and what of them has changed. Pure.

Only the homes in which something waits or passes are looked at: a heap knows the next instant of each.
"""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Any

import orjson

from services.alerts.deciding.home import DecidedHome
from services.alerts.deciding.order import OWN, Reached
from shared.facts import Fact
from shared.instants import NEVER, Instant
from shared.monitor import Effect, HomeFault


class Decider:
    """See the module."""

    def __init__(self) -> None:
        self._homes: dict[str, DecidedHome] = {}
        self._looks: list[tuple[Instant, str]] = []
        self._filed: dict[str, Instant] = {}
        self._changed: dict[str, None] = {}
        self._settled: Instant = -NEVER  # nothing of before it will be asked for: it was decided about
        self._untold: list[Effect] = []
        self.decided: Mapping[str, Instant] = {}
        """How far each service had come when something came of it last: with that, a new reading tells the same."""

    # -- what is read

    def hear(self, fact: Fact) -> None:
        """A check-in or night-cover fact of a home. Hot: each of them comes here, and most find nothing that waits for
        them; but when the home was heard of last has to survive a restart all the same."""
        home = self._homes.get(fact.home_id) or self._home(fact.home_id)
        silence = home.silence
        silence.hearing.hear(fact.appended_at, fact.id, self._settled)
        self._changed[home.id] = None
        if silence.listens:
            self._file(home)

    def told(self, fact: Fact, night: int | None) -> None:
        """What a monitor told; what is decided here itself comes back out of the log, and is known."""
        if fact.source != f"wakeful/{OWN}":
            home = self._home(fact.home_id)
            home.told(fact, night)
            self._touch(home)

    def answered(self, fact: Fact) -> None:
        """What a person answered."""
        home = self._home(fact.home_id)
        home.answered(fact)
        self._touch(home)

    # -- deciding

    @property
    def next(self) -> Instant:
        """Nothing is decided about before this instant; it may be early."""
        return self._looks[0][0] if self._looks else NEVER

    def decide(self, upto: Mapping[str, Instant], *, through: bool = False) -> list[Effect]:
        """Decide about all that lies before these instants (see `Reached`), in order of time. Raises HomeFault: what
        came of the other homes until then is told when it is called again."""
        reached = Reached(upto, through)
        homes = self._to_look_at(reached)
        for number, home_id in enumerate(homes):
            try:
                self._untold += self._look(self._homes[home_id], reached)
            except Exception as cause:
                for later in homes[number + 1 :]:
                    self._file(self._homes[later])
                raise HomeFault(home_id, cause) from cause
        self._settled = max(self._settled, reached.of(OWN))
        effects, self._untold = sorted(self._untold, key=lambda effect: effect.at), []
        if effects:
            self.decided = dict(upto)
        return effects

    def _to_look_at(self, reached: Reached) -> list[str]:
        upto = reached.most + reached.through
        found: list[str] = []
        while self._looks and self._looks[0][0] < upto:
            at, home_id = heappop(self._looks)
            if self._filed.get(home_id) == at:
                del self._filed[home_id]
                found.append(home_id)
        return found

    def _look(self, home: DecidedHome, reached: Reached) -> list[Effect]:
        before = home.next
        effects = home.decide(reached)
        if effects or home.next != before:
            self._changed[home.id] = None
        self._file(home)
        return effects

    # -- homes

    def drop(self, home_id: str) -> None:
        """Forget one home."""
        self._homes.pop(home_id, None)
        self._filed.pop(home_id, None)
        self._changed.pop(home_id, None)

    def _home(self, home_id: str) -> DecidedHome:
        home = self._homes.get(home_id)
        if home is None:
            home = self._homes[home_id] = DecidedHome(home_id)
        return home

    def _touch(self, home: DecidedHome) -> None:
        self._changed[home.id] = None
        self._file(home)

    def _file(self, home: DecidedHome) -> None:
        at = home.next
        if at == NEVER:
            self._filed.pop(home.id, None)
        elif self._filed.get(home.id) != at:
            self._filed[home.id] = at
            heappush(self._looks, (at, home.id))

    # -- at rest

    def changed(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """The homes that have changed since last asked, with their form at rest."""
        changed, self._changed = self._changed, {}
        return [(home_id, self._homes[home_id].state()) for home_id in changed]

    def restore(self, home_id: str, state: Any) -> None:
        """A home back from its form at rest."""
        home = self._home(home_id)
        home.restore(orjson.loads(state) if isinstance(state, str) else state)
        self._file(home)
