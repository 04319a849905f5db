"""The cover service beside a slow second reading of DOMAIN.md §4 (`tests.oracle.cover`), over random nights.

A failing night is named by its seed, and told with the fewest facts that still fail.
"""

import json
from random import Random
from typing import Any

import pytest

from services.cover.model import CoverMonitor
from shared.course import CONFLICT
from shared.events.canonical import canonical
from shared.instants import Instant, parse_instant, show_instant
from shared.replay import replay
from tests.oracle.cover import reading
from tests.oracle.cover_nights import night
from tests.oracle.nights import smallest
from tests.simulation.logs import end_of, facts_of, told

Line = dict[str, Any]


def differ(lines: list[Line], until: Instant | None = None) -> bool:
    """Whether the two readings of this night differ: in what is told, or in what may not stand."""
    return _service(lines, until) != (_oracle(lines, until), sorted(reading.refused(lines, until)))


def _service(lines: list[Line], until: Instant | None = None) -> tuple[list[bytes], list[str]]:
    """What is told; what is refused, by id: what comes at one instant has no order here. An id that is another
    fact's is not asked of the oracle: there the first stands."""
    whole = replay(facts_of(lines), [CoverMonitor], end_of(lines) if until is None else until)
    assert whole.set_aside == []
    return told(whole.effects), sorted(each.fact.id for each in whole.refused if each.reason != CONFLICT)


def _oracle(lines: list[Line], until: Instant | None = None) -> list[bytes]:
    return [canonical(event) for event in reading.alerts(lines, until)]


def story_of(seed: int) -> str:
    """A failing night, as small as it goes, and where the readings part."""
    lines = smallest(night(seed), differ)
    (core, core_refused), oracle = _service(lines), _oracle(lines)
    parts = {
        f"night {seed}, the facts that matter": [json.dumps(line) for line in lines],
        "only the service tells": [each.decode() for each in core if each not in oracle],
        "only the oracle tells": [each.decode() for each in oracle if each not in core],
        "the service refuses": core_refused,
        "the oracle refuses": sorted(reading.refused(lines)),
    }
    return "\n".join(f"{title}:\n  " + "\n  ".join(each) for title, each in parts.items())


@pytest.mark.parametrize("seed", range(150))
def test_the_service_and_the_oracle_read_a_night_alike(seed: int) -> None:
    assert not differ(night(seed)), story_of(seed)


@pytest.mark.parametrize("seed", range(40))
def test_they_read_a_night_alike_whenever_the_clock_stops(seed: int) -> None:
    lines, rnd = night(seed), Random(seed)
    told_at = [parse_instant(event["time"]) for event in reading.alerts(lines)] or [end_of(lines)]
    for at in rnd.choices(told_at, k=5):
        until = at + rnd.choice((-1, 0, 0, 1))
        assert not differ(lines, until), f"night {seed} until {show_instant(until)}"


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 6_000, 250))
def test_the_service_and_the_oracle_read_thousands_of_nights_alike(first: int) -> None:
    apart = [seed for seed in range(first, first + 250) if differ(night(seed))]
    assert not apart, f"seeds {apart}\n" + story_of(apart[0])
