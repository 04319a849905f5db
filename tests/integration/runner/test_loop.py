"""The loop on the machine's own clock: it wakes by itself, waits for what is away, and ends when it must."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from shared import clock as machine
from shared.alerting import RAISED
from shared.instants import MINUTE, SECOND, show_instant
from shared.log.base import Draft, Unavailable
from shared.log.sqlite import SqliteLog
from shared.runner import Runner
from shared.store import ledger
from shared.topics import ALERTS, PLAN_CHANGES
from tests.integration.runner.stories import EVENING, NIGHT, check, home, line
from tests.integration.runner.world import Heard, World, draft
from tests.waiting import LONG_S


def test_the_loop_raises_an_alert_by_itself_and_stops_when_told(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.log.close()
    log = SqliteLog(tmp_path / "log.sqlite3", always_open=True)
    heard = Heard()
    runner = Runner(log, world.engine, world.service(), observer=heard)
    stop = threading.Event()
    loop = threading.Thread(target=runner.run, args=(stop,), daemon=True)
    loop.start()
    lines = home("H1", machine.now(), ceiling="PT1S", window=("00:00", "00:00"))
    lines[0]["event"]["data"]["default_plan"]["checks"][0]["grace"] = "PT0S"
    log.append([draft(each) for each in lines])
    seen = log.end()
    while seen < 3:
        assert log.wait(seen, LONG_S)
        seen = log.end()
    raised, *_worsened = log.read(0, (ALERTS,), {}, 1 << 62)[0]
    assert b"check_missed" in raised.body
    stop.set()
    loop.join(LONG_S)
    assert len(heard.lags) == 1
    log.close()
    world.engine.dispose()


def test_the_loop_waits_for_a_log_that_is_unavailable_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.feed(home("H1"))
    world.now = NIGHT + 20 * MINUTE
    tried = threading.Event()
    append = world.log.append

    def broken(drafts: Sequence[Draft]) -> None:
        tried.set()
        raise Unavailable("the disk is full", retry_after=1)

    monkeypatch.setattr(world.log, "append", broken)
    stop = threading.Event()
    loop = threading.Thread(target=world.runner().run, args=(stop,), daemon=True)
    loop.start()
    assert tried.wait(LONG_S)
    monkeypatch.setattr(world.log, "append", append)
    assert world.log.wait(2, LONG_S)
    stop.set()
    loop.join(LONG_S)
    assert isinstance(world.observer.errors[0], Unavailable)
    assert world.alerts() == world.replayed(NIGHT + 20 * MINUTE)
    world.close()


def test_the_loop_raises_when_it_has_lost_its_partition(world: World) -> None:
    raised: list[BaseException] = []
    runner = world.runner()
    ready = threading.Event()
    start = runner.start

    def started(stopping: Callable[[], bool]) -> None:
        start(stopping)
        ready.set()

    def run() -> None:
        try:
            runner.run(threading.Event())
        except ledger.LostOwnership as error:
            raised.append(error)

    runner.start = started  # type: ignore[method-assign,assignment]
    loop = threading.Thread(target=run, daemon=True)
    loop.start()
    assert ready.wait(LONG_S)
    world.started()
    world.feed(home("H1"))
    world.now += SECOND
    loop.join(LONG_S)
    assert len(raised) == 1


def test_what_was_past_in_one_home_is_told_before_what_begins_a_millisecond_later_in_another(
    world: World,
) -> None:
    """H1 comes first where two homes fall on one instant; its absence begins just after H2's deadline has passed."""
    begins = NIGHT + 30 * MINUTE
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    promised = line(
        PLAN_CHANGES, EVENING + MINUTE, "away", "disposition.started.v1", "H1", "P-H1",
        placement_id="P-H1", reason="home_leave", expected_end=show_instant(begins + 60 * MINUTE), approver="M1",
    )  # fmt: skip
    promised["event"]["time"] = show_instant(begins)
    world.feed([promised])
    world.feed([check("H2", begins - 17 * MINUTE - 1), check("H1", begins - 10 * MINUTE)])
    world.settle(runner, begins + MINUTE)
    raised = [event for event in world.events(ALERTS) if event["type"] == RAISED]
    told = [(event["homeid"], event["data"]["kind"], event["time"]) for event in raised]
    assert told[-2:] == [
        ("H2", "check_missed", show_instant(begins - 1)),
        ("H1", "child_away", show_instant(begins)),
    ]
