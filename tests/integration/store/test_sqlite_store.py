"""SQLite keeps the contract of every store."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shared.store.schema import STORE_MIGRATIONS, upgrade
from tests import fresh
from wakeful.contracts.store import StoreContract


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def new_engine(self, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
        numbers = count()
        engines: list[Engine] = []

        def make() -> Engine:
            engines.append(fresh.opened(tmp_path / f"{next(numbers)}.sqlite3", _migrate))
            return engines[-1]

        yield make
        for engine in engines:
            engine.dispose()


def _migrate(engine: Engine) -> None:
    upgrade(engine, STORE_MIGRATIONS)
