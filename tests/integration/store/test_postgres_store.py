"""Postgres keeps the contract of every store."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, MetaData

from services.house import database
from tests import fresh
from tests.servers.plugin import Postgres
from wakeful.contracts.store import METADATA, StoreContract


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    """A database of this module's own, migrated."""
    return fresh.postgres_database(postgres)


class TestPostgresStore(StoreContract):
    @pytest.fixture
    def new_engine(self, url: str) -> Iterator[Callable[[], Engine]]:
        engines: list[Engine] = []

        def make() -> Engine:
            engines.append(database.views(url, "checks"))
            _empty(engines[-1])
            return engines[-1]

        yield make
        for engine in engines:
            engine.dispose()


def _empty(engine: Engine) -> None:
    """As new, and a hundred times faster than a new database."""
    METADATA.drop_all(engine)
    everything = MetaData()
    with engine.begin() as connection:
        for schema in ("checks", "wakeful"):
            everything.reflect(connection, schema)
        for table in everything.tables.values():
            if not table.name.startswith("schema_"):
                connection.execute(table.delete())
