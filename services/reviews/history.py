"""The history of reviews, worked out from a home's facts whenever it is asked for, so that it can never differ from
them. Pure. Words about people are never told here, only that they are there.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from shared.acceptance import refusal
from shared.facts import Fact
from shared.home import Homes

_OF_A_CHILD: Final = ("ligature_plan.reviewed.v1", "suicide_plan.reviewed.v1", "review.triggered.v1")
ASSESSED: Final = "environment.assessed.v1"
CHANGED: Final = "anchor_point.changed.v1"


def of_a_child(facts: Iterable[Fact], placement_id: str) -> list[Fact]:
    """Every review of the child's protective plans, and every trigger told of the child, the last one first."""
    mine = (fact for fact in _standing(facts) if fact.data.get("placement_id") == placement_id)
    return _last_first(fact for fact in mine if fact.type in _OF_A_CHILD)


def of_a_room(facts: Iterable[Fact], room: str) -> list[Fact]:
    """Every assessment of the room, and every change of an anchor point that one of them lists, the last one first."""
    standing = list(_standing(facts))
    assessments = [fact for fact in standing if fact.type == ASSESSED and fact.data["room"] == room]
    points = {point["point_id"] for fact in assessments for point in fact.data["anchor_points"]}
    changes = [fact for fact in standing if fact.type == CHANGED and fact.data["point_id"] in points]
    return _last_first([*assessments, *changes])


def _standing(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Each fact once, and none that was refused: of reviews that is asked of the fact alone."""
    nobody, known = Homes(), set()
    for fact in facts:
        if fact.id not in known:
            known.add(fact.id)
            if fact.type not in _OF_A_CHILD or refusal(fact, nobody, None) is None:
                yield fact


def _last_first(facts: Iterable[Fact]) -> list[Fact]:
    """By their own times: *a review is dated by its own time*."""
    return sorted(facts, key=lambda fact: (fact.observed_at, fact.id), reverse=True)
