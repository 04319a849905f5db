"""A home that has gone silent (§6): nothing heard for a quarter of an hour, and two or more checks missed there. Pure.

*Missed* and *short of cover* are as the monitors told them, at the instant that is being decided about; which messages
that holds back is the pager's.
"""

from typing import Any, Final, NamedTuple

from services.alerts.deciding.hearing import Hearing
from shared.instants import NEVER, Instant

MISSED: Final = "check_missed"
JOINING: Final = frozenset({MISSED, "cover_gap", "one_to_one_gap"})
"""The kinds that join a silent home; a pattern over nights is made of the same."""
TWO: Final = 2


class Near(NamedTuple):
    """An open alert of one of these kinds."""

    kind: str
    placement_id: str
    since: Instant
    night: int | None


class Silent(NamedTuple):
    """The open `home_silent`."""

    id: str
    raised_at: Instant
    members: set[str]
    """Those that are still open."""


class Silence:
    """One home."""

    __slots__ = ("_two_at", "hearing", "near", "silent")

    def __init__(self) -> None:
        self.hearing = Hearing()
        self.near: dict[str, Near] = {}
        self.silent: Silent | None = None
        self._two_at: Instant = NEVER  # from here on the home may be called silent

    def opened(self, alert_id: str, near: Near, at: Instant) -> bool:
        """One of these is raised; whether it joins a silent home."""
        if alert_id in self.near:
            return False
        self.near[alert_id] = near
        if near.kind == MISSED and len(self._missed()) == TWO:
            self._two_at = at
        if self.silent is None:
            return False
        self.silent.members.add(alert_id)
        return True

    def closed(self, alert_id: str) -> Near | None:
        """One of these is resolved."""
        near = self.near.pop(alert_id, None)
        if self.silent is not None:
            self.silent.members.discard(alert_id)
        if len(self._missed()) < TWO:
            self._two_at = NEVER
        return near

    @property
    def listens(self) -> bool:
        """Whether what is heard changes when something is to be decided."""
        return self.silent is not None or self._two_at != NEVER

    @property
    def due(self) -> Instant:
        """When it will have gone silent, by what was heard so far; NEVER: there is no reason to say so."""
        if self.silent is not None or self._two_at == NEVER:
            return NEVER
        return self.hearing.silence(self._two_at)[0]

    def begins(self) -> tuple[Instant, Instant, list[str]]:
        """It has gone silent: since when, from when on both are so, and the alerts that say so."""
        at, last = self.hearing.silence(self._two_at)
        members = sorted(self._missed())
        since = min(self.near[each].since for each in members) if last is None else last
        return since, at, members

    @property
    def heard(self) -> tuple[Instant, str] | None:
        """What ends the silence, if it has been read."""
        return None if self.silent is None else self.hearing.after(self.silent.raised_at)

    def ends(self, at: Instant) -> None:
        """Something was heard. It may be called silent again from here on."""
        self.silent = None
        if self._two_at != NEVER:
            self._two_at = max(self._two_at, at)

    def _missed(self) -> list[str]:
        return [id_ for id_, near in self.near.items() if near.kind == MISSED]

    def state(self) -> dict[str, Any]:
        """Its form at rest: what there is."""
        state: dict[str, Any] = {}
        if heard := self.hearing.state():
            state["heard"] = heard
        if self.near:
            state["near"] = {id_: list(near) for id_, near in self.near.items()}
        if self.silent is not None:
            state["silent"] = [self.silent.id, self.silent.raised_at, sorted(self.silent.members)]
        if self._two_at != NEVER:
            state["two_at"] = self._two_at
        return state

    def restore(self, state: dict[str, Any]) -> None:
        """Back from its form at rest."""
        self.hearing = Hearing(*state.get("heard", ()))
        self.near = {id_: Near(*near) for id_, near in state.get("near", {}).items()}
        if (silent := state.get("silent")) is not None:
            self.silent = Silent(silent[0], silent[1], set(silent[2]))
        self._two_at = state.get("two_at", NEVER)
