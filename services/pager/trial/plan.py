"""Whom a test reaches. Pure: a home's on-call, an instant and the ways of each person, in; legs, out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from services.pager import oncall
from services.pager.channels.base import Address
from services.pager.desk import DeskHome
from shared.instants import Instant

Ways: TypeAlias = Callable[[str], Sequence[Address]]
"""How a person is reached, best first."""
ROTA: Final = "rota:"


@dataclass(frozen=True, slots=True)
class Leg:
    """One message of a test, or one person who cannot be told."""

    step: int
    """As people count, from 1; one more than the last: the last resort."""
    person_id: str
    number: int
    """Which of his ways, from 1; 0: he has none that the step allows."""
    way: Address | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a test."""

    step: int
    who: tuple[str, ...]
    """As the policy says it."""
    legs: tuple[Leg, ...]
    """None: there is nobody in it now."""


def whole(home: DeskHome, ways: Ways, at: Instant, only: int | None = None) -> list[Stage]:
    """Each step of its policy and the last resort, each person by each of his ways. `only`: that step alone."""
    stages = [
        _stage(home, number, step["who"], step.get("channels"), ways, at)
        for number, step in enumerate(_steps(home), 1)
    ]
    stages += _resort(home, ways, at)
    return [stage for stage in stages if only is None or stage.step == only]


def daily(home: DeskHome, ways: Ways, at: Instant) -> list[Stage]:
    """The first way of whoever is on call now, and of the last resort: what has to work tonight, and wakes nobody who
    is not to be woken."""
    found = []
    for number, step in enumerate(_steps(home), 1):
        rotas = [name for name in step["who"] if name.startswith(ROTA)]
        if rotas:
            found.append(_stage(home, number, rotas, step.get("channels"), ways, at))
    return _each_person_once([*found, *_resort(home, ways, at)])


def _steps(home: DeskHome) -> Sequence[Mapping[str, Any]]:
    steps: Sequence[Mapping[str, Any]] = (home.policy or {}).get("steps", ())
    return steps


def _resort(home: DeskHome, ways: Ways, at: Instant) -> list[Stage]:
    resort = oncall.last_resort(home.policy)
    return [] if resort is None else [_stage(home, len(_steps(home)) + 1, (resort,), None, ways, at)]


def _stage(
    home: DeskHome,
    number: int,
    names: Sequence[str],
    channels: Sequence[str] | None,
    ways: Ways,
    at: Instant,
) -> Stage:
    people = dict.fromkeys(person for name in names for person in oncall.who(home, name, at))
    legs = (leg for person in people for leg in _legs(number, person, channels, ways))
    return Stage(number, tuple(names), tuple(legs))


def _legs(step: int, person: str, channels: Sequence[str] | None, ways: Ways) -> Iterable[Leg]:
    allowed = [way for way in ways(person) if channels is None or way.channel in channels]
    if not allowed:
        yield Leg(step, person, 0)
    yield from (Leg(step, person, number, way) for number, way in enumerate(allowed, 1))


def _each_person_once(stages: Iterable[Stage]) -> list[Stage]:
    """By the first way alone, where he stands first."""
    seen: set[str] = set()
    found = []
    for stage in stages:
        legs = tuple(leg for leg in stage.legs if leg.number <= 1 and leg.person_id not in seen)
        seen |= {leg.person_id for leg in legs}
        if legs or not stage.legs:
            found.append(Stage(stage.step, stage.who, legs))
    return found
