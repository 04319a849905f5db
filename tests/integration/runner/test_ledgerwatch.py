"""How far the watch has come where services run elsewhere, by their ledger."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services import monitors
from services.house.ledgerwatch import LedgerWatch
from shared import clock
from shared.store import ledger
from shared.store.engine import make_engine, writing

BLIND_AFTER = 60_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(tmp_path / "views.sqlite3")
    monitors.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The hand on the steady clock."""
    hand = [1_000_000]
    monkeypatch.setattr(clock, "monotonic", lambda: hand[0])
    return hand


def stands(engine: Engine, service: str, partition: int, at: int) -> None:
    with writing(engine) as connection:
        entry = ledger.find(connection, service, partition) or ledger.take_over(
            connection, service, partition, 1
        )
        ledger.swap(connection, entry, replace(entry, clock=at))


def test_nobody_watches_before_every_home_partition_has_begun(engine: Engine, now: list[int]) -> None:
    watch = LedgerWatch(engine, ["checks"], 2, BLIND_AFTER)
    stands(engine, "checks", 0, 5_000)
    watch.look()
    assert (watch.watched_to(), watch.watching()) == (None, False)
    stands(engine, "checks", 1, 4_000)
    watch.look()
    assert (watch.watched_to(), watch.watching()) == (4_000, True)


def test_one_that_catches_up_does_not_hide_one_that_stands(engine: Engine, now: list[int]) -> None:
    watch = LedgerWatch(engine, ["checks"], 2, BLIND_AFTER)
    stands(engine, "checks", 0, 9_000_000)
    for step in range(1, 8):
        stands(engine, "checks", 1, step * 1_000)
        watch.look()
        now[0] += 10_000
    assert watch.blind_since() == 9_000_000
    assert not watch.watching()


def test_a_database_that_is_away_makes_what_is_known_grow_old(engine: Engine, now: list[int]) -> None:
    watch = LedgerWatch(engine, ["checks"], 1, BLIND_AFTER)
    stands(engine, "checks", 0, 5_000)
    watch.look()
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE ledger RENAME TO elsewhere")
    watch.look()  # SQLite says so with an OperationalError
    now[0] += BLIND_AFTER
    assert watch.blind_since() == 5_000
