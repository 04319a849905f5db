"""A bug or a poison fact costs one home, and the home comes back."""

import pytest

from services.checks.model import ChecksMonitor
from shared.instants import MINUTE, show_instant
from shared.runner import homecoming
from shared.store import asides, operations
from shared.topics import ALERTS, CHECK_INS, SWAPS
from tests.integration.runner.stories import NIGHT, Fragile, FragileLater, check, home, kinds
from tests.integration.runner.world import World


def test_a_poison_fact_sets_its_home_aside_and_the_others_are_watched_in_time(world: World) -> None:
    world.make = Fragile
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    world.feed([check("H1", NIGHT + MINUTE, "poison"), check("H2", NIGHT + MINUTE)])
    world.settle(runner, NIGHT + 30 * MINUTE)
    assert kinds(world) == [("H2", "raised")]
    assert world.observer.aside == ["H1"]
    assert world.alerts() == world.replayed(NIGHT + 30 * MINUTE, ChecksMonitor, ["H2"])


def test_a_bug_that_shows_when_time_passes_costs_one_home_too(world: World) -> None:
    world.make = FragileLater
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    world.settle(runner, NIGHT + 30 * MINUTE)
    assert kinds(world) == [("H2", "raised")]
    assert world.observer.aside == ["H1"]


def test_the_home_is_marked_unwatched_with_its_reason_and_the_fact_and_operations_are_told(
    world: World,
) -> None:
    runner = world.started(Fragile)
    poison = check("H1", NIGHT + MINUTE, "poison")
    world.feed([*home("H1"), poison])
    world.settle(runner, NIGHT + 2 * MINUTE)
    with world.engine.connect() as connection:
        (aside,) = asides.of_service(connection, "checks", 0)
        (told,) = operations.latest(connection, only_open=True)
    assert (aside.home_id, aside.reason, aside.fact_id) == ("H1", "KeyError: 'state'", poison["event"]["id"])
    assert (told.kind, told.home_id, told.service, told.since) == (
        "monitor_blind",
        "H1",
        "checks",
        aside.since,
    )


def test_a_home_set_aside_stays_so_over_restarts_and_its_facts_stay_in_the_log(world: World) -> None:
    runner = world.started(Fragile)
    world.feed([*home("H1"), check("H1", NIGHT + MINUTE, "poison")])
    world.settle(runner, NIGHT + 2 * MINUTE)
    again = world.started(Fragile)
    world.feed([check("H1", NIGHT + 5 * MINUTE)])
    world.settle(again, NIGHT + 60 * MINUTE)
    assert kinds(world) == []
    assert len(world.records(CHECK_INS)) == 2


def test_a_fixed_version_brings_the_home_back_with_what_came_in_between(world: World) -> None:
    runner = world.started(Fragile)
    world.feed([*home("H1"), *home("H2")])
    world.feed([check("H1", NIGHT + MINUTE, "poison"), check("H2", NIGHT + MINUTE)])
    world.feed([check("H1", NIGHT + 5 * MINUTE)])
    world.settle(runner, NIGHT + 30 * MINUTE)
    homecoming.home(world.log, world.engine, world.service(), "H1")
    fixed = world.started(ChecksMonitor)
    world.settle(fixed, NIGHT + 31 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 31 * MINUTE)
    assert sorted(kinds(world)) == [("H1", "raised"), ("H2", "raised")]
    with world.engine.connect() as connection:
        assert asides.of_service(connection, "checks", 0) == []
        assert operations.latest(connection, only_open=True) == []
    (swap,) = (event["data"] for event in world.events(SWAPS))
    assert (swap["service"], swap["home_id"]) == ("checks", "H1")
    assert swap["at"] == show_instant(NIGHT + 30 * MINUTE)
    assert len(swap["raised"]) == 1


def test_a_home_that_comes_back_has_its_stale_alerts_closed_as_superseded(world: World) -> None:
    runner = world.started(Fragile)
    world.feed(home("H1"))
    world.settle(runner, NIGHT + 20 * MINUTE)
    assert kinds(world) == [("H1", "raised")]
    world.feed([check("H1", NIGHT + 20 * MINUTE, "poison")])
    world.settle(runner, NIGHT + 22 * MINUTE)
    homecoming.home(world.log, world.engine, world.service(), "H1")
    world.settle(world.started(ChecksMonitor), NIGHT + 23 * MINUTE)
    closed = world.events(ALERTS)[-1]
    assert (closed["type"], closed["data"]["how"]) == ("alert.resolved.v1", "superseded")
    world.feed([check("H1", NIGHT + 24 * MINUTE)])
    world.settle(world.started(ChecksMonitor), NIGHT + 25 * MINUTE)
    assert len(kinds(world)) == 2, "what was closed is not closed again"


def test_a_home_that_still_fails_stays_set_aside(world: World) -> None:
    runner = world.started(Fragile)
    world.feed([*home("H1"), check("H1", NIGHT + MINUTE, "poison")])
    world.settle(runner, NIGHT + 2 * MINUTE)
    with pytest.raises(homecoming.StillBroken, match="H1 fails as before"):
        homecoming.home(world.log, world.engine, world.service(Fragile), "H1")
    with world.engine.connect() as connection:
        assert len(asides.of_service(connection, "checks", 0)) == 1
