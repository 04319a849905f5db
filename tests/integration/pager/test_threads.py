"""What a system that was told of several alerts at once calls back with is those alerts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.pager.engine.threads import alerts_of
from services.pager.telling.compose import thread_of
from shared.instants import MINUTE
from tests.integration.pager.receivers import Receiver
from tests.integration.pager.stage import Stage, views
from tests.unit.pager.chained import alert


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Receiver() as receiver:
        made = Stage(tmp_path, views(tmp_path), receiver)
        yield made
        made.close()


def test_a_thread_of_several_is_found_by_what_was_sent_as_one_and_of_one_by_its_name(stage: Stage) -> None:
    with stage.running():
        stage.put(alert())
        stage.until(lambda: len(stage.messages(person="night-1", state="sent")) == 1)
        stage.put(alert(alert_id="A2"), alert(alert_id="A3"))
        stage.until(lambda: len(stage.messages(person="night-1")) == 3)
        stage.go(MINUTE)
        stage.until(lambda: len(stage.messages(person="night-1", state="sent")) == 3)
    with stage.database.connect() as connection:
        assert set(alerts_of(connection, "night-1", thread_of(["A3", "A2"]))) == {"A2", "A3"}
        assert alerts_of(connection, "night-1", "A1") == ["A1"]
        assert alerts_of(connection, "somebody-else", thread_of(["A2", "A3"])) == [thread_of(["A2", "A3"])]
