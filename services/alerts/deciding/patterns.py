"""Patterns over nights (§6): the same thing in three different nights out of seven, to be looked at by a person. Pure.

A night goes from noon to noon, local, and is known by the number of its first day. What is said of a pattern, and to
whom, is not decided here.
"""

from datetime import date
from typing import Any, Final, NamedTuple

from shared.instants import DAY, Instant

NIGHTS: Final = 3
OUT_OF: Final = 7
QUIET: Final = 7 * DAY
"""*Not again for the same subject within 7 days of being raised.*"""
_WITHOUT: Final = frozenset({"unreported", "superseded"})
"""Closed so, it does not count: it was not so. (`superseded`: a read model that was made anew says that.)"""


class Instance(NamedTuple):
    """One alert that counts."""

    subject: str
    """The placement; empty: the home."""
    night: int
    alert_id: str
    since: Instant


class Pattern(NamedTuple):
    """A pattern that is to be told of."""

    subject: str
    since: Instant
    facts: dict[str, Any]


class Patterns:
    """What counts in one home, and what was told of it."""

    __slots__ = ("_instances", "_told")

    def __init__(self, instances: list[list[Any]] | None = None, told: dict[str, int] | None = None) -> None:
        self._instances = [Instance(*each) for each in instances or ()]
        self._told: dict[str, Instant] = told or {}

    def closed(self, instance: Instance, how: str, at: Instant) -> Pattern | None:
        """An alert was resolved; the pattern that this makes, if it is to be told of."""
        if how in _WITHOUT:
            return None
        self._instances.append(instance)
        same = [each for each in self._instances if each.subject == instance.subject]
        last = max(each.night for each in same)
        lately = sorted({each for each in same if each.night > last - OUT_OF})
        others = [each for each in self._instances if each.subject != instance.subject]
        self._instances = others + lately
        nights = sorted({each.night for each in lately})
        told = self._told.get(instance.subject)
        if len(nights) < NIGHTS or (told is not None and at < told + QUIET):
            return None
        self._told[instance.subject] = at
        facts = {
            "nights": [date.fromordinal(night).isoformat() for night in nights],
            "alerts": sorted(each.alert_id for each in lately),
        }
        return Pattern(instance.subject, min(each.since for each in lately), facts)

    def state(self) -> list[Any]:
        """Its form at rest; empty where there is nothing to keep."""
        if not self._instances and not self._told:
            return []
        return [[list(each) for each in self._instances], dict(self._told)]
