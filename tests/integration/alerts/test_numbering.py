"""On Postgres the steps of all home-partitions are numbered in the order of their commits, and keep their numbers."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.alerts.numbering import numbered, numbered_again
from services.alerts.tables import ALERTS, LIFE, METADATA
from services.house import database
from shared.monitor import Row
from shared.store import rows
from shared.store.engine import writing
from shared.store.fresh import Fresh
from tests import fresh
from tests.servers.plugin import Postgres


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    url = fresh.postgres_database(postgres)
    engine = database.views(url, "alerts")
    yield engine
    engine.dispose()


def step(position: int, alert_id: str, step: str = "raised", at: int = 7) -> list[Row]:
    """The two rows of a step, as the monitor of a home-partition counts it."""
    alert: dict[str, Any] = {
        each.name: None for each in ALERTS.columns if each.name not in ("alert_id", "partition")
    }
    alert |= {
        "home_id": "H1",
        "kind": "check_missed",
        "severity": "urgent",
        "since": 1,
        "raised_at": 2,
        "facts": {},
    }
    alert |= {"state": step, "level": 1, "changed_at": at, "position": position}
    life: dict[str, Any] = {
        each.name: None for each in LIFE.columns if each.name not in ("position", "partition")
    }
    life |= {"alert_id": alert_id, "home_id": "H1", "step": step, "at": at, "level": 1}
    return [Row(ALERTS.name, {"alert_id": alert_id}, alert), Row(LIFE.name, {"position": position}, life)]


def commit(engine: Engine, partition: int, *steps: list[Row]) -> None:
    with writing(engine) as connection:
        changed = numbered(connection, [row for each in steps for row in each])
        rows.put(connection, METADATA, changed, partition=partition)


def told(engine: Engine) -> list[tuple[int, str, str]]:
    with engine.connect() as connection:
        found = connection.execute(
            select(LIFE.c.position, LIFE.c.alert_id, LIFE.c.step).order_by(LIFE.c.position)
        )
        return [(row[0], row[1], row[2]) for row in found]


def latest(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(select(ALERTS.c.alert_id, ALERTS.c.position))}


def test_two_partitions_that_count_for_themselves_are_one_row_of_numbers(engine: Engine) -> None:
    commit(engine, 0, step(1, "A"), step(2, "A", "worsened"))
    commit(engine, 3, step(1, "B"))
    commit(engine, 0, step(3, "A", "resolved"))
    commit(engine, 3)
    assert told(engine) == [
        (1, "A", "raised"),
        (2, "A", "worsened"),
        (3, "B", "raised"),
        (4, "A", "resolved"),
    ]
    assert latest(engine) == {"A": 4, "B": 3}


def test_a_rebuild_keeps_the_number_of_a_step_that_is_known_and_gives_others_the_next(engine: Engine) -> None:
    """Else every stream would tell a partition's whole history again, or never tell what only the new rules say."""
    commit(engine, 0, step(1, "A"), step(2, "A", "worsened"))
    commit(engine, 3, step(1, "B"), step(2, "B", "worsened", 8), step(3, "B", "worsened", 8))
    commit(engine, 0, step(3, "A", "resolved"))
    fresh = Fresh(METADATA, [ALERTS.name, LIFE.name], 3)
    with writing(engine) as connection:
        fresh.make(connection)
        made = [
            step(1, "N"),
            step(2, "B"),
            step(3, "B", "worsened", 8),
            step(4, "B", "worsened", 8),
            step(5, "N", "resolved"),
        ]
        rows.put(connection, fresh, [row for each in made for row in each], partition=3)
        numbered_again(connection, 3, fresh.tables)
        fresh.swap(connection)
    assert told(engine) == [
        (1, "A", "raised"),
        (2, "A", "worsened"),
        (3, "B", "raised"),
        (4, "B", "worsened"),
        (5, "B", "worsened"),
        (6, "A", "resolved"),
        (7, "N", "raised"),
        (8, "N", "resolved"),
    ]
    assert latest(engine) == {"A": 6, "B": 5, "N": 8}
