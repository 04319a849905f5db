"""What was tried as one message goes again as one, whoever owns its homes by then: a receiver takes a key once, so
nothing may go under a key that was tried without it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.pager.engine import rows, turns
from services.pager.engine.rows import Sending
from services.pager.engine.saying import told_of
from shared.instants import MINUTE
from shared.store.engine import writing
from tests.integration.pager.receivers import Receiver
from tests.integration.pager.stage import Stage, views
from tests.unit.pager.chained import NIGHT, alert

KEY = "a5f2d7a0-0000-5000-8000-000000000000"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Receiver() as receiver:
        made = Stage(tmp_path, views(tmp_path), receiver)
        yield made
        made.close()


def tried_as_one(stage: Stage, *partitions: int) -> list[Sending]:
    """A message to the manager of an alert in each of these home-partitions, tried once under one key."""
    messages = []
    for number, partition in enumerate(partitions):
        about = alert(alert_id=f"A{number}", changed=number + 1)
        stage.put(about)
        messages.append(
            Sending(
                f"a5f2d7a0-0000-5000-8000-00000000000{number + 1}", about.alert_id, about.home_id, partition,
                about.kind, 1, 0, "manager", "page", "due", None, NIGHT, bundle=KEY, attempts=1,
            )
        )  # fmt: skip
    with writing(stage.database) as connection:
        assert len(rows.put_new(connection, messages)) == len(messages)
    return messages


def turn(stage: Stage, *messages: Sending) -> turns.Turn:
    """The turn of a worker that owns home-partition 0."""
    asked = turns.Asked("manager", "me", messages, {0: stage.epoch}, NIGHT + MINUTE, NIGHT + MINUTE, MINUTE)
    with writing(stage.database) as connection:
        return turns.turn(connection, asked)


def test_what_another_worker_owns_by_now_is_told_with_it_under_its_key_and_left_to_the_other_to_mark(
    stage: Stage,
) -> None:
    mine, _theirs = tried_as_one(stage, 0, 1)
    made = turn(stage, mine)
    assert made.key == KEY
    assert [each.alert_id for each in made.going] == ["A0"]
    told = told_of(made, [*made.going, *made.beside])
    assert [each.alert_id for each in told.alerts] == ["A0", "A1"]


def test_what_is_held_back_leaves_it_and_goes_under_a_key_of_its_own(stage: Stage) -> None:
    goes, held = tried_as_one(stage, 0, 0)
    stage.put(alert(severity="notify", alert_id="A1", changed=9))  # nobody is told of it at night
    made = turn(stage, goes, held)
    assert [each.alert_id for each in (*made.going, *made.beside)] == ["A0"]
    assert made.key == KEY
    (row,) = stage.messages(alert_id="A1")
    assert (row.state, row.bundle) == ("queued", None)

    morning = replace(held, attempts=1)  # as the lane remembers it, with the key that it has left
    asked = turns.Asked("manager", "me", [morning], {0: stage.epoch}, NIGHT + 8 * 60 * MINUTE, NIGHT, MINUTE)
    with writing(stage.database) as connection:
        made = turns.turn(connection, asked)
    assert made.key == held.key


def test_what_is_closed_meanwhile_is_left_out_and_the_key_stays(stage: Stage) -> None:
    mine, _theirs = tried_as_one(stage, 0, 1)
    stage.put(alert(alert_id="A1", state="resolved", how="late", changed=9))
    made = turn(stage, mine)
    assert made.key == KEY
    assert [each.alert_id for each in (*made.going, *made.beside)] == ["A0"]
