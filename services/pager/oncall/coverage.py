"""For how long somebody is on call, and when nobody is: a home's rotas over the days to come. Pure."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from services.pager.desk import DeskHome
from services.pager.oncall.duties import Duty, duties, duty, unique
from services.pager.oncall.looking import ROTA
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
    found: list[Stretch] = []
    for piece in _pieces(house, rota, start, end):
        begin, people = piece.start, piece.people
        if found and found[-1].people == people:
            begin = found.pop().start
        found.append(Stretch(begin, piece.end, people))
    return found


def gaps(house: DeskHome, start: Instant, length: Duration = COMING) -> list[Gap]:
    """When nobody is on call in the coming days, by each rota that the policy names, in order of the policy."""
    found: list[Gap] = []
    for rota in rotas_named(house.policy):
        for piece in _pieces(house, rota, start, start + length):
            if piece.somebody:
                continue
            begin = piece.start
            if found and (found[-1].rota, found[-1].end) == (rota, begin):
                begin = found.pop().start
            found.append(Gap(rota, begin, piece.end))
    return found


def rotas_named(policy: Mapping[str, Any] | None) -> list[str]:
    """The rotas that a policy names, each once, in the order of its steps."""
    names = [name for step in (policy or {}).get("steps", ()) for name in step["who"]]
    return list(dict.fromkeys(name.removeprefix(ROTA) for name in names if name.startswith(ROTA)))


class _Piece(NamedTuple):
    """A time in which nothing changes. What holds is that of the sweep: to be read before the next piece."""

    start: Instant
    end: Instant
    duties: Sequence[Duty]
    on: Sequence[int]
    """Which of the duties hold, in the order in which they are written."""
    overrides: Sequence[Duty]
    above: Sequence[int]

    @property
    def somebody(self) -> bool:
        return bool(self.on or self.above)

    @property
    def people(self) -> tuple[str, ...]:
        """As `looking.on_rota`: of the overrides that hold the one told last, else each whose duty holds."""
        if self.above:
            return (self.overrides[self.above[-1]].person_id,)
        return tuple(unique([self.duties[n].person_id for n in self.on]))


def _pieces(house: DeskHome, rota: str, start: Instant, end: Instant) -> Iterator[_Piece]:
    """[start, end) from change to change, by one sweep: a rota may have ten thousand entries."""
    written = house.rotas.get(rota)
    held = [] if written is None else list(duties(written, house.zone, start, end))
    told = [duty(each) for each in house.overrides if each["rota"] == rota]
    on: list[int] = []
    above: list[int] = []
    changes = sorted((*_changes(held, on, start), *_changes(told, above, start)), key=lambda each: each[0])
    begin = start
    for at, group in groupby(changes, key=lambda each: each[0]):
        if at >= end:
            break
        if at > begin:
            yield _Piece(begin, at, held, on, told, above)
            begin = at
        for _, number, holding, begins in group:
            if begins:
                insort(holding, number)
            else:
                del holding[bisect_left(holding, number)]
    if begin < end:
        yield _Piece(begin, end, held, on, told, above)


def _changes(
    listed: Sequence[Duty], holding: list[int], start: Instant
) -> Iterator[tuple[Instant, int, list[int], bool]]:
    for number, each in enumerate(listed):
        if max(each.start, start) < each.end:
            yield max(each.start, start), number, holding, True
            yield each.end, number, holding, False
