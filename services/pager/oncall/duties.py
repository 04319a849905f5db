"""The duties of a rota as it is written: when each holds, by instants or by the week in the home's zone. Pure.

A duty is half-open: its first instant belongs to it, its last does not, so that at a hand-over there is one person and
never none. A local time that the clocks leave out is the instant they jump; one that comes twice is the first
(`shared.schedule`). Overrides are not here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.home.paper import WEEKDAYS
from shared.instants import Instant, parse_instant
from shared.schedule import Window, parse_local_time, timetable


class Duty(NamedTuple):
    """One person's time on call, half-open."""

    person_id: str
    start: Instant
    end: Instant

    def holds(self, at: Instant) -> bool:
        """Whether `at` belongs to it."""
        return self.start <= at < self.end


def duty(entry: Mapping[str, Any]) -> Duty:
    """An entry by instants; an override is written likewise."""
    return Duty(entry["person_id"], parse_instant(entry["from"]), parse_instant(entry["to"]))


def duties(rota: Mapping[str, Any], zone: str, start: Instant, end: Instant) -> Iterator[Duty]:
    """The duties of a rota that share an instant with [start, end), entry by entry, each in order of time."""
    for entry in rota.get("entries") or ():
        if (stated := duty(entry)).start < end and start < stated.end:
            yield stated
    for entry in rota.get("weekly") or ():
        yield from _weekly(entry, zone, start, end)


def _weekly(entry: Mapping[str, Any], zone: str, start: Instant, end: Instant) -> Iterator[Duty]:
    """Overnight where `to` is not after `from`; the days are those on which it begins."""
    days = frozenset(WEEKDAYS.index(day) for day in entry["days"])
    window = Window(parse_local_time(entry["from"]), parse_local_time(entry["to"]), days)
    table = timetable(zone, (window,))
    at = start
    while at < end:
        stretch = table.stretch(at)
        if stretch.index is not None:
            yield Duty(entry["person_id"], stretch.start, stretch.end)
        at = stretch.end


def unique(people: Sequence[str]) -> list[str]:
    """Each once, as first named."""
    return list(dict.fromkeys(people))
