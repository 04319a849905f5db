"""A read model of another version is made again, and what was published is reconciled with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from services.checks.model import ChecksMonitor
from shared.instants import MINUTE, show_instant
from shared.runner import loop as runner_module
from shared.store.tables import LEDGER, OUTBOX, SWAPS
from shared.topics import ALERTS
from tests.integration.runner.stories import NIGHT, Newer, check, home, kinds
from tests.integration.runner.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def test_rows_of_another_version_are_rebuilt_and_the_swap_reconciles_and_is_recorded(world: World) -> None:
    """By the old rules H1's child was seen and H2's was not; by the new ones it is the other way round."""
    old = world.started()
    world.feed([*home("H1"), *home("H2"), *home("H3")])
    for at in range(0, 60 * MINUTE, 10 * MINUTE):
        world.feed([check("H1", NIGHT + at, "awake_settled"), check("H3", NIGHT + at)])
    world.settle(old, NIGHT + 60 * MINUTE)
    assert kinds(world) == [("H2", "raised")] + [("H2", "worsened")] * 2
    old_alert = world.events(ALERTS)[0]["data"]["alert_id"]

    new = world.started(Newer)
    world.settle(new, NIGHT + 61 * MINUTE)
    raised = [e for e in world.events(ALERTS) if e["type"] == "alert.raised.v1"]
    assert [event["homeid"] for event in raised] == ["H2", "H1"]
    assert raised[1]["data"]["raised_at"] == show_instant(NIGHT + 17 * MINUTE), (
        "under the new reading's own instants"
    )
    assert new.entry.version == 2
    assert new.entry.rebuilding_until is None
    with world.engine.connect() as connection:
        (swap,) = connection.execute(select(SWAPS)).all()
        assert connection.execute(select(OUTBOX)).all() == []
    assert (swap.from_version, swap.to_version, swap.home_id) == (1, 2, None)
    assert swap.detail == {"raised": [raised[1]["data"]["alert_id"]], "superseded": []}
    assert old_alert not in swap.detail["raised"], "what is open by both readings is left alone"

    back = world.started(ChecksMonitor)
    world.settle(back, NIGHT + 62 * MINUTE)
    closed = [e for e in world.events(ALERTS) if e["type"] == "alert.resolved.v1"]
    assert [(e["homeid"], e["data"]["how"]) for e in closed] == [("H1", "superseded")]


def test_a_rebuild_that_crashes_goes_on_and_publishes_nothing_before_its_swap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "READ", 2)
    old = world.started()
    world.feed([*home("H1"), *home("H2")])
    for minute in range(0, 60, 10):
        world.feed([check("H1", NIGHT + minute * MINUTE, "awake_settled")])
    world.settle(old, NIGHT + 60 * MINUTE)
    before = world.alerts()
    reached = []
    while True:
        runner = world.started(Newer)
        runner.turn()
        reached.append(runner.entry.clock)
        if runner.entry.rebuilding_until is None:
            break
        assert world.alerts() == before
    assert len(reached) >= 4
    assert reached == sorted(reached)
    assert len(world.alerts()) > len(before)


@pytest.mark.parametrize("same", [True, False])
def test_a_rebuild_of_the_same_version_publishes_nothing_new(world: World, same: bool) -> None:
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    for minute in (5, 25, 30):
        world.feed([check("H1", NIGHT + minute * MINUTE)])
    world.settle(runner, NIGHT + 60 * MINUTE)
    before = world.alerts()
    if not same:  # the views are lost: nothing says how far they had come
        world.forget_rows()
        with world.engine.begin() as connection:
            connection.execute(delete(LEDGER))
    again = world.runner()
    again.rebuild()
    world.settle(again, NIGHT + 60 * MINUTE)
    assert world.alerts() == before == world.replayed(NIGHT + 60 * MINUTE)
    world.settle(world.started(), NIGHT + 90 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 90 * MINUTE)
