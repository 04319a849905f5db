"""The checks service beside a slow second reading of DOMAIN.md (`tests.oracle.checks`), over random nights.

A failing night is named by its seed, and told with the fewest facts that still fail.
"""

import json
from typing import Any

import pytest

from services.checks.model import ChecksMonitor
from shared.course import CONFLICT
from shared.events.canonical import canonical
from shared.replay import replay
from tests.oracle import checks
from tests.oracle.nights import night, smallest
from tests.simulation.logs import end_of, facts_of, replayed

Line = dict[str, Any]


def differ(lines: list[Line]) -> bool:
    """Whether the two readings of this night differ: in what is told, or in what may not stand."""
    return replayed(lines) != _oracle(lines) or _refused(lines) != sorted(checks.refused(lines))


def _oracle(lines: list[Line]) -> list[bytes]:
    return [canonical(event) for event in checks.alerts(lines)]


def _refused(lines: list[Line]) -> list[str]:
    """Their ids, sorted: what comes at one instant has no order here. An id that is another
    fact's is not asked of the oracle: there the first stands."""
    told = replay(facts_of(lines), [ChecksMonitor], end_of(lines)).refused
    return sorted(each.fact.id for each in told if each.reason != CONFLICT)


def story_of(seed: int) -> str:
    """A failing night, as small as it goes, and where the readings part."""
    lines = smallest(night(seed), differ)
    core, oracle = replayed(lines), _oracle(lines)
    parts = {
        f"night {seed}, the facts that matter": [json.dumps(line) for line in lines],
        "only the service tells": [each.decode() for each in core if each not in oracle],
        "only the oracle tells": [each.decode() for each in oracle if each not in core],
        "the service refuses": _refused(lines),
        "the oracle refuses": sorted(checks.refused(lines)),
    }
    return "\n".join(f"{title}:\n  " + "\n  ".join(each) for title, each in parts.items())


MET = (2_458, 8_225, 12_858, 29_417, 35_034)
"""Nights on which the two once differed."""


@pytest.mark.parametrize("seed", [*range(150), *MET])
def test_the_service_and_the_oracle_read_a_night_alike(seed: int) -> None:
    assert not differ(night(seed)), story_of(seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 6_000, 250))
def test_the_service_and_the_oracle_read_thousands_of_nights_alike(first: int) -> None:
    apart = [seed for seed in range(first, first + 250) if differ(night(seed))]
    assert not apart, f"seeds {apart}\n" + story_of(apart[0])
