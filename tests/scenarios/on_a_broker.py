"""A scenario's night once more, on a real broker and Postgres: the same facts and the same clock, live, byte for byte.

1. What was told goes into the log with the times at which it was told, and a tick wherever the story moves the
   clock.
2. At every tick a worker reads on. Before the last one he dies, and another comes who knows nothing but the rows.
3. At the end it has read all that was told, and published just what the driver heard, and refused what it refused.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from services.rules import MONITORS
from shared.instants import Instant
from shared.topics import ALERTS, REJECTED
from tests.integration.runner.world import told
from tests.simulation.places import Place, Told
from wakeful.testing import TestDriver

Move = tuple[str | None, Instant, dict[str, Any]]
"""(topic, appended_at, event), or (None, where the clock is put, nothing)."""


def tell_again(place: Place, services: Sequence[str], moves: Sequence[Move], driver: TestDriver) -> None:
    """Tell these moves in this place, to these services; what is heard there must be what the driver heard."""
    place.services = tuple(services)
    waiting: list[Told] = []
    for topic, at, event in moves:
        if topic is not None:
            waiting.append((topic, at, event))
            continue
        place.tell(waiting)
        waiting = []
        _read_on(place, at)
    place.die()
    _read_on(place, driver.clock + 1)  # a log's present is exclusive: only now is the last instant over
    driver.advance_to(driver.clock + 1)
    place.die()
    _compare(place, moves, driver)


def _read_on(place: Place, at: Instant) -> None:
    place.tick(at)
    place.reach(at)


def _compare(place: Place, moves: Sequence[Move], driver: TestDriver) -> None:
    published = list(place.published(ALERTS, REJECTED))
    alerts = [record.body for record in published if record.topic == ALERTS]
    heard = told(driver.alerts)
    assert told(map(orjson.loads, alerts)) == heard, "told otherwise on a broker"
    assert sorted(alerts) == sorted(heard), "other bytes on a broker"
    data = [orjson.loads(record.body)["data"] for record in published if record.topic == REJECTED]
    refused = [(each.fact.id, each.reason.reason) for each in driver.refused]
    rejected = {(each["event_id"], each["reason"]) for each in data}  # several services reject the same one
    assert sorted(rejected) == sorted(refused), "refused otherwise"
    assert sorted(place.heard.aside) == sorted(aside.home_id for aside in driver.set_aside)
    told_there = [topic for topic, *_ in moves if topic is not None]
    read = sum(topic in MONITORS[service]().topics for service in place.services for topic in told_there)
    assert (place.told, place.heard.facts) == (len(told_there), read), "not all of it was read on a broker"
