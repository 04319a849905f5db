"""What one bad fact, one lost partition, one full disk or one new version costs, and what it does not."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from services.checks.model import ChecksMonitor
from shared import clock as machine
from shared import rebuild
from shared import runner as runner_module
from shared.facts import Fact
from shared.instants import MINUTE, SECOND, Instant, parse_instant, show_instant
from shared.log.base import Draft, Unavailable
from shared.log.sqlite import SqliteLog
from shared.monitor import Effect, HomeFault
from shared.runner import Runner
from shared.store import asides, ledger, operations, outbox
from shared.store.tables import LEDGER, OUTBOX, SWAPS
from shared.topics import ALERTS, CHECK_INS, PLAN_CHANGES
from tests.integration.runner.world import TABLES, Heard, Line, World, draft

EVENING = parse_instant("2026-03-02T21:00:00Z")
NIGHT = parse_instant("2026-03-02T22:00:00Z")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def line(
    topic: str, at: Instant, id_: str, type_: str, home_id: str, subject: str, /, **data: object
) -> Line:
    told = show_instant(at)
    event = {
        "specversion": "1.0",
        "id": f"{home_id}-{id_}",
        "source": "test/device",
        "type": type_,
        "subject": subject,
        "time": told,
        "enteredat": told,
        "homeid": home_id,
        "actor": "S1",
        "datacontenttype": "application/json",
        "data": data,
    }
    return {"topic": topic, "appended_at": told, "event": event}


def home(
    home_id: str, at: Instant = EVENING, ceiling: str = "PT15M", window: tuple[str, str] = ("22:00", "07:00")
) -> list[Line]:
    """A home with one child, watched by its default plan."""
    asked = {"from": window[0], "to": window[1], "ceiling": ceiling, "grace": "PT2M"}
    started = {"placement_id": f"P-{home_id}", "home_id": home_id, "commissioner_id": "C1", "room": "R1"}
    return [
        line(
            PLAN_CHANGES, at, "registered", "home.registered.v1", home_id, home_id,
            home_id=home_id, provider_id="PR1", time_zone="Europe/London", rooms=["R1"],
            statement_of_purpose={"waking_staff": 1, "sleep_in_staff": 0}, default_plan={"checks": [asked]},
        ),
        line(
            PLAN_CHANGES, at, "started", "placement.started.v1", home_id, f"P-{home_id}",
            **started, emergency=False, suicide_risk=False,
        ),
    ]  # fmt: skip


def check(home_id: str, at: Instant, state: str = "asleep") -> Line:
    seen = {"outcome": "seen", "sign_of_life": "breathing", "state": state, "view": "entered", "proof": "nfc"}
    subject = f"P-{home_id}"
    return line(CHECK_INS, at, str(at), "check.recorded.v1", home_id, subject, placement_id=subject, **seen)


def kinds(world: World) -> list[tuple[str, str]]:
    return [(event["homeid"], event["type"].split(".")[1]) for event in world.events(ALERTS)]


class Fragile(ChecksMonitor):
    """Checks, with a bug: it cannot bear one state."""

    def apply(self, fact: Fact) -> Iterable[Effect]:
        if fact.data.get("state") == "poison":
            raise HomeFault(fact.home_id, KeyError("state"))
        return super().apply(fact)


class FragileLater(ChecksMonitor):
    """Checks, with a bug that shows when time passes: while one home's deadline fires."""

    def _fire(self, watch, due):  # type: ignore[no-untyped-def]
        if watch.placement.home.id == "H1":
            raise ZeroDivisionError
        return super()._fire(watch, due)


class Newer(ChecksMonitor):
    """The next version of the rules: no grace is left to anybody who is found awake, who is not seen at all."""

    version = 2

    def apply(self, fact: Fact) -> Iterable[Effect]:
        return () if fact.data.get("state") == "awake_settled" else super().apply(fact)


# -- a home set aside ------------------------------------------------------------------------------------------


def test_a_poison_fact_sets_its_home_aside_and_the_others_are_watched_in_time(world: World) -> None:
    world.make = Fragile
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    world.feed([check("H1", NIGHT + MINUTE, "poison"), check("H2", NIGHT + MINUTE)])
    world.settle(runner, NIGHT + 30 * MINUTE)
    assert kinds(world) == [("H2", "raised")]
    assert world.observer.aside == ["H1"]
    assert world.alerts() == world.replayed(NIGHT + 30 * MINUTE, ChecksMonitor, ["H2"])


def test_a_bug_that_shows_when_time_passes_costs_one_home_too(world: World) -> None:
    world.make = FragileLater
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    world.settle(runner, NIGHT + 30 * MINUTE)
    assert kinds(world) == [("H2", "raised")]
    assert world.observer.aside == ["H1"]


def test_the_home_is_marked_unwatched_with_its_reason_and_the_fact_and_operations_are_told(
    world: World,
) -> None:
    runner = world.started(Fragile)
    poison = check("H1", NIGHT + MINUTE, "poison")
    world.feed([*home("H1"), poison])
    world.settle(runner, NIGHT + 2 * MINUTE)
    with world.engine.connect() as connection:
        (aside,) = asides.of_service(connection, "checks", 0)
        (told,) = operations.latest(connection, only_open=True)
    assert (aside.home_id, aside.reason, aside.fact_id) == ("H1", "KeyError: 'state'", poison["event"]["id"])
    assert (told.kind, told.home_id, told.service, told.since) == (
        "monitor_blind",
        "H1",
        "checks",
        aside.since,
    )


def test_a_home_set_aside_stays_so_over_restarts_and_its_facts_stay_in_the_log(world: World) -> None:
    runner = world.started(Fragile)
    world.feed([*home("H1"), check("H1", NIGHT + MINUTE, "poison")])
    world.settle(runner, NIGHT + 2 * MINUTE)
    again = world.started(Fragile)
    world.feed([check("H1", NIGHT + 5 * MINUTE)])
    world.settle(again, NIGHT + 60 * MINUTE)
    assert kinds(world) == []
    assert len(world.records(CHECK_INS)) == 2


def test_a_fixed_version_brings_the_home_back_with_what_came_in_between(world: World) -> None:
    runner = world.started(Fragile)
    world.feed([*home("H1"), *home("H2")])
    world.feed([check("H1", NIGHT + MINUTE, "poison"), check("H2", NIGHT + MINUTE)])
    world.feed([check("H1", NIGHT + 5 * MINUTE)])
    world.settle(runner, NIGHT + 30 * MINUTE)
    rebuild.home(world.log, world.engine, ChecksMonitor(), "H1", tables=TABLES)
    fixed = world.started(ChecksMonitor)
    world.settle(fixed, NIGHT + 31 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 31 * MINUTE)
    assert sorted(kinds(world)) == [("H1", "raised"), ("H2", "raised")]
    with world.engine.connect() as connection:
        assert asides.of_service(connection, "checks", 0) == []
        assert operations.latest(connection, only_open=True) == []
        (swap,) = connection.execute(select(SWAPS)).all()
    assert (swap.service, swap.home_id, swap.at) == ("checks", "H1", NIGHT + 30 * MINUTE)
    assert len(swap.detail["raised"]) == 1


def test_a_home_that_comes_back_has_its_stale_alerts_closed_as_superseded(world: World) -> None:
    runner = world.started(Fragile)
    world.feed(home("H1"))
    world.settle(runner, NIGHT + 20 * MINUTE)
    assert kinds(world) == [("H1", "raised")]
    world.feed([check("H1", NIGHT + 20 * MINUTE, "poison")])
    world.settle(runner, NIGHT + 22 * MINUTE)
    rebuild.home(world.log, world.engine, ChecksMonitor(), "H1", tables=TABLES)
    world.settle(world.started(ChecksMonitor), NIGHT + 23 * MINUTE)
    closed = world.events(ALERTS)[-1]
    assert (closed["type"], closed["data"]["how"]) == ("alert.resolved.v1", "superseded")
    world.feed([check("H1", NIGHT + 24 * MINUTE)])
    world.settle(world.started(ChecksMonitor), NIGHT + 25 * MINUTE)
    assert len(kinds(world)) == 2, "what was closed is not closed again"


def test_a_home_that_still_fails_stays_set_aside(world: World) -> None:
    runner = world.started(Fragile)
    world.feed([*home("H1"), check("H1", NIGHT + MINUTE, "poison")])
    world.settle(runner, NIGHT + 2 * MINUTE)
    with pytest.raises(rebuild.StillBroken, match="H1 fails as before"):
        rebuild.home(world.log, world.engine, Fragile(), "H1", tables=TABLES)
    with world.engine.connect() as connection:
        assert len(asides.of_service(connection, "checks", 0)) == 1


# -- records that may not stand --------------------------------------------------------------------------------


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


# -- who may write ---------------------------------------------------------------------------------------------


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


# -- the ledger's clock ----------------------------------------------------------------------------------------


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


# -- rebuilding ------------------------------------------------------------------------------------------------


def test_rows_of_another_version_are_rebuilt_and_the_swap_reconciles_and_is_recorded(world: World) -> None:
    """By the old rules H1's child was seen and H2's was not; by the new ones it is the other way round."""
    old = world.started()
    world.feed([*home("H1"), *home("H2"), *home("H3")])
    for at in range(0, 60 * MINUTE, 10 * MINUTE):
        world.feed([check("H1", NIGHT + at, "awake_settled"), check("H3", NIGHT + at)])
    world.settle(old, NIGHT + 60 * MINUTE)
    assert kinds(world) == [("H2", "raised")] + [("H2", "worsened")] * 2
    old_alert = world.events(ALERTS)[0]["data"]["alert_id"]

    new = world.started(Newer)
    world.settle(new, NIGHT + 61 * MINUTE)
    raised = [e for e in world.events(ALERTS) if e["type"] == "alert.raised.v1"]
    assert [event["homeid"] for event in raised] == ["H2", "H1"]
    assert raised[1]["data"]["raised_at"] == show_instant(NIGHT + 17 * MINUTE), (
        "under the new reading's own instants"
    )
    assert new.entry.version == 2
    assert new.entry.rebuilding_until is None
    with world.engine.connect() as connection:
        (swap,) = connection.execute(select(SWAPS)).all()
        assert connection.execute(select(OUTBOX)).all() == []
    assert (swap.from_version, swap.to_version, swap.home_id) == (1, 2, None)
    assert swap.detail == {"raised": [raised[1]["data"]["alert_id"]], "superseded": []}
    assert old_alert not in swap.detail["raised"], "what is open by both readings is left alone"

    back = world.started(ChecksMonitor)
    world.settle(back, NIGHT + 62 * MINUTE)
    closed = [e for e in world.events(ALERTS) if e["type"] == "alert.resolved.v1"]
    assert [(e["homeid"], e["data"]["how"]) for e in closed] == [("H1", "superseded")]


def test_a_rebuild_that_crashes_goes_on_and_publishes_nothing_before_its_swap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "READ", 2)
    old = world.started()
    world.feed([*home("H1"), *home("H2")])
    for minute in range(0, 60, 10):
        world.feed([check("H1", NIGHT + minute * MINUTE, "awake_settled")])
    world.settle(old, NIGHT + 60 * MINUTE)
    before = world.alerts()
    reached = []
    while True:
        runner = world.started(Newer)
        runner.turn()
        reached.append(runner.entry.clock)
        if runner.entry.rebuilding_until is None:
            break
        assert world.alerts() == before
    assert len(reached) >= 4
    assert reached == sorted(reached)
    assert len(world.alerts()) > len(before)


@pytest.mark.parametrize("same", [True, False])
def test_a_rebuild_of_the_same_version_publishes_nothing_new(world: World, same: bool) -> None:
    runner = world.started()
    world.feed([*home("H1"), *home("H2")])
    for minute in (5, 25, 30):
        world.feed([check("H1", NIGHT + minute * MINUTE)])
    world.settle(runner, NIGHT + 60 * MINUTE)
    before = world.alerts()
    if not same:  # the views are lost: nothing says how far they had come
        world.forget_rows()
        with world.engine.begin() as connection:
            connection.execute(delete(LEDGER))
    again = world.runner()
    again.rebuild()
    world.settle(again, NIGHT + 60 * MINUTE)
    assert world.alerts() == before == world.replayed(NIGHT + 60 * MINUTE)
    world.settle(world.started(), NIGHT + 90 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 90 * MINUTE)


# -- the loop, on the machine's own clock ----------------------------------------------------------------------


def test_the_loop_raises_an_alert_by_itself_and_stops_when_told(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.log.close()
    log = SqliteLog(tmp_path / "log.sqlite3", always_open=True)
    heard = Heard()
    runner = Runner(log, world.engine, ChecksMonitor(), tables=TABLES, observer=heard)
    stop = threading.Event()
    loop = threading.Thread(target=runner.run, args=(stop,), daemon=True)
    loop.start()
    lines = home("H1", machine.now(), ceiling="PT1S", window=("00:00", "00:00"))
    lines[0]["event"]["data"]["default_plan"]["checks"][0]["grace"] = "PT0S"
    log.append([draft(each) for each in lines])
    seen = log.end()
    while seen < 3:
        assert log.wait(seen, 60)
        seen = log.end()
    (raised,) = log.read(0, (ALERTS,), {}, 1 << 62)[0]
    assert b"check_missed" in raised.body
    stop.set()
    loop.join(60)
    assert len(heard.lags) == 1
    log.close()
    world.engine.dispose()


def test_the_loop_waits_for_a_log_that_is_unavailable_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.feed(home("H1"))
    world.now = NIGHT + 20 * MINUTE
    tried = threading.Event()
    append = world.log.append

    def broken(drafts: Sequence[Draft]) -> None:
        tried.set()
        raise Unavailable("the disk is full", retry_after=1)

    monkeypatch.setattr(world.log, "append", broken)
    stop = threading.Event()
    loop = threading.Thread(target=world.runner().run, args=(stop,), daemon=True)
    loop.start()
    assert tried.wait(60)
    monkeypatch.setattr(world.log, "append", append)
    assert world.log.wait(2, 60)
    stop.set()
    loop.join(60)
    assert isinstance(world.observer.errors[0], Unavailable)
    assert world.alerts() == world.replayed(NIGHT + 20 * MINUTE)
    world.close()


def test_the_loop_raises_when_it_has_lost_its_partition(world: World) -> None:
    raised: list[BaseException] = []
    runner = world.runner()
    ready = threading.Event()
    start = runner.start

    def started() -> None:
        start()
        ready.set()

    def run() -> None:
        try:
            runner.run(threading.Event())
        except ledger.LostOwnership as error:
            raised.append(error)

    runner.start = started  # type: ignore[method-assign]
    loop = threading.Thread(target=run, daemon=True)
    loop.start()
    assert ready.wait(60)
    world.started()
    world.feed(home("H1"))
    world.now += SECOND
    loop.join(60)
    assert len(raised) == 1
