"""What the pages of on-call show. Pure: a home's desk and an instant in, words and shares of a width out.

People are told by their ids. Why a silence or an override was set is sealed text, and is not told here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.pager.chain.parts import ADMINS
from services.pager.chain.policy import Policy, policy_now
from services.pager.desk import DeskHome
from services.pager.oncall import (
    COMING,
    COMMISSIONER,
    HOME_PHONE,
    ON_DUTY,
    Gap,
    Standing,
    Stretch,
    gaps,
    rotas_named,
    standing,
    stretches,
    who,
)
from services.pager.roster.strip import Band, days, strip
from shared.instants import Instant, parse_instant
from shared.words import TITLES, Wall, length

_NAMES: Final[dict[str, str]] = {
    ON_DUTY: "whoever is on duty",
    HOME_PHONE: "the home’s phone",
    COMMISSIONER: "the commissioner’s duty desk",
    ADMINS: "whoever runs the system",
}
_STANDING: Final[dict[Standing, str]] = {
    Standing.WATCHED: "",
    Standing.NO_POLICY: "No on-call policy is set. Until one is, this home does not count as watched.",
    Standing.NO_LAST_RESORT: "The policy names no last resort: a person who can always be reached. Until it does, this "
    "home does not count as watched.",
}


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step of the chain, were an alert raised now."""

    number: int
    after: str
    """`+3 min`: after the alert was raised, where every step before was sent at once."""
    left: str
    """Where it stands on the line of time."""
    names: tuple[str, ...]
    """Whom the policy names."""
    people: tuple[str, ...]
    """Who that is now; empty: nobody, and the chain moves on at once."""
    last: bool
    """The last resort: told where the step before has nobody, or failed."""


@dataclass(frozen=True, slots=True)
class RotaPart:
    """One rota: who has it now and next, and the fortnight as a strip."""

    name: str
    now: str
    until: str
    next: str
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class SilencePart:
    """A silence in force, or one to come."""

    covers: str
    when: str
    author: str
    second: str


@dataclass(frozen=True, slots=True)
class HomeOnCall:
    """One home."""

    id: str
    wrong: str
    """Why it does not count as watched; empty: it does."""
    steps: tuple[ChainStep, ...]
    repeats: str
    rotas: tuple[RotaPart, ...]
    days: tuple[tuple[str, str], ...]
    """Where each local day of the strips begins, and its name."""
    gaps: tuple[str, ...]
    overrides: tuple[str, ...]
    silences: tuple[SilencePart, ...]
    on_duty: tuple[str, ...]


def home_on_call(house: DeskHome, now: Instant) -> HomeOnCall:
    """All of one home's on-call, as of `now`."""
    wall = Wall(house.zone, now)
    policy = policy_now(house)
    return HomeOnCall(
        id=house.home_id,
        wrong=_STANDING[standing(house)],
        steps=_chain(house, policy, now),
        repeats=f"The last step is told again every {length(policy.repeat_every)}",
        rotas=tuple(_rota(house, name, wall) for name in _rotas(house)),
        days=days(house.zone, now, now + COMING),
        gaps=tuple(_gap(gap, wall) for gap in gaps(house, now, COMING)),
        overrides=tuple(_override(each, wall) for each in house.overrides if parse_instant(each["to"]) > now),
        silences=tuple(_silence(each, wall) for each in house.silences if parse_instant(each["until"]) > now),
        on_duty=tuple(house.on_duty),
    )


def _rotas(house: DeskHome) -> list[str]:
    """Those that the policy names first, in its order; then the others."""
    return list(dict.fromkeys((*rotas_named(house.policy), *sorted(house.rotas))))


def _chain(house: DeskHome, policy: Policy, now: Instant) -> tuple[ChainStep, ...]:
    """The steps with their times added up: each counts from when the one before was really sent."""
    ends, total = [], 0
    for step in policy.steps:
        total += step.after
        ends.append(total)
    whole = max(total, 1)
    return tuple(
        ChainStep(
            number=number,
            after=f"+{at // 60_000} min" if at else "at once",
            left=f"{11 + 78 * at / whole:.2f}%",
            names=tuple(_NAMES.get(name, name.replace(":", " ")) for name in step.who),
            people=_people(house, step.who, now),
            last=number == len(policy.steps),
        )
        for number, (step, at) in enumerate(zip(policy.steps, ends, strict=True), 1)
    )


def _people(house: DeskHome, names: Sequence[str], now: Instant) -> tuple[str, ...]:
    found = [person for name in names if name != ADMINS for person in who(house, name, now)]
    return tuple(dict.fromkeys(found))


def _rota(house: DeskHome, name: str, wall: Wall) -> RotaPart:
    coming = stretches(house, name, wall.now, wall.now + COMING)
    first, rest = coming[0], coming[1:]
    return RotaPart(
        name=name,
        now=_names(first),
        until=f"until {wall.clock(first.end)}" if rest else "for the next 14 days",
        next=f"{_names(rest[0])} from {wall.clock(rest[0].start)}" if rest else "",
        bands=strip(coming),
    )


def _names(stretch: Stretch) -> str:
    return ", ".join(stretch.people) or "nobody"


def _gap(gap: Gap, wall: Wall) -> str:
    return f"{gap.rota}: nobody from {wall.clock(gap.start)} until {wall.clock(gap.end)}"


def _override(told: Mapping[str, Any], wall: Wall) -> str:
    start, end = parse_instant(told["from"]), parse_instant(told["to"])
    return f"{told['rota']}: {told['person_id']} from {wall.clock(start)} until {wall.clock(end)}"


def _silence(told: Mapping[str, Any], wall: Wall) -> SilencePart:
    start, end = parse_instant(told["from"]), parse_instant(told["until"])
    covers = told.get("covers") or {}
    kinds = ", ".join(TITLES.get(kind, kind) for kind in covers.get("kinds") or ())
    about = f" about {covers['placement_id']}" if covers.get("placement_id") else ""
    begins = "" if start <= wall.now else f"from {wall.clock(start)} "
    return SilencePart(
        covers=f"{kinds or 'Every kind'}{about}",
        when=f"{begins}until {wall.clock(end)}",
        author=str(told.get("author") or ""),
        second=str(told.get("second_by") or ""),
    )
