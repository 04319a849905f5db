"""For how long somebody is on call, and when nobody is: a home's rotas over the days to come. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

from services.pager.desk import DeskHome
from services.pager.oncall.duties import duties, duty
from services.pager.oncall.looking import ROTA, on_rota
from shared.instants import DAY, Duration, Instant

COMING: Final[Duration] = 14 * DAY
"""How far ahead gaps are looked for: they are told early."""


class Stretch(NamedTuple):
    """A half-open piece of time in which the same people are on call; nobody: ()."""

    start: Instant
    end: Instant
    people: tuple[str, ...]


class Gap(NamedTuple):
    """A half-open piece of time in which a rota that the policy names has nobody."""

    rota: str
    start: Instant
    end: Instant


def stretches(house: DeskHome, rota: str, start: Instant, end: Instant) -> list[Stretch]:
    """[start, end) in pieces, the longest that have the same people, without holes between."""
    edges = sorted({start, end, *(edge for edge in _edges(house, rota, start, end) if start < edge < end)})
    found: list[Stretch] = []
    for begin, until in pairwise(edges):
        people = tuple(on_rota(house, rota, begin))
        if found and found[-1].people == people:
            begin = found.pop().start
        found.append(Stretch(begin, until, people))
    return found


def gaps(house: DeskHome, start: Instant, length: Duration = COMING) -> list[Gap]:
    """When nobody is on call in the coming days, by each rota that the policy names, in order of the policy."""
    end = start + length
    return [
        Gap(rota, stretch.start, stretch.end)
        for rota in rotas_named(house.policy)
        for stretch in stretches(house, rota, start, end)
        if not stretch.people
    ]


def rotas_named(policy: Mapping[str, Any] | None) -> list[str]:
    """The rotas that a policy names, each once, in the order of its steps."""
    names = [name for step in (policy or {}).get("steps", ()) for name in step["who"]]
    return list(dict.fromkeys(name.removeprefix(ROTA) for name in names if name.startswith(ROTA)))


def _edges(house: DeskHome, rota: str, start: Instant, end: Instant) -> Sequence[Instant]:
    """Where people may change."""
    written = house.rotas.get(rota)
    held = [] if written is None else list(duties(written, house.zone, start, end))
    held += (duty(each) for each in house.overrides if each["rota"] == rota)
    return [edge for each in held for edge in (each.start, each.end)]
