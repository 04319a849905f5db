"""What the door would never let in, and readers do not ask again (decision 0003): it costs no home its watch."""

from typing import Any

import pytest

from services.rules import MONITORS
from shared.course import Course, MemorySeen
from shared.facts import Fact
from shared.instants import HOUR, MINUTE
from tests.unit.home.told import at, every, plan, registered, started
from tests.unit.test_cautions import told

POINT = {"location": "Door", "rating": "high", "control": "None", "status": "open"}


def assessed(*ids: str) -> Fact:
    points = [{"point_id": id_, **POINT} for id_ in ids]
    return told("environment.assessed", {"room": "R1", "anchor_points": points, "assessor": "S2"}, "20:00")


def agreed(**cover: Any) -> Fact:
    asked = {"from": "22:00", "to": "07:00", "waking_staff": 1, "dedicated": False, **cover}
    return plan(1, every(15), told="20:00", night_cover=asked, suicide_risk=False)


UNSHAPELY = {
    "negative staff": agreed(waking_staff=-1),
    "more staff than anybody has": agreed(waking_staff=10**12),
    "an anchor point listed twice": assessed("A1", "A1"),
    "10,000 anchor points": assessed(*(f"A{number}" for number in range(10_000))),
    "a headcount below nobody": told(
        "cover.handed_over",
        {"from_staff_id": "S1", "to_staff_id": "S2", "accepted": True, "headcount": -3},
        "20:00",
        actor="S2",
    ),
    "a field that nobody knows": agreed(unheard_of=[1]),
}


@pytest.mark.parametrize("what", UNSHAPELY)
@pytest.mark.parametrize("service", MONITORS)
def test_the_home_goes_on(service: str, what: str) -> None:
    seen = MemorySeen()
    course = Course(MONITORS[service](), seen, seen.named)
    turn = course.take([registered(), started(), UNSHAPELY[what]])
    night = course.finish(at("07:00") + HOUR + MINUTE)
    assert [each.reason for each in turn.set_aside + night.set_aside] == []
    assert not course.aside
