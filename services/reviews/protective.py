"""The reviews of a child's ligature plan and suicide prevention plan (DOMAIN.md §5). Pure.

*Watched while the plan in force states one, and no later review closed it.* What is due when is `reviewed.py`.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from services.reviews.calendar import NO_DATE, Day, day_of
from services.reviews.home import ReviewedChild
from services.reviews.reviewed import LIGATURE, SUICIDE, Reviewed, Trigger, What
from shared.alerting import Resolution
from shared.facts import Fact
from shared.home import PlanVersion
from shared.home.completeness import PlanParts
from shared.instants import Instant
from shared.openalerts import Telling

RETURNS: Final = frozenset(("hospital", "home_leave", "missing"))
"""*An absence for* these *ends: of a chain of absences the last reason decides.*"""


class Part(NamedTuple):
    """A part of a plan that is reviewed by itself."""

    what: What
    name: str
    """Of the field in a plan."""
    review_by: Callable[[PlanParts], str | None]


PARTS: Final = (
    Part(LIGATURE, "ligature_plan", lambda parts: parts.ligature_review_by),
    Part(SUICIDE, "suicide_prevention", lambda parts: parts.suicide_review_by),
)


def comes(
    child: ReviewedChild, version: PlanVersion, before: PlanVersion | None, at: Instant, telling: Telling
) -> None:
    """An agreed version comes into force at `at`, after `before`. *A new plan version is not a review.*"""
    stated = version.data
    for part in PARTS:
        reviewed = child.review_of(part.what)
        if reviewed is None or not reviewed.watched:
            if stated[part.name]:
                begun = child.begin_review(part.what)
                begun.first_stated(child.home.zone, at, _review_by(part, version))
        elif not stated[part.name]:  # a version without the part ends the watch of it
            reviewed.end(Resolution.SUPERSEDED, telling)
        else:
            _goes_on(child, reviewed, part, version, before, at)


def _goes_on(
    child: ReviewedChild,
    reviewed: Reviewed,
    part: Part,
    version: PlanVersion,
    before: PlanVersion | None,
    at: Instant,
) -> None:
    review_by = _review_by(part, version)
    if review_by not in (NO_DATE, _review_by(part, before)):
        reviewed.brought_forward(child.home.zone, at, review_by)
    if _level(version) != _level(before):
        reviewed.triggered(child.home.zone, Trigger("level_change", at, at))


def _review_by(part: Part, version: PlanVersion | None) -> Day:
    if version is None or version.parts is None:
        return NO_DATE
    stated = part.review_by(version.parts)
    return day_of(stated) if stated else NO_DATE


def _level(version: PlanVersion | None) -> str | None:
    """What its check rules mean."""
    return None if version is None or version.parts is None else version.parts.level


def reviewed(child: ReviewedChild, what: What, fact: Fact, telling: Telling) -> None:
    """*A review with decision `close` ends the watch until a later version states the part again*: one that is dated
    before the version in force, which does, is a review and ends nothing. One of a part that the plan does not have
    changes nothing."""
    known = child.review_of(what)
    if known is None or not known.watched:
        return
    stated = fact.data.get("next_review")
    if not known.reviewed(child.home.zone, fact.observed_at, NO_DATE if stated is None else day_of(stated)):
        return
    if fact.data["decision"] == "close" and fact.observed_at >= child.history[-1].since:
        known.end(Resolution.REVIEWED, telling)
    else:
        known.after_review(child.home.zone, telling)


def triggered(child: ReviewedChild, trigger: Trigger) -> None:
    """Something happened after which the child's protective plans are reviewed."""
    for known in child.protective:
        if known.watched and trigger.name in known.what.triggers:
            known.triggered(child.home.zone, trigger)


def ends(child: ReviewedChild, telling: Telling) -> None:
    """The placement is over."""
    for known in child.protective:
        known.end(Resolution.ENDED, telling)
