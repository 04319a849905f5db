"""A draft plan, looked at before anybody agrees it: what is missing, what its nights ask for, what it lowers, and what
is wrong with it. Pure; nothing is recorded (API.md, `POST /plans:check`).

The same rules judge the plan when it comes: what is missing by `shared.home.completeness`, what may not stand by
`shared.acceptance`. What it asks of a night is `demand`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from services.gateway.plans import demand
from services.gateway.plans.demand import Hour, Staff
from shared.acceptance import Refusal, lowers, wrong_with_plan
from shared.cautions import Caution, cautions
from shared.facts import Fact
from shared.home import Home, Homes, Placement, terms_of
from shared.home.completeness import lacking, parts_of
from shared.home.plans import NightCover, PlanTerms
from shared.instants import Instant, parse_instant
from shared.schedule.local import night


class Standing(NamedTuple):
    """What a draft is held against, as it stands in its home."""

    zone: str
    version: int | None
    """The agreed version in force; None: there is none."""
    lowers: Sequence[str]
    offered: int | None
    """Waking staff by the home's statement of purpose; None: it states none."""
    others: Sequence[NightCover]
    """What the plans in force of the other children ask for at night."""
    at_risk: bool
    wrong: Sequence[Refusal]
    cautions: Sequence[Caution]


class Night(NamedTuple):
    """One night of the draft."""

    what: str
    """`coming`, `clocks_forward` or `clocks_back`."""
    day: date
    start: Instant
    end: Instant
    hours: Sequence[Hour]
    asked: Staff
    """With the other children's plans in force."""
    alone: Staff
    """By this plan alone."""


class Findings(NamedTuple):
    """What there is to say of a draft."""

    missing: Sequence[str]
    nights: Sequence[Night]
    """Empty where its windows overlap: nobody can say what is in force."""


def standing(fact: Fact, homes: Homes, home: Home) -> Standing:
    """What stands in a home that is registered, for this draft; `appended_at` is now."""
    placement = home.placements.get(fact.data["placement_id"])
    plan = None if placement is None else placement.plan
    wrong = list(wrong_with_plan(fact, homes))
    purpose = home.stated(fact.appended_at).get("statement_of_purpose") or {}
    overlap = any(each.reason == "windows_overlap" for each in wrong)
    return Standing(
        zone=home.zone,
        version=None if plan is None or plan.number == 0 else plan.number,
        lowers=() if overlap else lowers(plan, terms_of(home.zone, fact.data)),
        offered=purpose.get("waking_staff"),
        others=[
            cover
            for other in home.placements.values()
            if other is not placement and other.in_force and (cover := _night_of(other)) is not None
        ],
        at_risk=placement is not None and placement.suicide_risk,
        wrong=wrong,
        cautions=cautions(fact, homes),
    )


def findings(fact: Fact, known: Standing) -> Findings:
    """What is to be said of the draft, held against what stands."""
    missing = lacking(parts_of(fact.data), known.offered, known.at_risk)
    if any(each.reason == "windows_overlap" for each in known.wrong):
        return Findings(missing, ())
    terms, cover = terms_of(known.zone, fact.data), fact.data.get("night_cover")
    since = max(fact.appended_at, parse_instant(fact.data["effective_from"]))
    first = demand.coming(known.zone, cover, since)
    days = [("coming", first)]
    days += [
        ("clocks_back" if by > 0 else "clocks_forward", day)
        for day, by in demand.clock_changes(known.zone, first)
    ]
    return Findings(missing, [_night(what, day, terms, cover, known) for what, day in days])


def _night(what: str, day: date, terms: PlanTerms, cover: dict[str, Any] | None, known: Standing) -> Night:
    start, end = demand.window(known.zone, cover, day)
    noon, next_noon = night(known.zone, day)
    whole = min(start, noon), max(end, next_noon)
    own = [] if terms.night is None else [terms.night]
    return Night(
        what=what,
        day=day,
        start=start,
        end=end,
        hours=demand.hours(terms, known.zone, start, end),
        asked=demand.staff([*known.others, *own], *whole),
        alone=demand.staff(own, *whole),
    )


def _night_of(placement: Placement) -> NightCover | None:
    return None if placement.plan is None else placement.plan.terms.night
