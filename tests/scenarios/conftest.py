"""Every scenario gets a night; when it has been told, nothing may have been heard that it did not expect."""

from collections.abc import Generator

import pytest

from tests.scenarios.night import Night


@pytest.fixture
def night() -> Night:
    """A winter's night of virtual time."""
    return Night()


@pytest.fixture
def spring_night() -> Night:
    """The night in which London's clocks jump from 01:00 to 02:00, at 01:00Z. It lasts 8 hours."""
    return Night("2026-03-28", "2026-03-29")


@pytest.fixture
def autumn_night() -> Night:
    """The night in which London's clocks go back from 02:00 to 01:00, at 01:00Z. It lasts 10 hours; local time is an
    hour ahead of UTC until then."""
    return Night("2026-10-24", "2026-10-25")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """*An unexpected message fails the test.*"""
    result = yield
    for night in pyfuncitem.funcargs.values():
        if isinstance(night, Night):
            night.over()
    return result
