"""However often the runner stops, crashes or cannot commit, the log tells the same alerts as replay does."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from shared.log.base import Decide, Draft, Receipt
from shared.runner import Runner
from shared.runner import loop as runner_module
from shared.runner import publisher as publisher_module
from shared.store.engine import writing
from tests.integration.runner.world import Line, World, end_of
from tests.oracle.nights import night

SEEDS = range(6)


class Crash(Exception):  # noqa: N818
    """The process is gone, as far as the test goes."""


class Trip:
    """Crashes at points that a test chooses by name: before (`commit`) and after (`committed`) each commit of the
    views, before (`append`) and after (`appended`) each append to the log."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, crash: Callable[[str], bool]) -> None:
        self.crashes = 0
        self._crash = crash
        self._append = world.log.append
        monkeypatch.setattr(runner_module, "writing", self._writing)
        monkeypatch.setattr(publisher_module, "writing", self._writing)
        self._world = world
        self._patch = monkeypatch

    def _point(self, name: str) -> None:
        if self._crash(name):
            self.crashes += 1
            raise Crash(name)

    @contextmanager
    def _writing(self, engine: Engine) -> Iterator[Connection]:
        with writing(engine) as connection:
            yield connection
            self._point("commit")
        self._point("committed")

    def _tripped_append(self, drafts: Sequence[Draft], decide: Decide | None = None) -> list[Receipt]:
        self._point("append")
        receipts = self._append(drafts, decide)
        self._point("appended")
        return receipts

    def turn(self, runner: Runner | None, *, again: bool) -> Runner:
        """Turn until nothing moves. After a crash: with the same runner `again`, or with a new one."""
        while True:
            try:
                with self._patch.context() as patch:
                    patch.setattr(self._world.log, "append", self._tripped_append)
                    return stepwise(self._world)(runner)
            except Crash:
                runner = runner if again else None


def live(
    world: World, lines: Sequence[Line], turn: Callable[[Runner | None], Runner], rng: random.Random
) -> Runner:
    """Feed a night in portions, with pauses, and let `turn` move the runner after each."""
    runner = None
    left = list(lines)
    while left:
        taken, left = left[: (size := rng.randint(1, 12))], left[size:]
        while left and left[0]["appended_at"] == taken[-1]["appended_at"]:
            taken.append(left.pop(0))
        world.feed(taken)
        world.now += 1
        runner = turn(runner)
    world.now = end_of(lines)
    runner = turn(runner)
    return turn(runner)


def stepwise(world: World) -> Callable[[Runner | None], Runner]:
    def turn(runner: Runner | None) -> Runner:
        runner = runner or world.started()
        while runner.turn():
            pass
        return runner

    return turn


@pytest.mark.parametrize("seed", SEEDS)
def test_running_live_tells_what_replay_tells(world: World, seed: int) -> None:
    lines = night(seed)
    live(world, lines, stepwise(world), random.Random(seed))
    assert world.alerts() == world.replayed(end_of(lines))
    assert world.observer.differing == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_restart_at_any_point_tells_the_same(world: World, seed: int) -> None:
    def turn(runner: Runner | None) -> Runner:
        return stepwise(world)(runner if rng.random() < 0.5 else None)

    lines, rng = night(seed), random.Random(seed)
    live(world, lines, turn, rng)
    assert world.alerts() == world.replayed(end_of(lines))


@pytest.mark.parametrize("seed", SEEDS)
def test_crashes_at_any_step_lose_nothing_and_repeat_nothing(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, rng = night(seed), random.Random(seed)
    trip = Trip(world, monkeypatch, lambda _name: rng.random() < 0.2)
    live(world, lines, lambda runner: trip.turn(runner, again=False), random.Random(seed + 1))
    assert trip.crashes > 0
    assert world.alerts() == world.replayed(end_of(lines))
    assert world.observer.differing == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_turn_that_failed_is_taken_up_where_it_failed(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same runner: what it computed and could not commit is not computed again. (A commit that went through
    and was reported as failed is a crash, not this.)"""
    lines, rng = night(seed), random.Random(seed)
    runner = world.started()
    trip = Trip(world, monkeypatch, lambda name: name != "committed" and rng.random() < 0.3)
    live(world, lines, lambda _runner: trip.turn(runner, again=True), random.Random(seed + 1))
    assert trip.crashes > 0
    assert world.alerts() == world.replayed(end_of(lines))


def test_a_crash_at_each_single_point_of_a_short_night_changes_nothing(tmp_path: Path) -> None:
    """One crash at the first point, then at the second, … until the night has no more points."""
    lines = night(3)[:40]
    at = 0
    reached = 1
    while reached > at:
        at, reached = at + 1, 0

        def crash(_name: str, at: int = at) -> bool:
            nonlocal reached
            reached += 1
            return reached == at

        world = World(tmp_path / str(at))
        with pytest.MonkeyPatch.context() as patch:
            trip = Trip(world, patch, crash)
            live(world, lines, lambda runner, trip=trip: trip.turn(runner, again=False), random.Random(1))  # type: ignore[misc]
        assert world.alerts() == world.replayed(end_of(lines))
        world.close()
    assert at > 20
