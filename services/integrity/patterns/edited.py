"""`edited_after`: checks of the 2 h before an incident that were corrected after it. Pure.

*An incident: `self_harm`, `ligature_incident`, a `not_found` check, an absence `missing`. Corrected in any way at a
time after it; whichever of the two is told last completes it.*
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from shared.instants import DAY, HOUR, Duration, Instant

BEFORE: Final[Duration] = 2 * HOUR
"""*A check observed in the 2 h before an incident.*"""
KEPT: Final[Duration] = 28 * DAY
"""A check is corrected within 28 days (§2)."""
TRIGGERS: Final = frozenset(("self_harm", "ligature_incident"))


class Incident(NamedTuple):
    """Something grave, at its own time."""

    at: Instant
    told_at: Instant
    fact_id: str


class Correction(NamedTuple):
    """A check was corrected."""

    check_at: Instant
    """When the check was observed."""
    at: Instant
    told_at: Instant
    check_id: str
    fact_id: str


class Edits:
    """A child's incidents and corrections of the last 28 days, and the checks of before the incidents."""

    __slots__ = ("checks", "corrections", "incidents")

    def __init__(self) -> None:
        self.incidents: tuple[Incident, ...] = ()
        self.corrections: tuple[Correction, ...] = ()
        self.checks: dict[bytes, Instant] = {}
        """When each check of the 2 h before an incident was, by the mark of its id."""

    def seen(self, at: Instant, mark: bytes) -> bool:
        """A check was told; whether it lies in the 2 h before an incident."""
        is_before = any(_is_before(at, incident) for incident in self.incidents)
        if is_before:
            self.checks[mark] = at
        return is_before

    def happened(self, incident: Incident, before: Iterable[tuple[Instant, bytes]]) -> list[Correction]:
        """An incident was told, with the checks of before it that are known: the corrections that it completes, in
        order of the checks."""
        self._forget(incident.told_at)
        self.incidents += (incident,)
        for at, mark in before:
            self.checks[mark] = at
        return sorted(each for each in self.corrections if _is_edited_after(each, incident))

    def corrected(self, correction: Correction) -> bool:
        """A correction was told; whether it completes one."""
        self._forget(correction.told_at)
        self.corrections += (correction,)
        return any(_is_edited_after(correction, incident) for incident in self.incidents)

    def withdrawn(self, check_id: str) -> None:
        """The `not_found` check was not so: it is no incident."""
        self.incidents = tuple(each for each in self.incidents if each.fact_id != check_id)

    def _forget(self, clock: Instant) -> None:
        since = clock - KEPT
        self.corrections = tuple(each for each in self.corrections if each.told_at >= since)
        if self.incidents and self.incidents[0].told_at < since:
            self.incidents = tuple(each for each in self.incidents if each.told_at >= since)
            self.checks = {
                mark: at
                for mark, at in self.checks.items()
                if any(_is_before(at, each) for each in self.incidents)
            }

    def state(self) -> list[Any]:
        """Its form at rest."""
        incidents, corrections = map(tuple, self.incidents), map(tuple, self.corrections)
        return [list(incidents), list(corrections), [[mark.hex(), at] for mark, at in self.checks.items()]]


def restored(state: list[Any]) -> Edits:
    """The edits of this state."""
    edits = Edits()
    edits.incidents = tuple(Incident(*each) for each in state[0])
    edits.corrections = tuple(Correction(*each) for each in state[1])
    edits.checks = {bytes.fromhex(mark): at for mark, at in state[2]}
    return edits


def _is_before(check_at: Instant, incident: Incident) -> bool:
    return incident.at - BEFORE <= check_at < incident.at


def _is_edited_after(correction: Correction, incident: Incident) -> bool:
    return _is_before(correction.check_at, incident) and correction.at > incident.at
