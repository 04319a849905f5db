"""The fold at rest: JSON that holds all of it, over random nights."""

from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.acceptance import refusal
from shared.facts import Fact
from shared.home import Homes
from shared.home.saved import home_state, placement_state, restore_home, restore_placement
from shared.instants import NEVER
from tests.oracle.nights import nights
from tests.simulation.logs import facts_of
from tests.unit.home.told import away, concern, p1, registered, started

State = dict[str, Any]


def state(homes: Homes) -> bytes:
    """All of it, as rows would hold it."""
    return orjson.dumps(
        {
            home.id: [home_state(home), {each.id: placement_state(each) for each in home.placements.values()}]
            for home in homes.homes.values()
        }
    )


def unnumbered(homes: Homes) -> list[Any]:
    """All of it but the numbers of promises, of which only the order matters."""
    placements = [each for home in homes.homes.values() for each in home.placements.values()]
    return [
        [placement_state(each)[:-1], [(promise.at, promise.fact.id) for promise in each.promises]]
        for each in placements
    ]


def restored(rest: bytes) -> Homes:
    """Back from rest, home by home, then placement by placement."""
    homes = Homes()
    for home_id, (home, placements) in orjson.loads(rest).items():
        restore_home(homes, home_id, home)
        for placement_id, placement in placements.items():
            restore_placement(homes, home_id, placement_id, placement)
    return homes


def play(homes: Homes, facts: list[Fact]) -> list[Any]:
    """The facts that may stand, with promises kept before each; what changed."""
    changes: list[Any] = []
    for fact in facts:
        for home in list(homes.homes.values()):
            for placement in home.placements.values():
                while placement.next_promise <= fact.appended_at:
                    changes += homes.keep(placement, fact.appended_at)
        if not fact.type.startswith("check.") and refusal(fact, homes, None) is None:
            changes += homes.apply(fact)
    return [(one.kind, one.placement.id, one.at, one.fact.id, one.before) for one in changes]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights(), st.integers(min_value=0, max_value=999))
def test_a_fold_that_was_put_to_rest_anywhere_goes_on_as_if_it_had_not_been(
    lines: list[State], share: int
) -> None:
    facts = facts_of(lines)
    cut = len(facts) * share // 1000
    whole = Homes()
    play(whole, facts[:cut])
    again = restored(state(whole))
    assert state(again) == state(whole)
    assert play(again, facts[cut:]) == play(whole, facts[cut:])
    assert unnumbered(again) == unnumbered(whole)


def test_equal_plans_are_one_plan_after_rest_as_before() -> None:
    homes = Homes()
    plan = {"checks": [{"from": "22:00", "to": "07:00", "ceiling": "PT15M"}]}
    home = {
        "home_id": "H1",
        "provider_id": "PR1",
        "time_zone": "Europe/London",
        "rooms": [],
        "default_plan": plan,
    }
    start = {"commissioner_id": "C1", "home_id": "H1", "room": "R1", "suicide_risk": False}
    for number, (type_, data) in enumerate(
        [("home.registered.v1", home)]
        + [("placement.started.v1", start | {"placement_id": placement}) for placement in ("P1", "P2")]
    ):
        homes.apply(Fact("wakeful.plan-changes", 0, "H1", f"f{number}", type_, "H1", "s", "a", 0, 0, data))
    first, second = restored(state(homes)).homes["H1"].placements.values()
    assert first.plan is not None
    assert second.plan is not None
    assert first.plan.terms is second.plan.terms
    assert first.next_promise == NEVER


def test_what_is_promised_after_rest_is_kept_after_what_was_promised_before_it() -> None:
    homes = Homes()
    for told in (
        registered(),
        started(),
        concern("20:00", time="22:20"),
        away("school", "23:00", "20:01", time="22:10"),
    ):
        homes.apply(told)
    again = restored(state(homes))
    again.apply(concern("20:02", time="22:10"))
    assert [promise.fact.type for promise in p1(again).promises] == [
        "disposition.started.v1",
        "concern.received.v1",
        "concern.received.v1",
    ]
