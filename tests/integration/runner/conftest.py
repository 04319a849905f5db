"""The world of the runner's tests, over views in a file and over views in Postgres: what holds in one holds in both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.runner.world import World, views_in_postgres
from tests.servers.plugin import Postgres


@pytest.fixture(params=["file", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "file":
        world = World(tmp_path)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        world = World(tmp_path, views=views_in_postgres(server))
    yield world
    world.close()
