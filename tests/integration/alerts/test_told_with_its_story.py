"""A later step is told with the alert's story: by the feed, who had it and until when, and who could not take it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.house.paging import Words
from services.house.reached import Reach
from services.pager.engine.ports import Told
from shared import alerting, clock
from shared.instants import MINUTE, show_instant
from shared.monitor import Effect
from shared.security.keys import KeyRing
from shared.settings import Settings
from shared.topics import ALERTS
from tests.integration.alerts.house import House, id_of
from tests.integration.alerts.paging import answers, paged
from tests.unit.pager.houses import house as on_desk
from tests.unit.pager.telling.desk import alert as desk_alert


@pytest.fixture
def words(built: House, tmp_path: Path) -> Iterator[Words]:
    keys = KeyRing(tmp_path / "keys.sqlite3", b"k" * 32)
    yield Words(Reach(Settings(), built.access.people, keys, built.engine), built.feed)
    keys.close()


@pytest.fixture
def alert(built: House) -> Effect:
    """A missed check: W1 was told, and had it; M1 was told, and cannot take it."""
    built.home("H1", "PR1")
    built.child("P1", "kent", "H1")
    missed = built.missed("P1", "H1")
    now, id_ = clock.now(), id_of(missed)
    paged(built, missed, "sent", "W1", 0)
    until = {"by": "W1", "action": "x", "until": show_instant(now - MINUTE)}
    for type_, data in (
        (alerting.ACKNOWLEDGED, {"alert_id": id_, **until}),
        (alerting.REOPENED, {"alert_id": id_, "at": show_instant(now)}),
    ):
        event = {**missed.event, "id": type_, "type": type_, "time": show_instant(now), "data": data}
        built.append(Effect(ALERTS, "H1", type_, now, event))
    paged(built, missed, "sent", "M1", 1)
    answers(built, missed, "M1", "decline")
    return missed


def told(alert: Effect, **fields: Any) -> Told:
    values: dict[str, Any] = {
        "key": "k",
        "person": "M2",
        "purpose": "page",
        "status": "open",
        "step": 2,
        "round": 0,
        "why": "step",
        "alerts": (desk_alert(id_=id_of(alert)),),
        "homes": {"H1": on_desk()},
        "at": clock.now(),
        "beside": False,
    }
    return Told(**{**values, **fields})


def test_a_later_step_hears_what_became_of_the_earlier_ones(words: Words, alert: Effect) -> None:
    message = words.message(told(alert))
    assert message is not None
    said = ["told to W1", "W1 had it until", "nobody has it", "told to M1", "M1 cannot take it"]
    places = [message.text.find(each) for each in said]
    assert -1 not in places
    assert places == sorted(places)


def test_the_first_step_has_no_story(words: Words, alert: Effect) -> None:
    message = words.message(told(alert, step=0))
    assert message is not None
    assert "So far" not in message.text
