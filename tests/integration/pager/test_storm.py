"""What is looked at before a storm's first page goes does not grow with the storm: shown by counts, not by times."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine as Database

from services.pager import desk_rows
from services.pager.engine.store import guard
from shared.instants import SECOND, Duration
from shared.store.engine import writing
from shared.store.ledger import LostOwnership, take_over
from tests.integration.pager.receivers import Receiver
from tests.integration.pager.stage import Stage, views
from tests.unit.pager.chained import alert

MANY = 300


class StandingStage(Stage):
    """Time moves only as the test says."""

    def monotonic(self) -> Duration:
        return self._began + self._ahead


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Receiver() as receiver:
        made = StandingStage(tmp_path, views(tmp_path), receiver)
        yield made
        made.close()


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, int]]]:
    """Every statement, and how many values it names."""
    statements: list[tuple[str, int]] = []

    def before(
        _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool
    ) -> None:
        statements.append((statement, len(values)))

    event.listen(database, "before_cursor_execute", before)
    yield statements
    event.remove(database, "before_cursor_execute", before)


def _claims(statements: list[tuple[str, int]]) -> list[str]:
    return [each for each, _ in statements if each.startswith("UPDATE pager_receivers")]


def test_of_a_storm_only_the_first_few_alerts_are_read_before_its_first_message_waits(stage: Stage) -> None:
    stage.put(*(alert(alert_id=f"A{number}") for number in range(MANY)))
    with asked(stage.database) as statements:
        with stage.running():
            stage.receiver.wait(1)
        queued = next(n for n, (each, _) in enumerate(statements) if "INSERT INTO pager_messages" in each)
        whole = [named for each, named in statements[:queued] if "pager_alerts.facts" in each]
    assert sum(whole) == 16, "of the others it is only known that they have changed"


def test_nobody_who_only_gathers_is_claimed_before_others_are_told(stage: Stage) -> None:
    with stage.running(), asked(stage.database) as statements:
        stage.put(alert())
        stage.until(lambda: len(stage.messages(state="sent")) == 2)
        stage.until(lambda: len(stage.events()) == 2)
        claims = len(_claims(statements))
        stage.put(alert(alert_id="A2"))
        stage.until(lambda: len(stage.messages(state="queued")) == 2)
        stage.put(alert(alert_id="A3"))
        stage.until(lambda: len(stage.messages(state="queued")) == 4)
        assert len(_claims(statements)) == claims, "they are asked for at their windows' end"
        stage.until(lambda: len(stage.messages(state="sent")) == 6, each=SECOND)


def test_that_an_alert_has_changed_is_known_by_its_name_its_state_and_the_count(stage: Stage) -> None:
    stage.put(alert(alert_id="A1"), alert(alert_id="A2", state="resolved"))
    with stage.database.connect() as connection:
        assert desk_rows.changed_since(connection, 0, 0) == [("A1", "raised", 1), ("A2", "resolved", 2)]
        assert desk_rows.changed_since(connection, 0, 1) == [("A2", "resolved", 2)]
        assert desk_rows.open_alerts(connection, 0) == [("A1", "raised", 1)]


def test_who_owns_all_the_home_partitions_of_a_message_is_asked_in_one_query(stage: Stage) -> None:
    with writing(stage.database) as connection:
        for partition in (1, 2):
            take_over(connection, "pager", partition, 1)
    with asked(stage.database) as statements, writing(stage.database) as connection:
        guard(connection, {0: stage.epoch, 1: 1, 2: 1}, {0, 1, 2})
    assert len([each for each, _ in statements if "ledger" in each]) == 1


@pytest.mark.parametrize("epochs", [{0: 1, 1: 2}, {0: 1}, {0: 1, 1: 1, 7: 1}])
def test_a_message_of_which_one_home_partition_is_anothers_does_not_go(
    stage: Stage, epochs: dict[int, int]
) -> None:
    with writing(stage.database) as connection:
        take_over(connection, "pager", 1, 1)
    with pytest.raises(LostOwnership), writing(stage.database) as connection:
        guard(connection, epochs, {0, 1, *epochs})
