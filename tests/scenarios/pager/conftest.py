"""A night for every story of on-call; when it is over nobody may have been told who was not expected."""

from collections.abc import Iterator

import pytest

from tests.scenarios.pager.paged import OnCallNight


@pytest.fixture
def paging() -> Iterator[OnCallNight]:
    """A winter's night, when London's clocks show UTC."""
    yield from _night(OnCallNight())


@pytest.fixture
def spring_paging() -> Iterator[OnCallNight]:
    """London's clocks jump from 01:00 to 02:00, at 01:00Z."""
    yield from _night(OnCallNight("2026-03-28", "2026-03-29"))


@pytest.fixture
def autumn_paging() -> Iterator[OnCallNight]:
    """London's clocks go back from 02:00 to 01:00, at 01:00Z."""
    yield from _night(OnCallNight("2026-10-24", "2026-10-25"))


def _night(night: OnCallNight) -> Iterator[OnCallNight]:
    yield night
    night.close()
