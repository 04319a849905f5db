"""The embedded log keeps the contract of every log."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from shared.instants import NEVER
from shared.log.base import Log
from shared.log.sqlite import TAIL, SqliteLog
from shared.topics import ALL
from wakeful.contracts.anylog import draft
from wakeful.contracts.log import LogContract


class TestSqliteLog(LogContract):
    @pytest.fixture(params=[TAIL, 0, 3])
    def tail(self, request: pytest.FixtureRequest) -> int:
        """How much of its end is in memory: all that the contract asks for, nothing, a little."""
        return int(request.param)

    @pytest.fixture
    def opened(self) -> Iterator[list[tuple[Log, Path]]]:
        opened: list[tuple[Log, Path]] = []
        yield opened
        for log, _ in opened:
            log.close()

    @pytest.fixture
    def new_log(self, tmp_path: Path, opened: list[tuple[Log, Path]], tail: int) -> Callable[[], Log]:
        numbers = count()

        def open_new() -> Log:
            path = tmp_path / str(next(numbers)) / "log.sqlite3"
            opened.append((SqliteLog(path, always_open=True, tail=tail), path))
            return opened[-1][0]

        return open_new

    @pytest.fixture
    def reopen(self, opened: list[tuple[Log, Path]], tail: int) -> Callable[[Log], Log]:
        def open_again(log: Log) -> Log:
            path = next(path for known, path in opened if known is log)
            log.close()
            opened.append((SqliteLog(path, always_open=True, tail=tail), path))
            return opened[-1][0]

        return open_again


def test_the_end_in_memory_is_read_as_the_file_is(tmp_path: Path) -> None:
    """Any topics, from any positions, before any instant, any number of records."""
    rnd, time = Random(3), [1000]
    log = SqliteLog(tmp_path / "log.sqlite3", always_open=True, clock=lambda: time[0], tail=40)
    try:
        read = 0
        for number in range(200):
            time[0] += rnd.choice((0, 0, 1, 5))
            log.append([draft(f"{number}-{n}", rnd.choice(ALL)) for n in range(rnd.choice((1, 1, 4)))])
            topics = rnd.sample(ALL, rnd.randint(1, 4))
            after = {topic: max(0, log.end() - rnd.randint(0, 30)) for topic in topics[: rnd.randint(0, 4)]}
            before, limit = rnd.choice((NEVER, time[0], time[0] - 3, time[0] + 1)), rnd.choice((1, 2, 10))
            found = log.read(0, topics, after, before, limit)
            assert found == log._reader.read(topics, after, before, limit)
            read += len(found[0])
        assert read > 100
    finally:
        log.close()
