"""What is told of plans, reviews, rooms and anchor points, in the words of a scenario. Sample data.

Beside `facts.py`, whose `Said` they are. `quiet` tells a home of which §5 has nothing to say for weeks, so that a
scenario hears only what it is about.
"""

from typing import Any

from tests.scenarios.facts import Said, cover, every, plan, registered
from tests.scenarios.night import Night

ROLES = [{"duty": duty, "who": "post:manager"} for duty in ("night_checks", "night_cover", "escalation")]
SIGNED = [
    {"who": f"post:{role}", "role": role, "at": "2026-03-02T18:00:00.000Z"}
    for role in ("registered_person", "placing_authority")
]
BY_DAY = every(60, "07:00", "22:00")
BY_NIGHT = every(15)


def came(
    placement: str = "P1", room: str = "R1", time: str | None = None, suicide_risk: bool = False
) -> Said:
    """A child's stay begins in that room."""
    data = {"placement_id": placement, "home_id": "H1", "commissioner_id": "C1", "room": room}
    return Said("placement.started.v1", data | {"emergency": False, "suicide_risk": suicide_risk}, time=time)


def whole(version: int = 1, *rules: dict[str, Any], **parts: Any) -> Said:
    """A plan that lacks nothing."""
    stated: dict[str, Any] = {"roles": ROLES, "signed": SIGNED, "night_cover": cover()} | parts
    return plan(version, *(rules or (BY_NIGHT, BY_DAY)), **stated)


def ligature(review_by: str | None = "2026-06-30") -> dict[str, Any]:
    """A ligature plan."""
    return {"risks": ["cords (sample)"], "controls": ["none within reach (sample)"], "review_by": review_by}


def suicide(review_by: str | None = "2026-06-30") -> dict[str, Any]:
    """A suicide prevention plan."""
    risks = {f"{kind}_risks": ["(sample)"] for kind in ("emotional", "behavioural", "situational")}
    actions = [{"what": "talk (sample)", "who": "post:key-worker"}]
    return {**risks, "means_restriction": "locked away (sample)", "actions": actions, "review_by": review_by}


def assessed(
    *points: dict[str, Any], room: str = "R1", next_review: str | None = None, time: str | None = None
) -> Said:
    """A room's ligature assessment."""
    data = {"room": room, "anchor_points": list(points), "assessor": "A1"}
    return _of_the_home("environment.assessed.v1", data | _stated(next_review=next_review), time)


def point(
    id: str = "AP1",  # noqa: A002 - the field's own name
    rating: str = "high",
    status: str = "open",
    due: str | None = None,
) -> dict[str, Any]:
    """An anchor point, as it is listed."""
    told = {"point_id": id, "location": "door (sample)", "rating": rating, "control": "watched (sample)"}
    return (
        told | {"action": "refit (sample)", "owner": "post:works", "status": status} | _stated(action_due=due)
    )


def point_changed(id: str, status: str, time: str | None = None) -> Said:  # noqa: A002
    """An anchor point was made safe, or is open again."""
    data = {"point_id": id, "status": status, "reason": "seen to (sample)", "approver": "RM1"}
    return _of_the_home("anchor_point.changed.v1", data, time)


def reviewed(
    which: str,
    decision: str = "continue",
    next_review: str | None = "2026-06-30",
    time: str | None = None,
    placement: str = "P1",
) -> Said:
    """The child's `ligature` or `suicide` plan was looked at again."""
    data = {"placement_id": placement, "decision": decision, "reason": "review (sample)", "approver": "RI1"}
    return Said(f"{which}_plan.reviewed.v1", data | _stated(next_review=next_review), time=time)


def suitable(next_review: str = "2030-03-01", time: str | None = None) -> Said:
    """The home's suitability was reviewed."""
    data = {"decision": "suitable", "by": "RI1", "next_review": next_review}
    return _of_the_home("suitability.reviewed.v1", data, time)


def triggered(
    trigger: str, placement: str | None = None, room: str | None = None, time: str | None = None
) -> Said:
    """Something after which a review is due."""
    data = {"trigger": trigger} | _stated(placement_id=placement, room=room)
    return Said("review.triggered.v1", data, time=time, subject=placement or "H1")


def quiet(night: Night, *plans: Said, room: str = "R1") -> Night:
    """P1 lives in that room since 21:00; the room and the home have just been reviewed, and these plans agreed: where
    there are none, one that lacks nothing and states no protective plan."""
    night.at("18:00").tell(registered(), suitable())
    night.at("21:00").tell(came(room=room), *(plans or (whole(),)), assessed(room=room))
    return night


def _of_the_home(type_: str, data: dict[str, Any], time: str | None) -> Said:
    return Said(type_, data, time=time, subject="H1")


def _stated(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
