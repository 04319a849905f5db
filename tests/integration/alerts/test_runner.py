"""The monitor of alerts under the real runner: refusals, faults and restarts as the feed shows them."""

import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from services.alerts.feed import Feed, Wanted
from services.alerts.page import feed_page
from services.alerts.reading import decode
from services.alerts.running import SERVICE
from services.alerts.tables import LIFE, METADATA
from services.alerts.watch import set_aside
from shared import clock
from shared.log.base import Record
from shared.runner import homecoming
from shared.security.rights import Actor, Right, Scope
from shared.store import asides
from shared.store.tables import LEDGER
from shared.topics import REJECTED
from tests.integration.alerts.house import House, house, id_of, views

EVERYBODY = Actor("person", "reader", frozenset({Right.READ}), Scope(everywhere=True))
KENT = Actor("person", "reader", frozenset({Right.READ}), Scope(commissioner_id="kent"))


def kinds(feed: Feed, actor: Actor = EVERYBODY) -> list[str]:
    return [alert.kind for alert in feed.listing(actor, Wanted()).alerts]


def test_a_refused_fact_shows_in_the_feed_once_to_the_provider_alone(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    built.child("P1", "kent", "H1")  # a second start of a placement in force
    (noted,) = built.feed.listing(EVERYBODY, Wanted()).alerts
    assert (noted.kind, noted.state, noted.facts["reason"]) == ("fact_refused", "noted", "placement_in_force")
    assert kinds(built.feed, KENT) == []
    page = feed_page(built.feed, built.watch, EVERYBODY, None, clock.now())
    assert page is not None
    assert (page.open_count, page.closed[0].told.title) == (0, "A record was refused")
    assert page.closed[0].told.points[0] == "the placement had begun already"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"data": 7}', b"\xff", b'{"no": "data"}'])
def test_a_rejection_can_always_be_read_so_that_it_is_never_rejected_itself(body: bytes) -> None:
    fact = decode(Record(REJECTED, 7, 1_000, "H1", "r1", "", body))
    assert (fact.id, fact.home_id, fact.data) == ("r1", "H1", {})


def test_a_restart_goes_on_where_it_stopped_and_numbers_on(tmp_path: Path) -> None:
    with house(tmp_path) as first:
        first.home("H1", "PR1")
        first.child("P1", "kent", "H1")
        alert = first.missed("P1", "H1")
    with house(tmp_path) as second:
        second.worsen(alert, 2)
        second.close_alert(alert)
        found = second.feed.alert(KENT, id_of(alert))
    assert found is not None
    assert [(step.position, step.step) for step in found[1]] == [
        (1, "raised"),
        (2, "worsened"),
        (3, "resolved"),
    ]


def test_a_home_that_was_set_aside_keeps_what_was_shown_and_the_others_go_on(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    built.home("H2", "PR1")
    built.child("P2", "kent", "H2")
    before = built.missed("P1", "H1")
    poison = before.event | {"id": "poison", "data": {"alert_id": "nothing else"}}
    built.append(replace(before, id="poison", event=poison))
    with built.engine.connect() as connection:
        assert [aside.home_id for aside in asides.of_service(connection, "alerts", 0)] == ["H1"]
    assert set_aside(built.engine).keys() == {"H1"}
    after = built.missed("P2", "H2")
    assert built.feed.alert(KENT, id_of(before)) is not None
    assert built.feed.alert(KENT, id_of(after)) is not None


def test_the_read_model_made_anew_from_the_log_is_the_same(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    built.close_alert(built.missed("P1", "H1"))
    built.worsen(built.missed("P1", "H1", clock.now() - 3_600_000), 2)
    built.cover_gap("H1")
    before = dump(built)
    built.rebuild()
    assert dump(built) == before
    assert sum(map(len, before.values())) > 10


def test_one_home_read_anew_leaves_the_steps_of_the_others_where_they_were(built: House) -> None:
    """A step's position is what a stream is resumed by: the home's own steps come after all that were there."""
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    built.home("H2", "PR1")
    built.child("P2", "kent", "H2")
    built.close_alert(built.missed("P1", "H1"))
    built.missed("P2", "H2")
    before = steps(built)
    homecoming.home(built.log, built.engine, SERVICE, "H2")
    after = steps(built)
    assert [step for step in after if step[1] == "H1"] == [step for step in before if step[1] == "H1"]
    assert [home for position, home, _ in after if position > before[-1][0]] == ["H2"]
    assert [step[1:] for step in after] == [step[1:] for step in before]


def test_a_restart_remembers_what_is_open_and_goes_on_behind_the_last_step(built: House) -> None:
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    alert = built.missed("P1", "H1")
    built.close_alert(built.missed("P1", "H1", clock.now() - 3_600_000))
    built.revive()
    built.close_alert(alert)
    assert [(position, step) for position, _, step in steps(built)] == [
        (1, "raised"), (2, "raised"), (3, "resolved"), (4, "resolved"),
    ]  # fmt: skip


def steps(built: House) -> list[tuple[int, str, str]]:
    with built.engine.connect() as connection:
        query = select(LIFE.c.position, LIFE.c.home_id, LIFE.c.step).order_by(LIFE.c.position)
        return [(row.position, row.home_id, row.step) for row in connection.execute(query)]


def dump(built: House) -> dict[str, list[tuple[object, ...]]]:
    with built.engine.connect() as connection:
        return {
            name: sorted(tuple(map(str, row)) for row in connection.execute(table.select()))
            for name, table in METADATA.tables.items()
        }


def test_the_service_runs_alone_and_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with house(tmp_path) as before:
        before.home("H1", "PR1")
        before.child("P1", "kent", "H1")
        alert = before.missed("P1", "H1")
        with before.engine.begin() as connection:
            for table in [*METADATA.tables.values(), LEDGER]:
                connection.execute(table.delete())
    process = subprocess.Popen([sys.executable, "-m", "services.alerts", str(tmp_path)], cwd=Path.cwd())
    engine = views(tmp_path)
    try:
        feed = Feed(engine)
        while feed.alert(KENT, id_of(alert)) is None:
            assert process.poll() is None, "it ended by itself"
            threading.Event().wait(0.05)
    finally:
        engine.dispose()
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
