"""A night for every story of on-call; when it is over nobody may have been told who was not expected."""

from collections.abc import Iterator
from typing import TypeVar

import pytest

from tests.scenarios.pager.paged import OnCallNight
from tests.scenarios.pager.told import PagedNight
from tests.unit.pager.desk_story import DeskStory

N = TypeVar("N", bound=DeskStory)
SPRING = ("2026-03-28", "2026-03-29")
"""London's clocks jump from 01:00 to 02:00, at 01:00Z."""
AUTUMN = ("2026-10-24", "2026-10-25")
"""London's clocks go back from 02:00 to 01:00, at 01:00Z."""


@pytest.fixture
def paging() -> Iterator[OnCallNight]:
    """A winter's night, when London's clocks show UTC."""
    yield from _night(OnCallNight())


@pytest.fixture
def spring_paging() -> Iterator[OnCallNight]:
    """The night in which the clocks go forward."""
    yield from _night(OnCallNight(*SPRING))


@pytest.fixture
def autumn_paging() -> Iterator[OnCallNight]:
    """The night in which the clocks go back."""
    yield from _night(OnCallNight(*AUTUMN))


@pytest.fixture
def night() -> Iterator[PagedNight]:
    """A winter's night, through all that the engine decides."""
    yield from _night(PagedNight())


@pytest.fixture
def spring_night() -> Iterator[PagedNight]:
    """That of the spring."""
    yield from _night(PagedNight(*SPRING))


@pytest.fixture
def autumn_night() -> Iterator[PagedNight]:
    """That of the autumn."""
    yield from _night(PagedNight(*AUTUMN))


def _night(night: N) -> Iterator[N]:
    yield night
    night.close()
