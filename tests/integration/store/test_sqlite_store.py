"""SQLite keeps the contract of every store."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shared.store.engine import make_engine
from shared.store.schema import STORE_MIGRATIONS, upgrade
from wakeful.contracts.store import StoreContract


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def new_engine(self, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
        numbers = count()
        engines: list[Engine] = []

        def make() -> Engine:
            engines.append(make_engine(tmp_path / f"{next(numbers)}.sqlite3"))
            upgrade(engines[-1], STORE_MIGRATIONS)
            return engines[-1]

        yield make
        for engine in engines:
            engine.dispose()
