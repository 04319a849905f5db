"""A draft plan, checked before anybody agrees it. Nothing is recorded, and nothing of the draft is kept.

What is found is `plancheck`'s; here it is asked for whom, and shown.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter

from services.gateway.fold import DoorFold
from services.gateway.outcomes import refusal_problem
from services.gateway.plans import plancheck
from services.gateway.plans.demand import Staff
from services.gateway.plans.plancheck import Findings, Night, Standing
from services.gateway.plans.shapes import (
    ApprovalShape,
    HourShape,
    NeededShape,
    NightShape,
    PlanChecked,
    PlanDraft,
    ProblemShape,
    StaffShape,
    WarningShape,
)
from shared.events.decode import fact_of_event
from shared.events.errors import FieldError, Invalid
from shared.events.registry import TYPES
from shared.events.sealing import is_there
from shared.events.validate import validate
from shared.facts import Fact
from shared.instants import Instant, show_instant
from shared.security.people import People
from shared.security.rights import Actor, HomeRef, Right
from shared.security.tokens import Kind
from shared.web.access import needs
from shared.web.problems import invalid, missing

Checker = Annotated[Actor, needs(Right.READ, Right.MANAGE)]
PEOPLE_AT_MOST = 100
_PLAN = "plan.agreed.v1"


def plan_routes(people: People, fold: DoorFold, now: Callable[[], Instant]) -> APIRouter:
    """`POST /plans:check`."""
    router = APIRouter(tags=["plans"])

    @router.post("/plans:check")
    def check(checker: Checker, body: PlanDraft) -> PlanChecked:
        """What a draft lacks, what its nights ask for, what it lowers and who must approve. Nothing is recorded."""
        fact = _draft(checker, body, now())
        with fold.looking_at(fact.home_id) as (homes, home):
            child = None if home is None else home.placements.get(fact.data["placement_id"])
            placed_by = None if child is None else child.commissioner_id or None
            ref = HomeRef(fact.home_id, "" if home is None else home.provider_id)
            if home is None or not home.registered or not checker.scope.reaches(ref, placed_by):
                raise missing(f"no home {fact.home_id}, or no child in it, of whom you may ask this")
            known = plancheck.standing(fact, homes, home)
        return _shape(
            fact,
            known,
            plancheck.findings(fact, known),
            _approval(checker, people, fact, known, ref, placed_by),
        )

    return router


def _draft(checker: Actor, body: PlanDraft, at: Instant) -> Fact:
    """The draft, as the fact that it would be now. Raises Problem."""
    home_id = checker.home_id if body.homeid is None else body.homeid
    if home_id is None:
        raise invalid([FieldError("homeid", None, "state whose plan it is")])
    when = show_instant(at)
    event = {
        "specversion": "1.0",
        "id": "draft",
        "source": "draft",
        "type": _PLAN,
        "subject": body.data.get("placement_id", home_id),
        "time": when,
        "enteredat": when,
        "homeid": home_id,
        "actor": checker.id,
        "datacontenttype": "application/json",
        "data": body.data,
    }
    try:
        fact = fact_of_event(TYPES[_PLAN].topic, at, validate(event, unknown="refuse"))
    except Invalid as error:
        raise invalid([each for each in error.errors if each.field != "subject"] or error.errors) from None
    return fact


def _approval(
    checker: Actor, people: People, fact: Fact, known: Standing, home: HomeRef, placed_by: str | None
) -> ApprovalShape:
    """*An approver is a known person with the right to approve for that home, and not the actor.*"""
    stated: dict[str, Any] = fact.data.get("lowers_protection") or {}
    approver, reason = stated.get("approver"), is_there(stated.get("reason"))
    actor = None if checker.kind == Kind.SYSTEM else checker.id
    person = None if approver is None else people.find(approver)
    may = person is not None and person.id != actor and person.may(Right.APPROVE, home, placed_by)
    needed = bool(known.lowers)
    shown = None
    if needed and checker.may(Right.MANAGE, home, placed_by):
        able = (each.id for each in people.all() if each.may(Right.APPROVE, home, placed_by))
        shown = [each for each in able if each != actor][:PEOPLE_AT_MOST]
    good = may and reason if needed or approver is not None else True
    return ApprovalShape(needed=needed, not_by=actor, stated=approver, reason=reason, good=good, people=shown)


def _shape(fact: Fact, known: Standing, found: Findings, approval: ApprovalShape) -> PlanChecked:
    problems = [refusal_problem(each).body() for each in known.wrong]
    return PlanChecked(
        home_id=fact.home_id,
        placement_id=fact.data["placement_id"],
        version=fact.data["version"],
        compared_with=known.version,
        missing=list(found.missing),
        lowers=list(known.lowers),
        approval=approval,
        nights=[_night(each, known.offered) for each in found.nights],
        problems=[ProblemShape(**each) for each in problems],
        warnings=[WarningShape(**each._asdict()) for each in known.cautions],
    )


def _night(night: Night, offered: int | None) -> NightShape:
    hours = [
        HourShape(start=show_instant(hour.start), local=hour.local, checks=hour.checks)
        for hour in night.hours
    ]
    short = None if offered is None else max(0, night.asked.together - offered)
    return NightShape(
        what=night.what,
        date=night.day.isoformat(),
        start=show_instant(night.start),
        end=show_instant(night.end),
        checks=sum(hour.checks for hour in night.hours),
        hours=hours,
        staff_needed=NeededShape(**_staff(night.asked), offered=offered, short=short),
        by_this_plan=StaffShape(**_staff(night.alone)),
    )


def _staff(asked: Staff) -> dict[str, int]:
    return asked._asdict()
