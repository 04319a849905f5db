"""What a bad record, a lost partition or a full disk costs, and what it does not."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from services.checks.model import ChecksMonitor
from shared.instants import MINUTE, SECOND
from shared.log.base import Draft, Unavailable
from shared.monitor import Effect
from shared.store import ledger, outbox
from shared.store.engine import writing
from shared.topics import ALERTS, CHECK_INS
from tests.integration.runner.stories import EVENING, NIGHT, check, home, kinds, line
from tests.integration.runner.world import World


def test_a_record_that_cannot_be_read_is_rejected_without_its_content_and_never_a_crash(world: World) -> None:
    runner = world.started()
    world.feed(home("H1"))
    secret = b'{"type":"check.recorded.v9","note":"a secret"}'
    world.log.append(
        [Draft(CHECK_INS, "H1", "odd", "x", secret), Draft(CHECK_INS, "H1", "worse", "y", b"\xff")]
    )
    world.settle(runner, NIGHT + 30 * MINUTE)
    assert [each["event_id"] for each in world.rejected()] == ["odd", "worse"]
    assert {each["reason"] for each in world.rejected()} == {"unreadable"}
    assert "a secret" not in str(world.events("wakeful.rejected"))
    assert world.observer.reasons == ["unreadable", "unreadable"]
    assert kinds(world) == [("H1", "raised")]


def test_a_refused_fact_changes_nothing_and_is_told_once_whoever_sees_it(world: World) -> None:
    class Other(ChecksMonitor):
        name = "other"

    world.feed(home("H1"))
    at = NIGHT + MINUTE
    correction = {"check_id": "nothing", "reason": "a slip", "withdrawn": True, "changes": {}}
    world.feed([line(CHECK_INS, at, "c1", "check.corrected.v1", "H1", "P-H1", **correction)])
    for make in (ChecksMonitor, Other):
        world.settle(world.started(make), NIGHT + 2 * MINUTE)
        world.forget_rows()
    (told,) = world.rejected()
    assert (told["event_id"], told["reason"], told["field"]) == ("H1-c1", "unknown_check", "data.check_id")
    assert world.observer.reasons == ["unknown_check", "unknown_check"]
    assert world.observer.differing == []


def test_a_correction_is_judged_by_what_the_log_held_when_it_came(world: World) -> None:
    """The check that it names comes later: living, it was unknown; a reader that is behind must say so too."""
    world.feed(home("H1"))
    later = check("H1", NIGHT + 5 * MINUTE)
    correction = {"check_id": later["event"]["id"], "reason": "a slip", "withdrawn": True, "changes": {}}
    world.feed([line(CHECK_INS, NIGHT + MINUTE, "c1", "check.corrected.v1", "H1", "P-H1", **correction)])
    world.feed([later])
    world.settle(world.started(), NIGHT + 10 * MINUTE)
    assert [each["reason"] for each in world.rejected()] == ["unknown_check"]


def test_a_correction_before_its_check_in_one_step_is_judged_as_a_replay_would(world: World) -> None:
    runner = world.started()
    at = NIGHT + MINUTE
    world.feed(home("H1"))
    named = check("H1", at)
    correction = {"check_id": named["event"]["id"], "reason": "a slip", "withdrawn": True, "changes": {}}
    world.feed([line(CHECK_INS, at, "c1", "check.corrected.v1", "H1", "P-H1", **correction), named])
    world.settle(runner, NIGHT + 20 * MINUTE)
    assert [(told["event_id"], told["reason"]) for told in world.rejected()] == [("H1-c1", "unknown_check")]
    assert world.alerts() == world.replayed(NIGHT + 20 * MINUTE) != []


def test_a_runner_that_lost_its_partition_writes_nothing(world: World) -> None:
    zombie = world.started()
    world.feed(home("H1"))
    world.settle(zombie, NIGHT)
    owner = world.started()
    world.now = NIGHT + 20 * MINUTE
    with pytest.raises(ledger.LostOwnership):
        zombie.turn()
    assert kinds(world) == []
    world.settle(owner, NIGHT + 20 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 20 * MINUTE)


@pytest.mark.parametrize("where", ["loop", "publisher"])
def test_a_commit_whose_answer_was_lost_is_made_once_and_costs_nobody_the_partition(
    world: World, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    runner = world.started()
    world.feed([*home("H1"), check("H1", NIGHT)])
    lost = iter([True])

    @contextmanager
    def unanswered(engine: Engine) -> Iterator[Connection]:
        with writing(engine) as connection:
            yield connection
        if next(lost, False):
            raise OperationalError("COMMIT", None, Exception("server closed the connection unexpectedly"))

    put, written = outbox.put, list[str]()

    def counted(connection: Connection, owner: outbox.Owner, effects: Sequence[Effect]) -> None:
        written.extend(each.id for each in effects)
        put(connection, owner, effects)

    monkeypatch.setattr(f"shared.runner.{where}.writing", unanswered)
    monkeypatch.setattr(outbox, "put", counted)
    world.now = NIGHT + 20 * MINUTE
    with pytest.raises(OperationalError):
        world.settle(runner, NIGHT + 20 * MINUTE)
    world.settle(runner, NIGHT + 20 * MINUTE)
    assert runner.entry.epoch == 1
    assert world.alerts() == world.replayed(NIGHT + 20 * MINUTE)
    assert [record.id for record in world.records(ALERTS)] == written, "once"
    with world.engine.connect() as connection:
        assert outbox.standing(connection, outbox.Owner("checks", 0)) == (0, None)


def test_what_a_predecessor_left_in_the_outbox_is_published_first(world: World) -> None:
    runner = world.started()
    world.feed(home("H1"))
    world.settle(runner, NIGHT + 20 * MINUTE)
    (event,) = world.events(ALERTS)
    left = Effect(ALERTS, "H1", "left", NIGHT, {**event, "id": "left"})
    with world.engine.begin() as connection:
        outbox.put(connection, outbox.Owner("checks", 0), [left])
    world.started().turn()
    assert [each["id"] for each in world.events(ALERTS)] == [event["id"], "left"]


def test_an_idle_clock_is_committed_about_once_a_second(world: World) -> None:
    runner = world.started()
    world.feed(home("H1"))
    world.settle(runner, EVENING + MINUTE)
    standing = runner.entry.clock
    for step in range(1, 10):
        world.settle(runner, EVENING + MINUTE + step * 100)
        assert runner.entry.clock == standing
    world.settle(runner, EVENING + MINUTE + SECOND)
    assert runner.entry.clock == runner.entry.published == EVENING + MINUTE + SECOND
    assert ledger.clocks(world.engine) == {"checks": EVENING + MINUTE + SECOND}


def test_published_stands_until_the_log_has_what_came_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = world.started()
    world.feed(home("H1"))
    world.settle(runner, NIGHT)
    append = world.log.append
    monkeypatch.setattr(world.log, "append", _unavailable)
    world.now = NIGHT + 20 * MINUTE
    with pytest.raises(Unavailable):
        runner.turn()
    assert runner.entry.clock == NIGHT + 20 * MINUTE
    assert runner.entry.published == NIGHT
    monkeypatch.setattr(world.log, "append", append)
    runner.turn()
    assert runner.entry.published == runner.entry.clock
    assert world.alerts() == world.replayed(NIGHT + 20 * MINUTE)


def _unavailable(_drafts: Sequence[Draft]) -> None:
    raise Unavailable("the disk is full")
