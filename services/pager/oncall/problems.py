"""What is wrong with a home's on-call, in the days to come: told to operations as `rota_gap`. Pure.

One problem is one rota, however often it has nobody, and is known by the first time: a gap tonight is told although one
next week was told before. What is so already is the same problem while it lasts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from services.pager.desk import DeskHome
from services.pager.oncall.coverage import COMING, Gap, gaps
from services.pager.oncall.looking import ROTA
from services.pager.oncall.watched import Standing, standing
from shared.instants import DAY, Instant, show_instant
from shared.words.times import local_clock

POLICY: Final = "policy"
"""The subject of what is wrong with the policy itself; else it is `rota:<name>`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that operations have to see to."""

    subject: str
    begins: Instant | None
    """When it will be so; None: it is."""
    detail: str
    """What, from when to when on the home's wall, and the remedy."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """For whoever words it otherwise: rota, from, to."""


def problems(house: DeskHome, now: Instant) -> list[Problem]:
    """All of them, as of `now`, the policy's own first."""
    return [*_of_policy(house), *_of_rotas(house, now)]


def same(known: Instant | None, problem: Problem, now: Instant) -> bool:
    """Whether a problem of the same subject is still the one that began, or begins, at `known` (None: it was so when it
    was found)."""
    begun = known is None or known <= now
    return begun if problem.begins is None else known == problem.begins


def _of_policy(house: DeskHome) -> Iterator[Problem]:
    match standing(house):
        case Standing.NO_POLICY:
            yield Problem(
                POLICY,
                None,
                "the home has no on-call policy, so it does not count as watched: nobody is told of its alerts but who "
                "is on duty; set one that names a last resort (on_call.policy_set)",
            )
        case Standing.NO_LAST_RESORT:
            yield Problem(
                POLICY,
                None,
                "the home's policy names no last resort, so it does not count as watched; set it again with "
                "last_resort, a person who can always be reached (on_call.policy_set)",
            )


def _of_rotas(house: DeskHome, now: Instant) -> Iterator[Problem]:
    for rota, each in groupby(gaps(house, now), key=lambda gap: gap.rota):
        first, *later = each
        facts = {"rota": rota, "from": show_instant(first.start)}
        ends = first.end < now + COMING
        if ends:
            facts["to"] = show_instant(first.end)
        begins = None if first.start <= now else first.start
        yield Problem(ROTA + rota, begins, _detail(house, first, len(later), now, ends=ends), facts)


def _detail(house: DeskHome, gap: Gap, later: int, now: Instant, *, ends: bool) -> str:
    zone = house.zone if house.provider_id is not None else None
    begins = "now" if gap.start <= now else local_clock(gap.start, zone, now)
    until = f"to {local_clock(gap.end, zone, now)}" if ends else f"on, for {COMING // DAY} days and more"
    more = f" (and {later} more times in the {COMING // DAY} days from now)" if later > 1 else ""
    more = more or (f" (and once more in the {COMING // DAY} days from now)" if later else "")
    unknown = "" if gap.rota in house.rotas else "; nobody has written that rota yet"
    return (
        f"nobody is on rota {gap.rota} from {begins} {until}{more}{unknown}; put somebody on it (on_call.rota_set), or "
        "an override for that time (on_call.override_set)"
    )
