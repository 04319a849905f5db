"""How the oracle keeps a home: a fact as told, an absence, a stay, a placement. No rules here."""

from dataclasses import dataclass, field
from typing import Any

from shared.instants import MINUTE, parse_instant, show_instant
from tests.oracle.gap import Sighting, Watch
from tests.oracle.telling import Alert


@dataclass(frozen=True)
class Told:
    """A fact with its times as numbers, and its place in the home's order."""

    order: int
    appended: int
    time: int
    entered: int
    id: str
    type: str
    data: dict[str, Any]
    subject: str = ""
    actor: str = ""

    @property
    def effective(self) -> int:
        """ "From the later of its own time and its `appended_at`." """
        return max(self.time, self.appended)

    @property
    def observed(self) -> int:
        """ "An `observed_at` more than 60 s after `appended_at` is read as `appended_at`." """
        return self.appended if self.time > self.appended + MINUTE else self.time


@dataclass
class Absence:
    """The open disposition: when it began as it counts, and when the absence that it may extend began."""

    fact: Told
    start: int
    absence_start: int
    expired: bool = False


@dataclass
class Stay:
    """One life of a placement in this home."""

    started: int
    default_plan: dict[str, Any] | None
    watch: Watch | None
    sightings: list[Sighting] = field(default_factory=list)
    kept: list[Sighting] = field(default_factory=list)
    """What the monitor remembers of them, five at the most (a decision: a stale `not_found` is told rather than held
    against a check that nothing remembers)."""
    away: Absence | None = None
    missing_since: int | None = None
    not_found: int = 0
    concern: int = 0
    open: dict[str, Alert] = field(default_factory=dict)


@dataclass
class Placement:
    """A child's placement, before, in and after a stay. `plans` are those told for this stay or the next."""

    id: str
    plans: list[Told] = field(default_factory=list)
    stay: Stay | None = None


def absence_facts(fact: Told) -> dict[str, Any]:
    """What the alerts of an absence say of it."""
    return {
        "reason": fact.data["reason"],
        "expected_end": show_instant(parse_instant(fact.data["expected_end"])),
    }


def remember(stay: Stay, check: Sighting | None = None) -> None:
    """Keep, of those that stand, the latest two of the watch and the latest three of the others."""
    kept = [one for one in (*stay.kept, *([check] if check else [])) if not one.withdrawn]
    kept.sort(key=lambda one: -one.observed)
    began = stay.watch.began if stay.watch is not None else 0
    two = [one for one in kept if one.observed >= began][:2]
    stay.kept = two + [one for one in kept if one not in two][:3]
