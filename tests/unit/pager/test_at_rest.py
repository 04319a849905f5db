"""The pager's monitor, put to rest anywhere in a random night, goes on as if it had not been; and a reader of the whole
log at once has the same desk, whatever was read in which batch."""

from collections.abc import Iterable
from random import Random
from typing import Any

import orjson
import pytest

from services.checks.model import ChecksMonitor
from services.pager.model import PagerMonitor
from services.pager.saved import COUNTED
from services.pager.tables import ALERTS, HOMES, PLACEMENTS, STRETCHES
from shared import alerting
from shared.course import Course, MemorySeen
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import HOUR, MINUTE, Instant, show_instant
from shared.monitor import Row
from shared.replay import in_order, replay
from shared.topics import ALERTS as ALERTS_TOPIC
from shared.topics import NIGHT_COVER, PAGES, PLAN_CHANGES, RESPONSES
from tests.oracle.nights import night
from tests.simulation.logs import end_of, facts_of
from tests.unit.pager.houses import between, override, policy, rota

Stored = dict[tuple[str, bytes], Row]


def told(seed: int) -> list[Fact]:
    """A night's facts, the alerts that the checks service raised of them, and on-call with its answers between."""
    lines = night(seed)
    effects = replay(facts_of(lines), [ChecksMonitor], end_of(lines)).effects
    alerts = [fact_of_event(each.topic, each.at, each.event) for each in effects]
    facts = in_order([*facts_of(lines), *alerts])
    return in_order([*facts, *_on_call(Random(seed), facts), *_answers(Random(seed), alerts)])


def _on_call(random: Random, facts: list[Fact]) -> Iterable[Fact]:
    homes = sorted({fact.home_id for fact in facts})
    first, last = facts[0].appended_at, facts[-1].appended_at
    for n in range(30):
        at, home = random.randint(first, last), random.choice(homes)
        later = at + random.choice([-HOUR, 0, 0, 10 * MINUTE, HOUR])
        span = (show_instant(later), show_instant(later + random.randint(1, 29) * MINUTE))
        silence = {"silence_id": f"S{random.randint(1, 3)}", "covers": {}, "reason": "x", "second_by": "X"}
        type_, data = random.choice(
            [
                ("on_call.policy_set.v1", policy(["on_duty"], ["rota:manager"])),
                ("on_call.policy_set.v1", policy(["rota:deputy"], last_resort=None)),
                ("on_call.rota_set.v1", rota("manager", between(f"M{n}", *span), by="entries")["manager"]),
                ("on_call.override_set.v1", override("manager", f"O{n}", *span)),
                ("silence.set.v1", {**silence, "from": span[0], "until": span[1]}),
                ("silence.ended.v1", {"silence_id": silence["silence_id"]}),
            ]
        )
        yield _fact(PLAN_CHANGES, at, home, f"oc{n}", type_, data, time=later)
        staff = f"W{random.randint(1, 3)}"
        role = random.choice(["waking", "sleep_in"])
        yield _fact(NIGHT_COVER, at, home, f"nc{n}", "cover.started.v1", {"staff_id": staff, "role": role})


def _answers(random: Random, alerts: list[Fact]) -> Iterable[Fact]:
    for n, alert in enumerate(alerts):
        if alert.type != alerting.RAISED:
            continue
        at, id_, by = alert.appended_at + random.randint(1, 20) * MINUTE, alert.subject, f"A{n % 2}"
        decline = {"alert_id": id_, "by": by, "kind": "decline", "via": "page"}
        yield _fact(RESPONSES, at, alert.home_id, f"de{n}", "response.given.v1", decline)
        sent = {"alert_id": id_, "step": n % 3, "to": by, "channel": "webhook", "attempt": 1}
        yield _fact(PAGES, at + 1, alert.home_id, f"se{n}", "page.sent.v1", sent)
        said = {"alert_id": id_, "by": f"A{n % 3}", "kind": "acknowledge", "action": "x", "via": "page"}
        for when in {at - MINUTE, at + 2, at + random.randint(0, 3) * MINUTE}:
            yield _fact(RESPONSES, when, alert.home_id, f"ha{n}{when}", "response.given.v1", said)
        for again in range(2):
            has = {"alert_id": id_, "by": by, "action": "x", "until": show_instant(at + 9 * MINUTE)}
            when = at + 2 + again
            yield _fact(ALERTS_TOPIC, when, alert.home_id, f"ac{n}{again}", alerting.ACKNOWLEDGED, has)


def _fact(
    topic: str,
    at: Instant,
    home: str,
    id_: str,
    type_: str,
    data: dict[str, Any],
    time: Instant | None = None,
) -> Fact:
    when = at if time is None else time
    return Fact(topic, at, home, id_, type_, data.get("alert_id", home), "test", "S1", when, when, data)


def begun(stored: Stored | None = None, clock: int = -1, known: Iterable[Fact] = ()) -> Course:
    """A course; from what is stored, after the facts that are known."""
    monitor, seen = PagerMonitor(), MemorySeen()
    for fact in known:
        seen.take(fact)
    if stored is not None:
        monitor.restore(_memory(stored), clock)
    return Course(monitor, seen, seen.named, clock)


def _memory(stored: Stored) -> list[Row]:
    """As the service loads it."""
    loaded = sorted(
        stored.values(), key=lambda row: (PagerMonitor.tables.index(row.table), orjson.dumps(row.key))
    )
    counts = {
        table.name: max(
            (row.values["changed"] for row in loaded if row.table == table.name and row.values), default=0
        )
        for table in (ALERTS, HOMES)
    }
    counted = {"changed": counts[ALERTS.name], "on_calls": counts[HOMES.name]}
    return [*loaded, Row(ALERTS.name, {"alert_id": COUNTED}, counted)]


def put(stored: Stored, course: Course) -> dict[bytes, Any]:
    changed = list(course.monitor.changed())
    for row in changed:
        stored[row.table, orjson.dumps(row.key)] = row
    return {orjson.dumps([row.table, row.key]): _plain(row) for row in changed}


def _plain(row: Row) -> Any:
    """Without the numbers of promises: only their order matters."""
    values = dict(row.values or {})
    memory: Any = None
    if row.table not in (ALERTS.name, STRETCHES.name):
        memory = orjson.loads(values.pop("state"))
    if row.table == PLACEMENTS.name:
        memory[0][10] = [[at, fact] for at, _, fact in memory[0][10]]
    elif row.table == HOMES.name and len(memory[0]) > 6:
        memory[0][6] = [[at, fact] for at, _, fact in memory[0][6]]
    return orjson.loads(orjson.dumps(values)), memory


@pytest.mark.parametrize("seed", range(12))
def test_a_monitor_that_was_put_to_rest_anywhere_goes_on_as_if_it_had_not_been(seed: int) -> None:
    facts = told(seed)
    stored: Stored = {}
    cut = Random(seed).randrange(1, len(facts))
    while facts[cut].appended_at == facts[cut - 1].appended_at:  # an instant is one step
        cut -= 1
    whole = begun()
    whole.take(facts[:cut])
    whole.reach(facts[cut - 1].appended_at + 1)  # as a turn ends: how far the log had come is known
    put(stored, whole)
    again = begun(stored, whole.clock, facts[:cut])
    for fact in facts[cut:]:
        for course in (whole, again):
            turn = course.take([fact])
            assert turn.set_aside == []
        assert put({}, again) == put({}, whole)


@pytest.mark.parametrize("seed", range(6))
def test_who_reads_all_at_once_has_the_same_desk_as_who_read_it_as_it_came(seed: int) -> None:
    facts = told(seed)
    at_once, as_it_came = begun(), begun()
    stored: Stored = {}
    at_once.take(facts)
    for fact in facts:
        as_it_came.take([fact])
        as_it_came.reach(fact.appended_at)
        put(stored, as_it_came)
    end = facts[-1].appended_at + HOUR
    for course in (at_once, as_it_came):
        course.finish(end)
    put(stored, as_it_came)
    read: Stored = {}
    put(read, at_once)
    assert {key: _plain(row) for key, row in read.items()} == {
        key: _plain(row) for key, row in stored.items()
    }
    assert any(row.table == ALERTS.name for row in read.values())
