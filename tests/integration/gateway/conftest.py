"""A door to try: the real app over a real log, real keys and a real access database in a folder of the test's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.gateway.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as opened:
        yield opened
