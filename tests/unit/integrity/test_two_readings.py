"""On random nights the monitor says what a slow reading of the page says; at a glance what it says after a long look;
and after any number of deaths what it says in one life."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

import pytest

from services.integrity import journal
from services.integrity.model import IntegrityMonitor
from shared.course import Course, MemorySeen
from shared.facts import Fact
from shared.instants import DAY, Instant, parse_instant
from shared.monitor import Effect
from shared.schedule import noon_night
from tests.simulation.logs import Reader
from tests.unit.integrity.nights import night
from tests.unit.integrity.slowly import ZONE, Said, Slowly

SEEDS = range(25)


def heard(facts: Iterable[Fact], monitor: IntegrityMonitor) -> tuple[list[Effect], list[str]]:
    """What the monitor tells of these facts, and which were refused."""
    seen = MemorySeen()
    course = Course(monitor, seen, seen.named)
    turn = course.take(list(facts))
    assert turn.set_aside == []
    return turn.effects, [refused.fact.id for refused in turn.refused]


def as_said(effects: Iterable[Effect]) -> list[Said]:
    """As the slow reading says it."""
    raised: dict[str, dict[str, Any]] = {}
    said = []
    for effect in effects:
        data = effect.event["data"]
        first = raised.setdefault(data["alert_id"], data)
        subject = next((first[name] for name in ("staff_id", "placement_id", "device") if name in first), "")
        since: Instant = parse_instant(data["since"]) if "since" in data else 0
        facts = data["facts"]
        entries = tuple(facts["entries"])
        said.append(Said(facts["pattern"], subject, since, effect.at, data.get("level", 1), entries))
    return said


@cache
def said_slowly(seed: int) -> list[Said]:
    """What the slow reading says."""
    facts = night(seed)
    refused = heard(facts, IntegrityMonitor())[1]
    slowly = Slowly()
    for fact in facts:
        if fact.id not in refused:
            slowly.take(fact)
    return slowly.said


def said(seed: int) -> list[Said]:
    """What the monitor says."""
    return as_said(heard(night(seed), IntegrityMonitor())[0])


def nights_of(said: Iterable[Said]) -> set[tuple[str, str, date]]:
    """Of what something was said at all."""
    return {(each.pattern, each.subject, noon_night(ZONE, each.since)) for each in said if each.level == 1}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_slow_reading_of_the_page_says_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "WHOLE_FOR", 2 * DAY)
    assert sorted(said(seed)) == sorted(said_slowly(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_forgotten_makes_nobody_look_wrong(seed: int) -> None:
    """The journal of two hours says less than the page of one whose phone was off for longer, and nothing else."""
    assert nights_of(said(seed)) <= nights_of(said_slowly(seed))


class _NeverAtAGlance(IntegrityMonitor):
    """Holds every check against everything."""

    def _check(self, fact: Fact) -> Iterable[Effect]:
        home = self._houses.get(fact.home_id)
        if home is not None and home.zone and fact.actor in home.workers:
            child: Any = home.placements.get(fact.data["placement_id"])
            return self._look(home, child, fact)
        return super()._check(fact)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_glance_misses_nothing_that_a_look_finds(seed: int) -> None:
    facts = night(seed)
    assert heard(facts, IntegrityMonitor()) == heard(facts, _NeverAtAGlance())


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_dies_and_comes_back_says_the_same(seed: int) -> None:
    facts = night(seed)
    reader = Reader(IntegrityMonitor)
    for place, fact in enumerate(facts):
        reader.move(lambda course, fact=fact: course.take([fact]))  # type: ignore[misc]
        if place % 7 == seed % 7:
            reader.die_and_come_back()
    assert reader.effects == heard(facts, IntegrityMonitor())[0]


def test_the_nights_hold_every_pattern() -> None:
    patterns = Counter(each.pattern for seed in SEEDS for each in said(seed))
    assert {pattern: count for pattern, count in patterns.items() if count < 3} == {}
    assert len(patterns) == 11
