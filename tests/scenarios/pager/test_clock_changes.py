"""A hand-over is at a time on the home's own wall, on the nights of both clock changes too."""

import pytest

from tests.scenarios.pager.paged import OnCallNight
from tests.unit.pager.desk_story import WHOLE_DAY


def handed_over_at_half_past_one(night: OnCallNight) -> OnCallNight:
    """A has the day, from 01:30 on; B the evening, until then."""
    day = {"person_id": "A", "days": WHOLE_DAY, "from": "01:30", "to": "13:00"}
    evening = {"person_id": "B", "days": WHOLE_DAY, "from": "13:00", "to": "01:30"}
    rota = {"rota": "manager", "weekly": [evening, day]}
    night.fact("wakeful.plan-changes", "on_call.rota_set.v1", rota)
    night.policy(["on_duty"], ["rota:manager"])
    return night


@pytest.mark.parametrize(("raised", "told", "who"), [("01:26:59", "01:29:59", "B"), ("01:27", "01:30", "A")])
def test_on_an_ordinary_night(paging: OnCallNight, raised: str, told: str, who: str) -> None:
    handed_over_at_half_past_one(paging).until(raised).missed()
    paging.until("01:31").expect(raised, "W1").expect(told, who)


@pytest.mark.parametrize(
    ("raised", "told", "who"),
    [
        ("00:56:59", "00:59:59", "B"),  # 00:59:59 on the wall
        ("00:57", "01:00", "A"),  # 02:00 on the wall: there is no 01:30, the clocks jump over it
    ],
)
def test_a_time_that_spring_leaves_out_is_when_the_clocks_jump(
    spring_paging: OnCallNight, raised: str, told: str, who: str
) -> None:
    handed_over_at_half_past_one(spring_paging).until(raised).missed()
    spring_paging.until("01:02").expect(raised, "W1").expect(told, who)


@pytest.mark.parametrize(
    ("raised", "told", "who"),
    [
        ("00:26:59", "00:29:59", "B"),  # 01:29:59 on the wall, for the first time
        ("00:27", "00:30", "A"),
        ("01:22", "01:25", "A"),  # 01:25 once more: it has been handed over
        ("01:28", "01:31", "A"),
    ],
)
def test_a_time_that_comes_twice_in_autumn_is_the_first(
    autumn_paging: OnCallNight, raised: str, told: str, who: str
) -> None:
    handed_over_at_half_past_one(autumn_paging).until(raised).missed()
    autumn_paging.until(told).expect(raised, "W1").expect(told, who)
