"""The order in which a home's alerts are decided about, and how far that may go. Pure.

At one instant: what was heard of the home; then what the monitors told, by alert and lifecycle; then what people
answered, as it stands in the log; then, once the instant is over, what it makes due.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from shared.instants import Instant

HEARD: Final = 0
TOLD: Final = 1
ANSWERED: Final = 2
PASSED: Final = 3
"""The phases of one instant, in order."""

OWNERS: Final = ("checks", "cover", "reviews", "integrity")
"""The services whose alerts are decided about."""
SILENCE_OWNERS: Final = ("checks", "cover")
"""The services that own what a silent home and a pattern over nights are made of."""


class Place(NamedTuple):
    """A place in the order; `tie` tells apart what is of one phase of one instant."""

    at: Instant
    phase: int
    tie: tuple[Any, ...] = ()


class Pending(NamedTuple):
    """Something that was read, and waits for its turn."""

    place: Place
    what: dict[str, Any]

    def state(self) -> list[Any]:
        """Its form at rest."""
        return [*self.place, self.what]

    @classmethod
    def restored(cls, state: list[Any]) -> "Pending":
        """Back from its form at rest."""
        at, phase, tie, what = state
        return cls(Place(at, phase, tuple(tie)), what)


@dataclass(frozen=True, slots=True)
class Reached:
    """Up to where, exclusive, each service has told everything; all of it, and all answers, have been read."""

    upto: Mapping[str, Instant]
    through: bool = False
    """All of the last instant is there too (the end of a replay): only what passes at it is still open."""

    def holds(self, place: Place, of: str | None) -> bool:
        """Whether nothing can come before this place any more that matters to it. `of`: the service to wait for; None:
        for all of them."""
        upto = self.least if of is None else self.of(of)
        return place.at < upto or (self.through and place.at == upto and place.phase < PASSED)

    def of(self, service: str) -> Instant:
        """How far one service has come."""
        if service == OWN:
            return min((self.upto[each] for each in SILENCE_OWNERS if each in self.upto), default=self.least)
        return self.upto.get(service, self.least)

    @property
    def least(self) -> Instant:
        """How far all of them have come."""
        return min(self.upto.values())

    @property
    def most(self) -> Instant:
        """How far any of them has come."""
        return max(self.upto.values())

    def __iter__(self) -> Iterator[str]:
        return iter(self.upto)


OWN: Final = "alerts"
"""The service that owns what is decided here."""
