"""A child's plan as a whole: missing, or incomplete (DOMAIN.md §5). Pure.

What a version lacks is `shared.home.completeness`; when it comes into force is the fold's. The reviews of its two
protective parts are `protective.py`.
"""

from typing import Any, Final

from services.reviews.calendar import day_at, over, working_days_on
from services.reviews.home import ReviewedChild
from shared.alerting import Resolution
from shared.home import PlanVersion
from shared.home.completeness import lacking
from shared.instants import NEVER, Instant
from shared.openalerts import OpenAlert, Telling

MISSING: Final = "plan_missing"
INCOMPLETE: Final = "plan_incomplete"
MISSING_AFTER: Final = 5
"""*When the fifth working day after the day of the placement's start is over.*"""


def asked_for(child: ReviewedChild, at: Instant) -> None:
    """A stay begins: a plan is to be agreed."""
    zone = child.home.zone
    child.missing_due = over(zone, working_days_on(day_at(zone, at), MISSING_AFTER))


def next_missing(child: ReviewedChild) -> Instant:
    """When the plan is missing; NEVER where one is in force, or where that has been told."""
    if not child.in_force or child.agreed or child.missing is not None:
        return NEVER
    return child.missing_due


def goes_missing(child: ReviewedChild, due: Instant, telling: Telling) -> None:
    """*No agreed plan (version 0 is none) in force when the fifth working day is over → `plan_missing`.*"""
    if next_missing(child) > due:
        return
    id_ = telling.raised(MISSING, {"placement_id": child.id}, child.missing_due, {})
    child.missing = OpenAlert(id_, child.missing_due, {})
    child.changed = True


def comes(child: ReviewedChild, version: PlanVersion, at: Instant, telling: Telling) -> None:
    """*An agreed version that comes into force and lacks any of these → `plan_incomplete` (one for each version; closed
    `superseded` by the next).*"""
    _close(child, Resolution.RESTORED, Resolution.SUPERSEDED, telling)
    missing = lacks(child, version, at)
    if not missing:
        return
    facts: dict[str, Any] = {"plan_version": version.number, "missing": missing}
    subject = {"placement_id": child.id}
    id_ = telling.raised(INCOMPLETE, subject, at, facts, which=str(version.number))
    child.incomplete = OpenAlert(id_, at, facts)


def lacks(child: ReviewedChild, version: PlanVersion, at: Instant) -> list[str]:
    """What the version lacks, by what the home's statement of purpose offers at `at`, where known."""
    if version.parts is None:
        return []
    purpose = child.home.stated(at).get("statement_of_purpose")
    offered = None if purpose is None else purpose.get("waking_staff")
    return lacking(version.parts, offered, child.suicide_risk)


def ends(child: ReviewedChild, telling: Telling) -> None:
    """The placement is over."""
    _close(child, Resolution.ENDED, Resolution.ENDED, telling)
    child.missing_due = NEVER


def _close(child: ReviewedChild, missing: Resolution, incomplete: Resolution, telling: Telling) -> None:
    if child.missing is not None:
        telling.resolved(child.missing, missing)
    if child.incomplete is not None:
        telling.resolved(child.incomplete, incomplete)
    child.missing = child.incomplete = None
