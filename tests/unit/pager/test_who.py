"""Who is on call: the override, the rota, the hand-over at a time on the home's own wall."""

import pytest

from services.pager.oncall import Standing, standing, step_people, who
from shared.instants import parse_instant
from tests.unit.pager.houses import WEEKDAYS, alert, between, house, override, policy, rota, weekly


def test_a_hand_over_has_one_person_and_never_none() -> None:
    home = house(rotas=rota("manager", weekly("A", "09:00", "21:00"), weekly("B", "21:00", "09:00")))
    assert who(home, "rota:manager", at("2026-03-02T20:59:59.999Z")) == ["A"]
    assert who(home, "rota:manager", at("2026-03-02T21:00:00Z")) == ["B"]
    assert who(home, "rota:manager", at("2026-03-03T08:59:59.999Z")) == ["B"]
    assert who(home, "rota:manager", at("2026-03-03T09:00:00Z")) == ["A"]


def test_a_duty_over_night_is_of_the_day_on_which_it_begins() -> None:
    home = house(rotas=rota("manager", weekly("A", "21:00", "09:00", WEEKDAYS)))
    assert who(home, "rota:manager", at("2026-03-07T08:00:00Z")) == ["A"], "Friday's, on Saturday morning"
    assert who(home, "rota:manager", at("2026-03-07T22:00:00Z")) == []
    assert who(home, "rota:manager", at("2026-03-09T08:00:00Z")) == [], "nobody's, on Monday morning"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00Z"),  # 01:30 is left out: it is the jump
        ("2026-10-25T00:29:59.999Z", "2026-10-25T00:30:00Z"),  # 01:30 comes twice: it is the first
        ("2026-03-02T01:29:59.999Z", "2026-03-02T01:30:00Z"),
        ("2026-06-02T00:29:59.999Z", "2026-06-02T00:30:00Z"),
    ],
)
def test_a_hand_over_is_on_the_homes_own_wall_when_the_clocks_change(before: str, after: str) -> None:
    home = house(rotas=rota("manager", weekly("A", "01:30", "13:00"), weekly("B", "13:00", "01:30")))
    assert who(home, "rota:manager", at(before)) == ["B"]
    assert who(home, "rota:manager", at(after)) == ["A"]


def test_duties_by_instants_are_half_open_too() -> None:
    home = house(
        rotas=rota(
            "manager",
            between("A", "2026-03-02T09:00:00Z", "2026-03-02T21:00:00Z"),
            between("B", "2026-03-02T20:00:00Z", "2026-03-03T09:00:00Z"),
            by="entries",
        )
    )
    assert who(home, "rota:manager", at("2026-03-02T08:59:59.999Z")) == []
    assert who(home, "rota:manager", at("2026-03-02T20:00:00Z")) == ["A", "B"]
    assert who(home, "rota:manager", at("2026-03-02T21:00:00Z")) == ["B"]


def test_an_override_wins_and_of_several_the_one_told_last() -> None:
    home = house(
        rotas=rota("manager", weekly("A", "00:00", "00:00")) | rota("deputy", weekly("D", "00:00", "00:00")),
        overrides=[
            override("manager", "B", "2026-03-02T20:00:00Z", "2026-03-02T23:00:00Z"),
            override("manager", "C", "2026-03-02T22:00:00Z", "2026-03-02T22:30:00Z"),
        ],
    )
    seen = [who(home, "rota:manager", at(f"2026-03-02T{each}:00Z")) for each in CLOCKS]
    assert seen == [["A"], ["B"], ["C"], ["B"], ["A"]]
    assert who(home, "rota:deputy", at("2026-03-02T22:00:00Z")) == ["D"]


CLOCKS = ("19:59", "20:00", "22:00", "22:30", "23:00")


def test_a_step_tells_whoever_is_behind_its_names_each_once() -> None:
    steps = policy(["on_duty", "home_phone"], ["rota:manager", "A"], ["commissioner"], ["rota:unknown"])
    home = house(rotas=rota("manager", weekly("A", "00:00", "00:00")), on_duty=["S1", "S2"])
    of_a_child, of_the_home = (
        alert(policy=steps),
        alert(policy=steps, placement_id=None, commissioner_id=None),
    )
    told = [step_people(home, of_a_child, step, NIGHT) for step in range(-1, 5)]
    assert told == [[], ["S1", "S2", "home:H1"], ["A"], ["commissioner:C1"], [], []]
    both = house(commissioners=["C1", "C2"])
    assert step_people(both, of_the_home, 2, NIGHT) == ["commissioner:C1", "commissioner:C2"]
    assert step_people(both, alert(policy=steps, commissioner_id=None), 2, NIGHT) == [], "nobody knows whose"
    assert step_people(home, alert(policy=None), 0, NIGHT) == []


def test_a_rota_is_as_it_was_written_when_the_alert_was_raised_and_an_override_as_it_stands() -> None:
    raised = alert(
        policy=policy(["rota:manager"], ["rota:deputy"]),
        rotas=rota("manager", weekly("A", "00:00", "00:00")),
    )
    now = house(
        rotas=rota("manager", weekly("B", "00:00", "00:00")) | rota("deputy", weekly("D", "00:00", "00:00"))
    )
    assert step_people(now, raised, 0, NIGHT) == ["A"]
    assert step_people(now, raised, 1, NIGHT) == ["D"], "written since: better than nobody"
    ill = house(overrides=[override("manager", "C", "2026-03-02T22:00:00Z", "2026-03-03T09:00:00Z")])
    assert step_people(ill, raised, 0, NIGHT) == ["C"]


def test_a_home_counts_as_watched_only_with_a_last_resort() -> None:
    assert standing(house()) is Standing.WATCHED
    assert standing(house(policy=policy(["on_duty"], last_resort=None))) is Standing.NO_LAST_RESORT
    assert standing(house(policy=None)) is Standing.NO_POLICY


def at(text: str) -> int:
    return parse_instant(text)


NIGHT = at("2026-03-02T22:17:00Z")
