"""Several who write at once into one Postgres: for a home-partition one at a time, and none undoes what another did."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, select

from services.checks.tables import METADATA, PLACEMENTS
from services.house import database
from shared.instants import MINUTE
from shared.monitor import Row
from shared.runner import homecoming, rebuild, reconcile, setaside
from shared.runner.loop import Runner
from shared.runner.reading import Reading
from shared.store import asides, ledger, outbox, rebuilds, rows
from shared.store.engine import writing
from shared.store.fresh import Fresh
from shared.topics import SWAPS
from tests import fresh
from tests.integration.runner.stories import NIGHT, Fragile, check, home
from tests.integration.runner.world import World, views_in_postgres
from tests.servers.plugin import Postgres
from tests.waiting import LONG_S
from wakeful.contracts.store import effect

OURS = outbox.Owner("checks", 3)


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    url = fresh.postgres_database(postgres)
    engine = database.views(url, "checks")
    yield engine
    engine.dispose()


@pytest.fixture
def world(tmp_path: Path, postgres: Postgres) -> Iterator[World]:
    world = World(tmp_path, views=views_in_postgres(postgres))
    yield world
    world.close()


def homes(*ids: str) -> list[Row]:
    values = {"provider_id": "PR1", "zone": "Europe/London", "state": b"x"}
    return [Row("checks_homes", {"home_id": home_id}, values) for home_id in ids]


def kept(engine: Engine, partition: int) -> list[str]:
    with engine.connect() as connection:
        found = rows.load(connection, METADATA, ["checks_homes"], partition=partition)
        return [row.key["home_id"] for row in found]


def at_once(work: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each gave, or raised."""
    start = threading.Barrier(len(work))

    def begun(each: Callable[[], Any]) -> Any:
        start.wait(LONG_S)
        try:
            return each()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(work)) as several:
        return list(several.map(begun, work))


# -- the ledger ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rivals", [2, 8])
@pytest.mark.parametrize("first", [True, False])
def test_of_many_who_take_over_at_once_the_last_has_it_and_the_others_hear_of_it(
    engine: Engine, rivals: int, first: bool
) -> None:
    def take_over() -> ledger.Entry:
        with writing(engine) as connection:
            return ledger.take_over(connection, *OURS, version=1)

    if not first:
        take_over()
    taken = at_once([take_over] * rivals)
    assert sorted(entry.epoch for entry in taken) == list(range(2 - first, rivals + 2 - first))

    def commit(entry: ledger.Entry) -> bool:
        try:
            with writing(engine) as connection:
                ledger.swap(connection, entry, replace(entry, clock=5))
        except ledger.LostOwnership:
            return False
        return True

    owners = [entry.epoch for entry in taken if commit(entry)]
    assert owners == [max(entry.epoch for entry in taken)]


def test_an_effect_never_appears_below_one_that_was_published(engine: Engine) -> None:
    """A rebuild has put an effect and not committed yet; whoever runs the service waits with his own."""
    with writing(engine) as connection:
        ledger.take_over(connection, *OURS, version=1)
    begun = threading.Event()

    def put_and_mark() -> list[str]:
        begun.set()
        with writing(engine) as connection:
            ledger.lock(connection, *OURS)
            outbox.put(connection, OURS, [effect(2)])
        with writing(engine) as connection:
            ledger.lock(connection, *OURS)
            published = outbox.waiting(connection, OURS)
            outbox.mark(connection, OURS, published)
        return [each.draft.id for each in published]

    with ThreadPoolExecutor(1) as other:
        with writing(engine) as connection:
            ledger.lock(connection, *OURS)
            outbox.put(connection, OURS, [effect(1)])
            publishing = other.submit(put_and_mark)
            begun.wait(LONG_S)
            threading.Event().wait(0.2)  # time enough to come first, if anything let it
        assert publishing.result(LONG_S) == ["e1", "e2"]


# -- fresh tables ----------------------------------------------------------------------------------------------


def test_one_home_partition_is_made_anew_and_the_others_stay_as_they_are(engine: Engine) -> None:
    names = ["checks_homes", "checks_placements"]
    mine, theirs = Fresh(METADATA, names, 3), Fresh(METADATA, names, 4)
    with writing(engine) as connection:
        for partition in (3, 4, 5):
            rows.put(connection, METADATA, homes(f"old {partition}"), partition=partition)
        for fresh, partition in ((mine, 3), (theirs, 4)):
            fresh.make(connection)
            rows.put(connection, fresh, homes(f"old {partition}", f"new {partition}"), partition=partition)
    with writing(engine) as connection:
        mine.swap(connection)
        rows.put(connection, METADATA, homes("newest 5"), partition=5)
    assert kept(engine, 3) == ["new 3", "old 3"]
    assert (kept(engine, 4), kept(engine, 5)) == (["old 4"], ["newest 5", "old 5"])
    with writing(engine) as connection:
        theirs.swap(connection)
    assert kept(engine, 4) == ["new 4", "old 4"]
    assert not [name for name in inspect(engine).get_table_names() if "fresh" in name]


def test_of_two_who_begin_a_rebuild_at_once_one_goes_on(engine: Engine) -> None:
    with writing(engine) as connection:
        rows.put(connection, METADATA, homes("old"), partition=3)

    def rebuilt(number: int) -> str:
        fresh = Fresh(METADATA, ["checks_homes"], 3)
        with writing(engine) as connection:
            token = rebuilds.claim(connection, OURS, 1)
            fresh.make(connection)
        for step in range(20):
            with writing(engine) as connection:
                rebuilds.check(connection, OURS, token)
                rows.put(connection, fresh, homes(f"{number}-{step:02}"), partition=3)
        with writing(engine) as connection:
            rebuilds.end(connection, OURS, token)
            fresh.swap(connection)
        return f"{number}-"

    done = at_once([lambda number=number: rebuilt(number) for number in range(4)])  # type: ignore[misc]
    ended = [each for each in done if isinstance(each, str)]
    assert all(isinstance(each, ledger.LostOwnership) for each in done if not isinstance(each, str)), done
    assert ended
    found = kept(engine, 3)
    assert len(found) == 20, "of one rebuild, and all of it"
    assert found[0][:2] in ended
    assert {each[:2] for each in found} == {found[0][:2]}


# -- the swap, step by step ------------------------------------------------------------------------------------

STEPS: list[tuple[Any, str]] = [
    (rebuilds, "end"),
    (ledger, "lock"),
    (Reading, "reach"),
    (Fresh, "swap"),
    (setaside, "replace_all"),
    (outbox, "put"),
    (reconcile.Published, "read_to_the_end"),
    (ledger, "swap"),
]


class Live:
    """Whoever runs the service, in a thread of his own: a turn between any two steps of somebody else's. Where he has
    to wait he is left to it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._runner: Runner = world.started()
        world.settle(self._runner, world.now)
        self._hand = ThreadPoolExecutor(1)
        self._turns = [self._hand.submit(lambda: None)]

    def goes_on(self) -> None:
        """A check comes in, a minute passes, a turn is begun."""
        if self._turns[-1].done():
            self._world.feed([check("H1", self._world.now + MINUTE)])
            self._turns.append(self._hand.submit(self._turn))
            threading.Event().wait(0.05)

    def _turn(self) -> None:
        try:
            self._runner.turn()
        except ledger.LostOwnership:
            self._runner.start()

    def ends(self, at: int) -> None:
        """Everything that was begun, and then to the end."""
        self._hand.shutdown()
        for turn in self._turns:
            turn.result(LONG_S)
        try:
            self._world.settle(self._runner, at)
        except ledger.LostOwnership:
            self._runner.start()
            self._world.settle(self._runner, at)


@contextmanager
def between_any_two_steps(live: Live) -> Iterator[None]:
    """Of what this thread does, the service goes on."""
    here = threading.get_ident()

    def before(step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            if threading.get_ident() == here:
                live.goes_on()
            return step(*given, **named)

        return stepped

    with pytest.MonkeyPatch.context() as patched:
        for owner, name in STEPS:
            patched.setattr(owner, name, before(getattr(owner, name)))
        yield


def test_whoever_runs_the_service_commits_between_any_two_steps_of_a_swap(world: World) -> None:
    world.feed([*home("H1"), *home("H2")])
    world.now = NIGHT + 10 * MINUTE
    live = Live(world)
    with between_any_two_steps(live):
        for _ in range(3):
            rebuild.whole(world.log, world.engine, world.service())
    live.ends(NIGHT + 90 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 90 * MINUTE)
    assert [(swap["data"]["raised"], swap["data"]["superseded"]) for swap in world.events(SWAPS)] == [
        ([], [])
    ] * 3
    with world.engine.connect() as connection:
        assert outbox.standing(connection, outbox.Owner("checks", 0)) == (0, None)


def test_whoever_runs_the_service_commits_between_any_two_steps_of_a_homes_return(world: World) -> None:
    world.feed([*home("H1"), *home("H2"), check("H2", NIGHT + MINUTE, "poison")])
    world.settle(world.started(Fragile), NIGHT + 10 * MINUTE)
    live = Live(world)
    with between_any_two_steps(live):
        homecoming.home(world.log, world.engine, world.service(), "H2")
    live.ends(NIGHT + 90 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 90 * MINUTE)
    with world.engine.connect() as connection:
        assert asides.of_service(connection, "checks", 0) == []


def test_two_rebuilds_at_once_leave_one_read_model_and_tell_nothing_twice(world: World) -> None:
    world.feed([*home("H1"), *home("H2")])
    for minute in range(0, 60, 10):
        world.feed([check("H1", NIGHT + minute * MINUTE)])
    runner = world.started()
    world.settle(runner, NIGHT + 60 * MINUTE)
    before = table(world)
    done = at_once([lambda: rebuild.whole(world.log, world.engine, world.service())] * 2)
    assert any(isinstance(each, ledger.Entry) for each in done), done
    assert all(isinstance(each, ledger.Entry | ledger.LostOwnership) for each in done), done
    assert table(world) == before
    world.settle(world.started(), NIGHT + 60 * MINUTE)
    assert world.alerts() == world.replayed(NIGHT + 60 * MINUTE)


def table(world: World) -> list[tuple[object, ...]]:
    with world.engine.connect() as connection:
        found = connection.execute(select(PLACEMENTS).order_by(*PLACEMENTS.primary_key))
        return [tuple(row) for row in found]
