"""A read model of another version is made again, and what was published is reconciled with it."""

import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import delete, select

from services.checks.model import ChecksMonitor
from services.checks.tables import PLACEMENTS
from shared.instants import MINUTE, show_instant
from shared.runner import rebuild
from shared.store import asides, ledger, operations, rebuilds
from shared.store.tables import LEDGER, OUTBOX
from shared.topics import ALERTS, CHECK_INS, PLAN_CHANGES, SWAPS
from tests.integration.runner.stories import NIGHT, Fragile, Newer, check, home, kinds
from tests.integration.runner.world import World, end_of
from tests.oracle.nights import night as random_night
from tests.waiting import LONG_S, until


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
    with world.engine.connect() as connection:
        assert connection.execute(select(OUTBOX)).all() == []
    (swap,) = (event["data"] for event in world.events(SWAPS))
    assert (swap["from_version"], swap["to_version"], "home_id" in swap) == (1, 2, False)
    assert (swap["raised"], swap["superseded"]) == ([raised[1]["data"]["alert_id"]], [])
    assert old_alert not in swap["raised"], "what is open by both readings is left alone"

    back = world.started(ChecksMonitor)
    world.settle(back, NIGHT + 62 * MINUTE)
    closed = [e for e in world.events(ALERTS) if e["type"] == "alert.resolved.v1"]
    assert [(e["homeid"], e["data"]["how"]) for e in closed] == [("H1", "superseded")]


def test_what_one_version_took_back_and_the_next_puts_right_is_told_anew(world: World) -> None:
    """Under its old id the log would take it for the same event, and nobody would hear of the child."""
    old = world.started(ChecksMonitor)
    world.feed([*home("H1"), *home("H2")])
    for at in range(0, 60 * MINUTE, 10 * MINUTE):
        world.feed([check("H1", NIGHT + at, "awake_settled")])
    world.settle(old, NIGHT + 60 * MINUTE)
    for minute, rules in ((61, Newer), (62, ChecksMonitor), (63, Newer)):
        world.settle(world.started(rules), NIGHT + minute * MINUTE)
    told = [(e["type"].split(".")[1], e["time"]) for e in world.events(ALERTS) if e["homeid"] == "H1"]
    steps = [step for step, _ in told if step != "worsened"]
    assert steps == ["raised", "resolved", "raised"]
    assert [at for step, at in told if step == "raised"][1] >= show_instant(NIGHT + 62 * MINUTE)


def test_a_rebuild_that_crashes_has_changed_nothing_and_the_next_one_begins_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = world.started()
    world.feed([*home("H1"), *home("H2")])
    for minute in range(0, 60, 10):
        world.feed([check("H1", NIGHT + minute * MINUTE, "awake_settled")])
    world.settle(old, NIGHT + 60 * MINUTE)
    before, stood = world.alerts(), table(world)
    for died_before in (ledger.swap, rebuilds.keep, rebuilds.end):
        with monkeypatch.context() as patched:
            patched.setattr(f"{died_before.__module__}.{died_before.__name__}", killed)
            with pytest.raises(Killed):
                rebuild.whole(world.log, world.engine, world.service(Newer))
        assert (world.alerts(), table(world)) == (before, stood)
    world.settle(world.started(Newer), NIGHT + 61 * MINUTE)
    assert len(world.alerts()) > len(before)
    with world.engine.connect() as connection:
        assert rebuilds.under_way(connection) == []


def test_the_live_service_goes_on_during_a_rebuild_and_takes_over_the_new_rows(world: World) -> None:
    """The rebuild reads in steps; between any two of them the live service reads, raises and publishes."""
    live = world.started()
    world.feed([*home("H1"), *home("H2")])
    at = NIGHT

    def goes_on(_position: int, _goal: int) -> None:
        nonlocal at
        at += 20 * MINUTE
        if at < NIGHT + 100 * MINUTE:
            world.feed([check("H1", at)])
            world.settle(live, at + 18 * MINUTE)

    world.settle(live, NIGHT + 20 * MINUTE)
    entry = rebuild.whole(world.log, world.engine, world.service(), reached=goes_on)
    with pytest.raises(ledger.LostOwnership):
        world.settle(live, at + 25 * MINUTE)
    live.start()
    assert live.entry.epoch > entry.epoch
    world.settle(live, at + 30 * MINUTE)
    assert world.alerts() == world.replayed(at + 30 * MINUTE)
    assert world.events(SWAPS)[0]["data"]["raised"] == []


def test_a_runner_that_cannot_have_a_rival_takes_over_what_was_made_anew(world: World) -> None:
    world.feed(home("H1"))
    world.now = NIGHT
    runner, stop = world.runner(), threading.Event()
    loop = threading.Thread(target=runner.run, args=(stop,), kwargs={"sole": True}, daemon=True)
    loop.start()
    try:
        until(lambda: runner.clock is not None and runner.clock >= NIGHT)
        entry = rebuild.whole(world.log, world.engine, world.service())
        world.now = NIGHT + 20 * MINUTE
        until(lambda: bool(world.events(ALERTS)))
        assert runner.entry.epoch > entry.epoch
    finally:
        stop.set()
        loop.join(LONG_S)
    assert not loop.is_alive()


def test_a_rebuild_that_is_told_to_stop_changes_nothing(world: World) -> None:
    world.settle(world.started(), world.feed([*home("H1"), check("H1", NIGHT)]) + MINUTE)
    stood = table(world)
    with pytest.raises(rebuild.Stopped):
        rebuild.whole(world.log, world.engine, world.service(), stopping=lambda: True)
    assert table(world) == stood


def test_a_home_that_only_the_new_rules_cannot_bear_is_set_aside_by_the_swap(world: World) -> None:
    old = world.started()
    world.feed([*home("H1"), *home("H2"), check("H1", NIGHT + MINUTE, "poison")])
    world.settle(old, NIGHT + 30 * MINUTE)
    open_before = [event["homeid"] for event in world.events(ALERTS)]
    assert sorted(open_before) == ["H1", "H2"]

    class Worse(Fragile):
        version = 2

    world.settle(world.started(Worse), NIGHT + 31 * MINUTE)
    with world.engine.connect() as connection:
        assert [aside.home_id for aside in asides.of_service(connection, "checks", 0)] == ["H1"]
        assert [each.home_id for each in operations.latest(connection, only_open=True)] == ["H1"]
    assert len(world.events(ALERTS)) == 2, "of a home nobody watches its alerts stay as they are"

    class Mended(ChecksMonitor):
        version = 3

    world.settle(world.started(Mended), NIGHT + 32 * MINUTE)
    with world.engine.connect() as connection:
        assert asides.of_service(connection, "checks", 0) == []
        assert operations.latest(connection, only_open=True) == []
    assert world.alerts() == world.replayed(NIGHT + 32 * MINUTE)


def test_views_that_are_lost_are_read_again_and_nothing_is_told_twice(world: World) -> None:
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    for minute in (5, 25, 30):
        world.feed([check("H1", NIGHT + minute * MINUTE)])
    world.settle(runner, NIGHT + 60 * MINUTE)
    before = world.alerts()
    world.forget_rows()
    with world.engine.begin() as connection:
        connection.execute(delete(LEDGER))
    world.settle(world.started(), NIGHT + 60 * MINUTE)
    assert world.alerts() == before == world.replayed(NIGHT + 60 * MINUTE)


def test_a_topic_that_only_the_new_version_reads_is_read_once(world: World) -> None:
    """What the rebuild has taken of it must not be taken again by whoever runs the service from there on."""
    old = world.started(Deaf)
    world.feed([*home("H1"), check("H1", NIGHT)])
    world.feed([check("H1", NIGHT + 10 * MINUTE)])
    world.settle(old, NIGHT + 11 * MINUTE)
    assert CHECK_INS not in old.entry.positions

    new = world.started(ChecksMonitor)
    taken = world.observer.facts
    world.settle(new, NIGHT + 12 * MINUTE)
    assert world.observer.facts == taken


@pytest.mark.parametrize("seed", range(20))
def test_on_random_nights_a_rebuild_of_the_same_version_changes_nothing(world: World, seed: int) -> None:
    lines = random_night(seed)
    live = world.started()
    at = world.feed(lines)
    world.settle(live, at)
    before, stood = world.alerts(), table(world)
    rebuild.whole(world.log, world.engine, world.service())
    again = world.started()
    world.settle(again, at)
    assert (world.alerts(), table(world)) == (before, stood)
    (swap,) = (event["data"] for event in world.events(SWAPS))
    assert (swap["raised"], swap["superseded"]) == ([], [])
    world.settle(again, end_of(lines))
    assert world.alerts() == world.replayed(end_of(lines))


class Deaf(ChecksMonitor):
    """An older version, that reads of no checks."""

    version = 0
    topics: Sequence[str] = (PLAN_CHANGES,)


class Killed(Exception):  # noqa: N818
    """In place of a death of the process."""


def killed(*_: object) -> None:
    raise Killed


def table(world: World) -> list[tuple[object, ...]]:
    with world.engine.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(PLACEMENTS).order_by(*PLACEMENTS.primary_key))
        ]
