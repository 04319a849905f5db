"""What each monitor of this house is tried on: the random logs that concern it.

A monitor that is not named here is tried on those that hold something for everybody, so that a new one is held to the
laws from its first day.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from hypothesis import strategies as st

from services.rules import MONITORS
from shared.monitor import Monitor
from tests.oracle import cover_nights, nights
from tests.oracle.reviews import months
from tests.simulation import mixed

Line = dict[str, Any]
LOGS: Final[Mapping[str, Callable[[int], list[Line]]]] = {
    "checks": nights.night,
    "cover": cover_nights.night,
    "reviews": months.month,
}
seeds: Final = st.integers(min_value=0, max_value=2**32 - 1)
each_monitor = pytest.mark.parametrize("name", sorted(MONITORS))
"""A test for every service that raises alerts, by its name."""


def maker(name: str) -> Callable[[], Monitor]:
    """What makes the monitor of this name."""
    return MONITORS[name]


def log_of(name: str, seed: int) -> list[Line]:
    """The log of this seed that concerns this service, in order."""
    return LOGS.get(name, mixed.night)(seed)


@st.composite
def logs(draw: st.DrawFn, name: str) -> list[Line]:
    """Logs of which any fact may be missing, so that a failing one shrinks to the few that matter."""
    return draw(nights.fewer(log_of(name, draw(seeds))))
