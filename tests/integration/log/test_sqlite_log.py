"""The embedded log keeps the contract of every log."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from shared.log.base import Log
from shared.log.sqlite import SqliteLog
from wakeful.contracts.log import LogContract


class TestSqliteLog(LogContract):
    @pytest.fixture
    def opened(self) -> Iterator[list[tuple[Log, Path]]]:
        opened: list[tuple[Log, Path]] = []
        yield opened
        for log, _ in opened:
            log.close()

    @pytest.fixture
    def new_log(self, tmp_path: Path, opened: list[tuple[Log, Path]]) -> Callable[[], Log]:
        numbers = count()

        def open_new() -> Log:
            path = tmp_path / str(next(numbers)) / "log.sqlite3"
            opened.append((SqliteLog(path, always_open=True), path))
            return opened[-1][0]

        return open_new

    @pytest.fixture
    def reopen(self, opened: list[tuple[Log, Path]]) -> Callable[[Log], Log]:
        def open_again(log: Log) -> Log:
            path = next(path for known, path in opened if known is log)
            log.close()
            opened.append((SqliteLog(path, always_open=True), path))
            return opened[-1][0]

        return open_again
