"""These are told in virtual time alone: what is decided here follows from what other services publish, and a broker
stamps that with its own time (tests/integration/alerts has it live)."""

import pytest


@pytest.fixture
def place() -> None:
    """No broker."""
