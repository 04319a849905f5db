"""The alerts monitor, put to rest anywhere in a random night, goes on as if it had not been: rows and positions."""

from collections.abc import Iterable
from random import Random
from typing import Any

import orjson
import pytest

from services.alerts.model import AlertsMonitor
from services.alerts.tables import ALERTS, DECISIONS, HOME_STATE, LIFE, PLACEMENT_STATE
from services.checks.model import ChecksMonitor
from shared.course import Course, MemorySeen
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.monitor import Row
from shared.replay import in_order, replay
from tests.oracle.nights import night
from tests.simulation.logs import end_of, facts_of

Stored = dict[tuple[str, bytes], Row]
MEMORY = (HOME_STATE.name, PLACEMENT_STATE.name, DECISIONS.name)
LOADED = (*MEMORY, ALERTS.name, LIFE.name)


def told(seed: int) -> list[Fact]:
    """A night's facts with the alerts that the checks service raised of them, in the order of the log."""
    lines = night(seed)
    effects = replay(facts_of(lines), [ChecksMonitor], end_of(lines)).effects
    alerts = [fact_of_event(each.topic, each.at, each.event) for each in effects]
    return in_order([*facts_of(lines), *alerts])


def begun(stored: Stored | None = None, clock: int = -1, known: Iterable[Fact] = ()) -> Course:
    """A course; from what is stored, after the facts that are known."""
    monitor, seen = AlertsMonitor(), MemorySeen()
    for fact in known:
        seen.take(fact)
    if stored is not None:
        monitor.restore(memory(stored), clock)
    return Course(monitor, seen, seen.named, clock)


def memory(stored: Stored) -> list[Row]:
    """The rows that the service loads at its start; JSON of its own memory as the text that is stored."""
    rows = sorted(stored.values(), key=lambda row: (row.table, orjson.dumps(row.key)))
    return [
        _unread(row) if row.table in MEMORY else row for row in rows if row.table in LOADED and row.values
    ]


def _unread(row: Row) -> Row:
    values = {name: orjson.dumps(value).decode() for name, value in (row.values or {}).items()}
    return Row(row.table, row.key, values)


def put(stored: Stored, course: Course) -> list[Any]:
    changed = list(course.monitor.changed())
    for row in changed:
        stored[row.table, orjson.dumps(row.key)] = row
    return [orjson.loads(orjson.dumps([row.table, row.key, row.values])) for row in changed]


def unnumbered(rows: list[Any]) -> list[Any]:
    """Without the numbers of promises: only their order matters."""
    for table, _, values in rows:
        if table == PLACEMENT_STATE.name:
            values["state"][10] = [[at, fact] for at, _, fact in values["state"][10]]
    return rows


@pytest.mark.parametrize("seed", range(12))
def test_a_monitor_that_was_put_to_rest_anywhere_goes_on_as_if_it_had_not_been(seed: int) -> None:
    facts = told(seed)
    stored: Stored = {}
    cut = Random(seed).randrange(1, len(facts))
    whole = begun()
    whole.take(facts[:cut])
    put(stored, whole)
    again = begun(stored, whole.clock, facts[:cut])
    for fact in facts[cut:]:
        for course in (whole, again):
            turn = course.take([fact])
            assert turn.set_aside == []
        assert unnumbered(put({}, again)) == unnumbered(put({}, whole))
