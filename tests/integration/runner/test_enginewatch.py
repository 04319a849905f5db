"""Whether the pagers' engines turn, as another process can tell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services import monitors
from services.house import paging
from services.house.enginewatch import EngineWatch
from services.pager.engine import alive
from services.pager.engine.share import Share
from services.pager.engine.time import PagerTime
from shared import clock
from shared.store import ledger
from shared.store.engine import make_engine, writing

BLIND_AFTER = 60_000
LONG = alive.stands_after(BLIND_AFTER)


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(tmp_path / "views.sqlite3")
    monitors.migrate(engine)
    paging.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The hand on the steady clock."""
    hand = [1_000_000]
    monkeypatch.setattr(clock, "monotonic", lambda: hand[0])
    return hand


def takes(views: Engine, partition: int) -> Share:
    """Somebody takes over a home-partition, and has begun there."""
    with writing(views) as connection:
        epoch = ledger.take_over(connection, "pager", partition, 1).epoch
    return Share(partition, epoch, PagerTime(BLIND_AFTER), begun=True)


def says(views: Engine, share: Share, at: int) -> None:
    with writing(views) as connection:
        alive.say(connection, [share], at)


def test_an_engine_that_says_nothing_any_more_stands_and_one_that_turns_does_not(
    views: Engine, now: list[int]
) -> None:
    watch = EngineWatch(views, 2, BLIND_AFTER)
    turns, hangs = takes(views, 0), takes(views, 1)
    says(views, hangs, 7_000)
    for at in range(0, 2 * LONG, 10_000):
        says(views, turns, 8_000 + at)
        watch.look()
        assert (watch.stands_since() is None) == (at < LONG)
        now[0] += 10_000
    assert watch.stands_since() == 7_000
    says(views, hangs, 300_000)
    watch.look()
    assert watch.stands_since() is None


def test_nothing_is_said_of_engines_that_have_never_said_anything(views: Engine, now: list[int]) -> None:
    watch = EngineWatch(views, 1, BLIND_AFTER)
    watch.look()
    now[0] += 10 * LONG
    watch.look()
    assert watch.stands_since() is None


def test_a_home_partition_that_no_engine_has_begun_with_stands_once_another_has(
    views: Engine, now: list[int]
) -> None:
    watch = EngineWatch(views, 2, BLIND_AFTER)
    share = takes(views, 0)
    for at in range(0, LONG + 1, 10_000):
        says(views, share, at + 1)
        watch.look()
        now[0] += 10_000
    assert watch.stands_since() == 0


def test_whoever_was_taken_over_from_hides_nobody_who_stands(views: Engine, now: list[int]) -> None:
    watch = EngineWatch(views, 1, BLIND_AFTER)
    before = takes(views, 0)
    says(views, before, 5_000)
    takes(views, 0)
    watch.look()
    now[0] += LONG
    says(views, before, 95_000)
    watch.look()
    assert watch.stands_since() == 5_000


def test_a_clock_that_was_put_back_makes_no_engine_stand(views: Engine, now: list[int]) -> None:
    watch = EngineWatch(views, 1, BLIND_AFTER)
    share = takes(views, 0)
    says(views, share, 9_000_000)
    watch.look()
    now[0] += LONG
    says(views, share, 1_000)
    watch.look()
    assert watch.stands_since() is None
