"""Who lives where, and what is reviewed because of it: a room's ligature assessment, the home's suitability (DOMAIN.md
§5). Pure.

*Watched while a child in force lives in the room*, or the home. The room's own assessment is never a child's ligature
plan; that is `plans.py`.
"""

from typing import Final

from services.reviews.calendar import NO_DATE, day_of
from services.reviews.home import ReviewedChild, ReviewsHome
from services.reviews.reviewed import BY_DATE, ROOM, Trigger
from shared.alerting import Resolution
from shared.facts import Fact
from shared.home.plans import shared_text
from shared.instants import LONG_AGO, NEVER, Instant
from shared.openalerts import Telling

LASTING: Final = frozenset(("works", "ligature_incident"))
"""*Triggers of a room lapse when nobody lives there any more, but for* these."""
_ANY_REVIEW: Final[Instant] = LONG_AGO + 1
"""The own time of what any review clears, whenever that was."""


def moves_in(home: ReviewsHome, child: ReviewedChild, fact: Fact, at: Instant) -> None:
    """*`new_child`: a placement starts in the room, or moves into it.*"""
    child.lives_in = room = child.room
    assessment = home.assessment(room)
    if not assessment.watched:
        assessment.watch(home.zone)
    assessment.triggered(home.zone, Trigger("new_child", fact.observed_at, at))


def moves_out(home: ReviewsHome, child: ReviewedChild, telling: Telling) -> None:
    """The last child to leave a room ends the watch of it."""
    room, child.lives_in = child.lives_in, ""
    if not home.lived_in(room):
        assessment = home.assessment(room)
        assessment.end(Resolution.ENDED, telling)
        assessment.lapsed(home.zone, LASTING)


def arrives(home: ReviewsHome, at: Instant) -> None:
    """*The home's suitability: none on record: 24 h after the first child ever.*"""
    suitability = home.suitable()
    if home.first_child == NEVER:
        home.first_child = at
        suitability.triggered(home.zone, Trigger(BY_DATE, _ANY_REVIEW, at))
    if not suitability.watched:
        suitability.watch(home.zone)


def leaves(home: ReviewsHome, telling: Telling) -> None:
    """The last child to leave the home ends the watch of its suitability."""
    if not home.inhabited():
        home.suitable().end(Resolution.ENDED, telling)


def assessed(home: ReviewsHome, fact: Fact, at: Instant, telling: Telling) -> None:
    """`environment.assessed`: the room is reviewed, and its anchor points are what the latest assessment says."""
    assessment = home.assessment(shared_text(fact.data["room"]))
    latest = assessment.reviewed(home.zone, fact.observed_at, _next_review(fact))
    home.anchors().assessed(home.zone, fact, telling, latest=latest)
    if latest:
        assessment.after_review(home.zone, telling)


def point_changed(home: ReviewsHome, fact: Fact, at: Instant, telling: Telling) -> None:
    """`anchor_point.changed`: of a point that no assessment lists it changes nothing."""
    if home.points is not None:
        home.points.point_changed(home.zone, fact, telling)


def suitability_reviewed(home: ReviewsHome, fact: Fact, at: Instant, telling: Telling) -> None:
    """`suitability.reviewed`, whether a child lives there or not."""
    suitability = home.suitable()
    if suitability.reviewed(home.zone, fact.observed_at, _next_review(fact)):
        suitability.after_review(home.zone, telling)


def room_triggered(home: ReviewsHome, room: str, trigger: Trigger) -> None:
    """Something happened in the room that its triggers name. Where nobody lives, only what lasts is kept: for whoever
    comes to live there, whatever the home says of its rooms."""
    known = home.assessments.get(room)
    if trigger.name in LASTING or (known is not None and known.watched and trigger.name in ROOM.triggers):
        home.assessment(room).triggered(home.zone, trigger)


def _next_review(fact: Fact) -> int:
    stated = fact.data.get("next_review")
    return NO_DATE if stated is None else day_of(stated)
