"""The house of this folder's tests, and readers of its feed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.alerts.house import House, house


@pytest.fixture
def built(tmp_path: Path) -> Iterator[House]:
    """An empty house."""
    with house(tmp_path) as each:
        yield each


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that the tests of one module fill together."""
    with house(tmp_path_factory.mktemp("house")) as each:
        yield each
