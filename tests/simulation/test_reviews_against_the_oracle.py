"""The reviews service beside a slow second reading of DOMAIN.md §5 (`tests.oracle.reviews`), over random months.

Failing months are named by their seed, and told with the fewest facts that still fail.
"""

import json
from typing import Any

import pytest

from services.reviews.model import ReviewsMonitor
from shared.course import CONFLICT
from shared.events.canonical import canonical
from shared.instants import DAY
from shared.replay import Replayed, replay
from tests.oracle.nights import smallest
from tests.oracle.reviews import clock
from tests.oracle.reviews.months import month
from tests.simulation.logs import end_of, facts_of, told

Line = dict[str, Any]


def differ(lines: list[Line]) -> bool:
    """Whether the two readings of these months differ: in what is told, or in what may not stand; nothing at all may be
    set aside."""
    replayed = _replayed(lines)
    return (
        bool(replayed.set_aside)
        or told(replayed.effects) != _oracle(lines)
        or _refused(replayed) != sorted(clock.refused(lines))
    )


def _replayed(lines: list[Line]) -> Replayed:
    return replay(facts_of(lines), [ReviewsMonitor], _until(lines))


def _until(lines: list[Line]) -> int:
    """More than a year after the last fact: every date but the farthest has come."""
    return end_of(lines) + 400 * DAY


def _oracle(lines: list[Line]) -> list[bytes]:
    return [canonical(event) for event in clock.alerts(lines, _until(lines))]


def _refused(replayed: Replayed) -> list[str]:
    """Their ids, sorted: what comes at one instant has no order here."""
    return sorted(each.fact.id for each in replayed.refused if each.reason != CONFLICT)


def story_of(seed: int) -> str:
    """Failing months, as few facts as it goes, and where the readings part."""
    lines = smallest(month(seed), differ)
    replayed = _replayed(lines)
    service, oracle = told(replayed.effects), _oracle(lines)
    parts = {
        f"months {seed}, the facts that matter": [json.dumps(line) for line in lines],
        "only the service tells": [each.decode() for each in service if each not in oracle],
        "only the oracle tells": [each.decode() for each in oracle if each not in service],
        "the service sets aside": [each.reason for each in replayed.set_aside],
        "the service refuses": _refused(replayed),
        "the oracle refuses": sorted(clock.refused(lines)),
    }
    return "\n".join(f"{title}:\n  " + "\n  ".join(each) for title, each in parts.items())


MET = (173, 251, 559, 632, 828, 1_294, 3_674)
"""Months that the two once read apart."""


@pytest.mark.parametrize("seed", [*range(150), *MET])
def test_the_service_and_the_oracle_read_months_alike(seed: int) -> None:
    assert not differ(month(seed)), story_of(seed)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 9_000, 250))
def test_the_service_and_the_oracle_read_thousands_of_months_alike(first: int) -> None:
    apart = [seed for seed in range(first, first + 250) if differ(month(seed))]
    assert not apart, f"seeds {apart}\n" + story_of(apart[0])
