"""What a crew does with a home-partition whose rows are of another version, and while it can do nothing for one."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.monitors import SERVICES
from shared.runner import rebuild
from shared.runner.observer import Silence
from shared.store import ledger
from shared.store.engine import writing
from shared.worker.crew import Crew
from tests import fresh
from tests.servers.process import until

WITHIN_S = 30.0


class QuietLog:
    """A log in which nothing comes. It remembers how long it was waited for."""

    partitions = 1
    once = True

    def __init__(self) -> None:
        self.waited: list[float] = []

    def end(self) -> int:
        return 0

    def wait(self, _seen: int, timeout_s: float) -> bool:
        self.waited.append(timeout_s)
        threading.Event().wait(min(timeout_s, 0.01))
        return False

    def release(self, _partition: int) -> None: ...

    def another(self) -> "QuietLog":
        return self

    def close(self) -> None: ...


class Making:
    """A rebuild that goes on until it is told to end."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = threading.Event()

    def whole(self, *_given: Any, **_more: Any) -> None:
        self.begun += 1
        self.end.wait(WITHIN_S)


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> Making:
    making = Making()
    monkeypatch.setattr(rebuild, "whole", making.whole)
    return making


@pytest.fixture
def running(tmp_path: Path, making: Making) -> Iterator[tuple[Crew, QuietLog]]:
    """A crew at work over rows of another version."""
    engine = fresh.views(tmp_path)
    with writing(engine) as connection:
        ledger.take_over(connection, "checks", 0, SERVICES["checks"].make().version + 1)
    log, stop = QuietLog(), threading.Event()
    crew = Crew(log, engine, SERVICES["checks"], Silence())  # type: ignore[arg-type]
    thread = threading.Thread(target=crew.run, args=(stop,))
    thread.start()
    crew.own({0})
    until(lambda: making.begun > 0, WITHIN_S, lambda: AssertionError("nothing was made anew"))
    yield crew, log
    making.end.set()
    stop.set()
    thread.join(WITHIN_S)
    engine.dispose()


def rounds(log: QuietLog, count: int) -> list[float]:
    """How long it waits in so many rounds from now on."""
    begun = len(log.waited)
    until(lambda: len(log.waited) >= begun + count, WITHIN_S, lambda: AssertionError("it does not go round"))
    return log.waited[begun:]


def test_nobody_spins_while_rows_are_made_anew(running: tuple[Crew, QuietLog]) -> None:
    assert min(rounds(running[1], 5)) > 0


def test_what_is_let_go_and_owned_again_is_not_made_anew_a_second_time_beside_itself(
    running: tuple[Crew, QuietLog], making: Making
) -> None:
    crew, log = running
    crew.own(())
    until(lambda: crew.clocks() == {}, WITHIN_S, lambda: AssertionError("it was not let go"))
    until(lambda: not crew._hands, WITHIN_S, lambda: AssertionError("it was not let go"))
    crew.own({0})
    until(lambda: bool(crew._hands), WITHIN_S, lambda: AssertionError("it was not taken on again"))
    rounds(log, 5)
    assert making.begun == 1
