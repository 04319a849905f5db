"""What the nights on a broker have in common."""

from collections.abc import Iterator

import pytest

from tests.servers.plugin import Kafka, Postgres
from tests.simulation.places import Places


@pytest.fixture(scope="session")
def places(kafka: Kafka, postgres: Postgres) -> Iterator[Places]:
    """Of all nights that this process tells on the broker."""
    with Places(kafka, postgres) as places:
        yield places
