"""Real servers as fixtures, for every test: `kafka` and `postgres` are one of each for the whole run.

`own_kafka` and `own_postgres` are servers that a test may kill. Where no broker can be had its tests are skipped, by
name and aloud; WAKEFUL_REQUIRE_KAFKA=1 turns the skip into a failure. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.process import Unavailable
from tests.servers.shared import shared

if TYPE_CHECKING:
    from tests.servers.broker import Broker
    from tests.servers.postgres import PostgresServer


@dataclass(frozen=True)
class Kafka:
    """The run's broker. Tests that share it keep apart by the prefix of their topics' names."""

    bootstrap: str

    def new_prefix(self) -> str:
        """A prefix that no other test has, to put before the names of topics and groups."""
        return f"t{uuid.uuid4().hex[:10]}."


@dataclass
class Postgres:
    """The run's Postgres."""

    url: str
    _made: list[str] = field(default_factory=list)

    def new_database(self, like: str | None = None) -> str:
        """A database of the test's own, as SQLAlchemy's url: empty, or a copy of another. It is dropped at the end of
        the session."""
        from tests.servers.postgres import new_database

        self._made.append(new_database(self.url, like))
        return self._made[-1]

    def drop_all(self) -> None:
        """Drop what was made here, whoever is still connected."""
        from sqlalchemy.engine import make_url

        from tests.servers.postgres import execute

        while self._made:
            execute(self.url, f"DROP DATABASE IF EXISTS {make_url(self._made.pop()).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """The broker of this run; WAKEFUL_TEST_KAFKA names one that runs already."""
    if named := os.environ.get("WAKEFUL_TEST_KAFKA"):
        yield Kafka(named)
        return
    with _skipped_where_unavailable(), shared(_folder(request, tmp_path_factory), "kafka") as bootstrap:
        yield Kafka(bootstrap)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The Postgres of this run. It comes with the development environment: where it does not start, tests fail."""
    with shared(_folder(request, tmp_path_factory), "postgres") as url:
        server = Postgres(url)
        yield server
        server.drop_all()


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Broker]:
    """A started broker of the test's own, to be killed and started again; never the one of WAKEFUL_TEST_KAFKA."""
    from tests.servers.brokers import start_broker

    with _skipped_where_unavailable():
        server = start_broker(tmp_path / "kafka")
    yield server
    server.remove()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[PostgresServer]:
    """A started Postgres of the test's own, to be killed and started again."""
    from tests.servers.postgres import PostgresServer

    server = PostgresServer(tmp_path / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.remove()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Bring the broker before the first test that needs it: a download is no part of a test's time."""
    needed = any({"kafka", "own_kafka"} & set(getattr(item, "fixturenames", ())) for item in session.items)
    if needed and not session.config.option.collectonly:
        from tests.servers.brokers import prepare

        with suppress(Unavailable):
            prepare()


@contextmanager
def _skipped_where_unavailable() -> Iterator[None]:
    try:
        yield
    except Unavailable as why:
        if os.environ.get("WAKEFUL_REQUIRE_KAFKA") == "1":
            pytest.fail(f"WAKEFUL_REQUIRE_KAFKA=1, and there is no broker: {why}")
        pytest.skip(f"no Kafka broker: {why}")


def _folder(request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> Path:
    """Where all processes of this run meet: each worker's own folder lies in the run's."""
    own = factory.getbasetemp()
    return (own.parent if hasattr(request.config, "workerinput") else own) / "servers"
