"""The engine against receivers that really listen: DOMAIN.md §6, each sentence that is about sending."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.pager.engine import alive
from shared.instants import MINUTE, SECOND
from shared.store import operations
from shared.store.engine import writing
from tests.integration.pager.receivers import Receiver, hang, ok, status
from tests.integration.pager.stage import Stage, views
from tests.unit.pager.chained import NIGHT, THERE, alert


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Receiver() as receiver:
        made = Stage(tmp_path, views(tmp_path), receiver)
        yield made
        made.close()


def test_an_alert_reaches_who_is_there_and_then_the_next_step_and_the_log_says_so(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.receiver.wait(2)
        assert set(stage.persons()) == {"night-1", "home:H1"}
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        stage.go(3 * MINUTE)
        stage.until(lambda: "manager" in stage.persons())
        stage.until(lambda: len(stage.events()) == 3)
    assert {event["type"] for event in stage.events()} == {"page.sent.v1"}
    assert [event["data"]["to"] for event in stage.events()][-1] == "manager"
    assert len({body["key"] for _, body in stage.told()}) == 3


def test_a_hanging_receiver_delays_nobody_and_its_step_counts_as_sent_by_the_other(stage: Stage) -> None:
    stage.receiver.behave(hang(), path="/home:H1")
    with stage.running():
        stage.put(alert())
        stage.until(lambda: [each.person for each in stage.messages(state="sent")] == ["night-1"])
        assert [each.person for each in stage.messages(state="queued")] == ["home:H1"]


def test_a_step_that_fails_on_every_channel_moves_on_at_once_and_operations_hear_of_it(stage: Stage) -> None:
    stage.receiver.behave(status(500), path="/home:H1")
    stage.receiver.behave(status(500), path="/night-1")
    with stage.running():
        stage.put(alert())
        stage.until(lambda: "manager" in stage.persons())
        stage.until(lambda: bool(_entries(stage)))
        stage.until(lambda: "page.failed.v1" in {event["type"] for event in stage.events()})
        stage.until(lambda: "page.undelivered.v1" in {event["type"] for event in stage.events()})
        stage.receiver.behave(ok(), path="/night-1")
        stage.go(3 * SECOND)
        stage.until(lambda: "night-1" in [each.person for each in stage.messages(state="sent")])
    assert _entries(stage)[0].resolved, "somebody was reached"
    keys = {body["key"] for person, body in stage.told() if person == "night-1"}
    assert len(keys) == 1, "every retry has the same key"


def test_that_nobody_could_be_reached_stays_open_until_somebody_was_for_each_alert_of_the_home(
    stage: Stage,
) -> None:
    for person in (*(each for people in THERE.values() for each in people), "admin"):
        stage.receiver.behave(status(500), path=f"/{person}")
    with stage.running():
        stage.put(alert(), alert("child_not_found", alert_id="A2"))
        stage.until(lambda: bool(_entries(stage)))
        stage.until(lambda: bool(stage.messages(alert_id="A2", failed=True, person="director")))
        stage.until(lambda: bool(stage.messages(alert_id="A1", failed=True, person="director")))
        stage.put(alert(state="resolved", how="late"))
        stage.until(lambda: not stage.messages(alert_id="A1", state="queued"), each=SECOND)
        assert not any(each.resolved for each in _entries(stage))
        stage.receiver.behave(ok(), path="/deputy")
        stage.until(lambda: all(each.resolved for each in _entries(stage)), each=SECOND)
        assert {row.alert_id for row in stage.messages(state="sent", purpose="page")} == {"A2"}


def test_an_entry_of_which_nothing_waits_any_more_is_closed_by_whoever_comes_next(stage: Stage) -> None:
    with writing(stage.database) as connection:
        operations.raise_once(connection, "page_undelivered", "pager", "H1", NIGHT, "step 0")
    with stage.running():
        stage.until(lambda: all(each.resolved for each in _entries(stage)), each=SECOND)


def _entries(stage: Stage) -> list[operations.Operation]:
    with stage.database.connect() as connection:
        return operations.latest(connection)


def test_every_way_of_reaching_somebody_is_tried_in_turn_at_once(stage: Stage) -> None:
    stage.ways["night-1"] = ["/dead", "/alive"]
    stage.receiver.behave(status(503), path="/dead")
    with stage.running():
        stage.put(alert())
        stage.receiver.wait(1, "/alive")


def test_a_receiver_that_was_down_for_ten_minutes_gets_its_page_on_return(stage: Stage) -> None:
    stage.receiver.behave(status(503), path="/night-1")
    with stage.running():
        stage.put(alert())
        stage.until(lambda: bool(stage.messages(person="night-1", failed=True)))
        for _ in range(10):
            stage.go(MINUTE)
        stage.receiver.behave(ok(), path="/night-1")
        stage.go(MINUTE)
        stage.until(lambda: bool(stage.messages(person="night-1", state="sent")))


def test_a_receiver_that_was_down_hears_nothing_of_what_was_resolved_meanwhile(stage: Stage) -> None:
    stage.receiver.behave(status(503), path="/night-1")
    with stage.running():
        stage.put(alert())
        stage.until(lambda: bool(stage.messages(person="night-1", failed=True)))
        stage.put(alert(state="resolved", how="late"))
        stage.receiver.behave(ok(), path="/night-1")
        stage.go(MINUTE)
        stage.until(lambda: bool(stage.messages(person="night-1", state="skipped")))
        stage.until(lambda: "page.skipped.v1" in {event["type"] for event in stage.events()})
    bodies = [body for person, body in stage.told() if person == "night-1" and body["status"] == "open"]
    assert len(bodies) == len(stage.events_of("page.failed.v1", "night-1"))


def test_who_was_told_hears_who_has_it_and_that_it_is_over(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        has_it = alert(state="acknowledged", acknowledged_by="night-1", until=NIGHT + 10 * MINUTE, running=1)
        stage.put(has_it)
        stage.until(lambda: len(stage.messages(purpose="update", state="sent")) == 1)
        assert stage.told()[-1][0] == "home:H1"
        assert stage.told()[-1][1]["status"] == "acknowledged"
        stage.put(replace(has_it, state="resolved", how="late"))
        stage.go(30 * SECOND)
        stage.until(lambda: len(stage.messages(purpose="update", state="sent")) == 3)
    assert [body["status"] for _, body in stage.told()][-2:] == ["resolved", "resolved"]


def test_acknowledged_it_goes_on_by_itself_when_the_log_stands_still_beyond_its_time(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        stage.log.stands = True
        for _ in range(9):
            stage.stand(MINUTE)
        stage.receiver.wait(1, "/manager")


def test_a_restart_while_the_log_stands_still_lets_a_chain_go_on_from_where_time_was(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        stage.log.stands = True
        for _ in range(4):
            stage.stand(20 * SECOND)
            stage.until_kept()
    stage.caught_up = False  # the broker gives nothing
    stage.own_again()
    with stage.running():
        for length in (0, 11 * SECOND, 100 * SECOND):
            stage.stand(length)
            stage.until_watched()
        stage.receiver.wait(1, "/manager")


def test_while_the_log_stands_still_sends_go_on_and_what_was_told_waits(stage: Stage) -> None:
    stage.log.stands = True
    with stage.running():
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        assert stage.events() == []
        stage.log.stands = False
        stage.until(lambda: len(stage.events()) == 2)


def test_what_falls_to_a_person_within_30_s_goes_as_one_worst_first(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        stage.put(
            alert(alert_id="A2", placement_id="P2"), alert("cover_gap", alert_id="A3", placement_id=None)
        )
        stage.until(lambda: len(stage.messages(state="queued")) == 4)
        assert len(stage.told()) == 2
        stage.go(30 * SECOND)
        stage.until(lambda: len(stage.messages(state="sent")) == 6)
    assert [body["alerts"] for _, body in stage.told()][-2:] == [["A2", "A3"], ["A2", "A3"]]


def test_what_is_worse_than_the_last_one_told_goes_at_once(stage: Stage) -> None:
    with stage.running():
        stage.put(alert("cover_gap", placement_id=None))
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        stage.put(alert("child_not_found", alert_id="A2"))
        stage.receiver.wait(2, "/night-1")
    assert stage.told("/night-1")[-1][1]["alerts"] == ["A2"]


def test_before_its_runner_has_read_to_the_end_nothing_is_sent(stage: Stage) -> None:
    stage.caught_up = False
    stage.put(alert())
    with stage.running() as engine:
        first = engine.last_turn()
        stage.until(lambda: engine.last_turn() > first + 500)
        assert stage.told() == []
        stage.caught_up = True
        stage.receiver.wait(2)


def test_whoever_has_lost_the_homes_sends_nothing_more(stage: Stage) -> None:
    with stage.running(held=lambda: {0: _old(stage)}) as engine:
        stage.own()
        stage.put(alert())
        first = engine.last_turn()
        stage.until(lambda: engine.last_turn() > first + 500)
    assert stage.told() == []
    assert stage.messages() == []


def _old(stage: Stage) -> object:
    from services.pager.engine.ports import Held

    return Held(1, caught_up=True)


def test_after_a_restart_it_goes_on_where_it_stood(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
    stage.go(3 * MINUTE)
    with stage.running():
        stage.until(lambda: "manager" in stage.persons())
    assert sorted(stage.persons()) == ["home:H1", "manager", "night-1"]


def test_two_workers_share_a_receiver_and_one_that_died_keeps_it_no_longer_than_its_lease(
    stage: Stage,
) -> None:
    from services.pager.engine import claims
    from shared.store.engine import writing

    with writing(stage.database) as connection:
        assert claims.claim(connection, "night-1", "dead", stage.wall(), stage.wall() + 30 * SECOND)
    with stage.running():
        stage.put(alert())
        stage.until(lambda: stage.persons() == ["home:H1"])
        assert stage.messages(person="night-1", state="queued")
        stage.go(30 * SECOND)
        stage.receiver.wait(1, "/night-1")


@pytest.mark.parametrize(("me", "says"), [(None, True), ("alone", False)])
def test_an_engine_that_nobody_else_can_ask_says_in_the_database_that_it_turns(
    stage: Stage, me: str | None, says: bool
) -> None:
    with stage.running(me=me):
        stage.put(alert())
        stage.until(lambda: bool(stage.messages(state="sent")), each=SECOND)
    with stage.database.connect() as connection:
        assert bool(alive.read(connection)) == says
