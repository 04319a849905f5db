"""The shapes of on-call over HTTP (API.md). Absent rather than null; instants are RFC 3339, lengths ISO 8601.

People are ids. Of another authority's child nothing is said: `Sees` decides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field

from services.pager import oncall
from services.pager.desk import DeskHome
from services.pager.oncall import COMING, Gap, Stretch
from shared.instants import Instant, parse_instant, show_instant


@dataclass(frozen=True, slots=True)
class Sees:
    """What the reader may see of a home."""

    commissioner_id: str | None
    """Whose children alone; None: every child's."""
    placement: Callable[[str], bool]
    """Whether the reader may see that child."""

    def person(self, person_id: str) -> bool:
        """Another authority's duty desk would tell that it has a child there."""
        desk = person_id.startswith(oncall.commissioner(""))
        return not desk or self.commissioner_id in (None, person_id.removeprefix(oncall.commissioner("")))


class NextShape(BaseModel):
    """The next change of who it is."""

    at: str
    people: list[str]


class StepShape(BaseModel):
    """One step of the chain."""

    step: int = Field(description="From 1.")
    after: str = Field(description="How long after the step before.")
    who: list[str] = Field(description="As the policy says it.")
    channels: list[str] | None = None
    now: list[str] = Field(description="Whom it would tell now; nobody: it moves on at once.")
    next: NextShape | None = Field(
        None, description="When a rota of it changes next, within 14 days, and whom it tells then."
    )


class PolicyShape(BaseModel):
    """A home's paging chain."""

    steps: list[StepShape]
    repeat_last_every: str
    last_resort: str | None = None
    test_at: str | None = Field(None, description="When it is tested every day: a local time.")


class StretchShape(BaseModel):
    """A piece of time throughout which the same people are on call; nobody: an empty list."""

    start: str
    end: str
    people: list[str]


class RotaGapShape(BaseModel):
    """A piece of time in which nobody is on a rota that the policy names."""

    rota: str
    start: str
    end: str


class OnCallShape(BaseModel):
    """A home's on-call as it stands."""

    home_id: str
    at: str
    watched: bool = Field(description="Whether the home counts as watched: its policy names a last resort.")
    standing: Literal["watched", "no_policy", "no_last_resort"]
    policy: PolicyShape | None = None
    gaps: list[RotaGapShape] = Field(description="Of the coming 14 days.")


class RotaShape(BaseModel):
    """Who is on call by one rota, from when to when."""

    home_id: str
    rota: str
    stretches: list[StretchShape]


class SilenceShape(BaseModel):
    """Messages that are held back; facts never are."""

    silence_id: str
    covers: dict[str, Any] = Field(description="`kinds`, `placement_id`: what is not named is not narrowed.")
    start: str
    until: str
    author: str
    second_by: str | None = None
    holds: bool = Field(description="Whether it holds messages back now.")


class SilencesShape(BaseModel):
    """A home's silences that are not over."""

    silences: list[SilenceShape]


def on_call_shape(house: DeskHome, now: Instant, sees: Sees) -> OnCallShape:
    """The home's on-call as of `now`."""
    standing = oncall.standing(house)
    return OnCallShape(
        home_id=house.home_id,
        at=show_instant(now),
        watched=standing is oncall.Standing.WATCHED,
        standing=standing.value,
        policy=None if house.policy is None else _policy(house, house.policy, now, sees),
        gaps=[_gap(each) for each in oncall.gaps(house, now)],
    )


def rota_shape(home_id: str, rota: str, stretches: Sequence[Stretch]) -> RotaShape:
    """Who is on call by a rota."""
    return RotaShape(home_id=home_id, rota=rota, stretches=[_stretch(each) for each in stretches])


def silences_shape(house: DeskHome, now: Instant, sees: Sees) -> SilencesShape:
    """The home's silences, but those of children whom the reader may not see."""
    shown = [each for each in house.silences if _may_see(each, sees)]
    return SilencesShape(silences=[_silence(each, now) for each in shown])


def _policy(house: DeskHome, policy: Mapping[str, Any], now: Instant, sees: Sees) -> PolicyShape:
    return PolicyShape(
        steps=[_step(house, number, step, now, sees) for number, step in enumerate(policy["steps"], 1)],
        repeat_last_every=policy["repeat_last_every"],
        last_resort=oncall.last_resort(policy),
        test_at=policy.get("test_at"),
    )


def _step(house: DeskHome, number: int, step: Mapping[str, Any], now: Instant, sees: Sees) -> StepShape:
    changes = _changes(house, step, now)
    later = None
    if changes is not None:
        later = NextShape(at=show_instant(changes), people=_people(house, step, changes, sees))
    return StepShape(
        step=number,
        after=step["after"],
        who=step["who"],
        channels=step.get("channels"),
        now=_people(house, step, now, sees),
        next=later,
    )


def _changes(house: DeskHome, step: Mapping[str, Any], now: Instant) -> Instant | None:
    """When a rota of the step changes next; None: not in the coming days."""
    ends = (
        oncall.stretches(house, rota, now, now + COMING)[0].end
        for rota in oncall.rotas_named({"steps": [step]})
    )
    return min((end for end in ends if end < now + COMING), default=None)


def _people(house: DeskHome, step: Mapping[str, Any], at: Instant, sees: Sees) -> list[str]:
    found = [person for name in step["who"] for person in oncall.who(house, name, at)]
    return [person for person in dict.fromkeys(found) if sees.person(person)]


def _gap(gap: Gap) -> RotaGapShape:
    return RotaGapShape(rota=gap.rota, start=show_instant(gap.start), end=show_instant(gap.end))


def _stretch(stretch: Stretch) -> StretchShape:
    start, end = show_instant(stretch.start), show_instant(stretch.end)
    return StretchShape(start=start, end=end, people=list(stretch.people))


def _may_see(silence: Mapping[str, Any], sees: Sees) -> bool:
    child = silence["covers"].get("placement_id")
    return child is None or sees.placement(child)


def _silence(silence: Mapping[str, Any], now: Instant) -> SilenceShape:
    start, until = parse_instant(silence["from"]), parse_instant(silence["until"])
    return SilenceShape(
        silence_id=silence["silence_id"],
        covers=silence["covers"],
        start=show_instant(start),
        until=show_instant(until),
        author=silence["author"],
        second_by=silence.get("second_by"),
        holds=start <= now < until,
    )
