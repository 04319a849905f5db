"""What the door asks beside the law, as pure functions of (fact, homes): in the log such a fact changes nothing, or
little; at the door its sender can still be told.

Checks are always taken. A worker's record of the night is refused only where it could mean nothing at all: what may be
meant is taken, and answered with a caution (`shared.cautions`). The law is `shared.acceptance`.
"""

from collections.abc import Callable, Container, Mapping
from typing import Final

from shared import oncall
from shared.acceptance import Refusal, no_home
from shared.facts import Fact
from shared.home import Home, Homes, Placement
from shared.oncall import OnCall

MOST_POINTS: Final = 1_000
"""Anchor points of one assessment: a person walks from one to the next."""

_ALWAYS_TAKEN: Final = frozenset({"home.registered.v1", "check.recorded.v1", "check.corrected.v1"})
_BEGINS: Final = frozenset({"placement.started.v1", "plan.agreed.v1"})
"""May come before anything is known of the placement."""


def courtesy(
    fact: Fact, homes: Homes, points: Container[str] | None = None, on_call: OnCall | None = None
) -> Refusal | None:
    """Why the door does not take `fact`, though the law would let it stand; None if it takes it.

    `points`: the anchor points that were ever assessed in the home, `on_call`: what was told of who is paged there;
    None where nobody knows.
    """
    if fact.type in _ALWAYS_TAKEN:
        return None
    home = homes.homes.get(fact.home_id)
    if home is None or not home.registered:
        return no_home(fact)
    ask = _OF_TYPE.get(fact.type)
    if ask is not None:
        return _placement(fact, home) or ask(fact, home, points)
    told = _OF_ON_CALL.get(fact.type)
    return _placement(fact, home) or (None if told is None else told(fact, home, on_call))


def _placement(fact: Fact, home: Home) -> Refusal | None:
    id_ = fact.data.get("placement_id")
    if id_ is None or fact.type in _BEGINS:
        return None
    placement = home.placements.get(id_)
    if placement is not None and (placement.in_force or placement.promises):
        return None
    return Refusal(
        "unknown_placement",
        "data.placement_id",
        str(id_),
        "send placement.started for it first, or check the id",
        "no placement of this id is in force in this home",
    )


def _handover(fact: Fact, home: Home, points: Container[str] | None) -> Refusal | None:
    """It would change no session (DOMAIN.md §4)."""
    taker = fact.data["to_staff_id"]
    if taker != fact.data["from_staff_id"]:
        return None
    return Refusal(
        "handover_to_oneself",
        "data.to_staff_id",
        str(taker),
        "name the other worker, who takes over; a break is cover.break_started, the end of the night cover.ended",
        "a handover passes responsibility from one worker to another",
    )


def _assessment(fact: Fact, home: Home, points: Container[str] | None) -> Refusal | None:
    count = len(fact.data["anchor_points"])
    if count <= MOST_POINTS:
        return None
    return Refusal(
        "too_many_points",
        "data.anchor_points",
        f"{count} points",
        f"list at most {MOST_POINTS:,}; assess the parts of a large room as rooms of their own",
        f"one assessment has {MOST_POINTS:,} anchor points at most",
    )


def _point(fact: Fact, home: Home, points: Container[str] | None) -> Refusal | None:
    point_id = fact.data["point_id"]
    if points is None or point_id in points:
        return None
    return Refusal(
        "unknown_point",
        "data.point_id",
        str(point_id),
        "send the assessment that lists it first (environment.assessed), or check the id",
        "no assessment of this home lists this anchor point",
    )


def _review(fact: Fact, home: Home, points: Container[str] | None) -> Refusal | None:
    """A review of what no plan of this stay has is a review of nothing (§5: watched while the plan states one)."""
    placement = home.placements[fact.data["placement_id"]]
    part = _REVIEWED[fact.type]
    if not placement.in_force or _has(placement, part):
        return None
    number = None if placement.plan is None else placement.plan.number
    return Refusal(
        "no_such_part",
        "type",
        fact.type,
        f"agree a version of the plan that has a {part} first (plan.agreed), or check the placement",
        f"no version of this placement's plan has a {part}"
        + ("" if number is None else f"; version {number} is in force"),
    )


def _has(placement: Placement, part: str) -> bool:
    """Whether some version of its plan has the part: one that was, is, or will be in force."""
    return any(terms.data[part] for terms in {version.terms for version in placement.told.values()})


_REVIEWED: Final = {
    "ligature_plan.reviewed.v1": "ligature_plan",
    "suicide_plan.reviewed.v1": "suicide_prevention",
}
_OF_TYPE: Final[dict[str, Callable[[Fact, Home, Container[str] | None], Refusal | None]]] = {
    "cover.handed_over.v1": _handover,
    "environment.assessed.v1": _assessment,
    "anchor_point.changed.v1": _point,
    "ligature_plan.reviewed.v1": _review,
    "suicide_plan.reviewed.v1": _review,
}
_OF_ON_CALL: Final[Mapping[str, Callable[[Fact, Home, OnCall | None], Refusal | None]]] = {
    "on_call.policy_set.v1": oncall.policy,
    "on_call.rota_set.v1": oncall.rota,
    "on_call.override_set.v1": oncall.override,
    "silence.set.v1": oncall.silence,
    "silence.ended.v1": oncall.silence_ended,
}
