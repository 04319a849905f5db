"""Every scenario gets a `night`; when it has been told, nothing may have been heard that it did not expect."""

from collections.abc import Generator

import pytest

from tests.scenarios.night import Night


@pytest.fixture
def night() -> Night:
    """A winter's night of virtual time."""
    return Night()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """*An unexpected message fails the test.*"""
    result = yield
    told = pyfuncitem.funcargs.get("night")
    if isinstance(told, Night):
        told.driver.advance_to(told.driver.clock)  # what the last facts have made past is heard too
        told.expect.nothing()
    return result
