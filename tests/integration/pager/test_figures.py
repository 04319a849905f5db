"""The pager's figures: what was told by which way, once each; how long the oldest waits; whether the loop turns."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, insert

from services.pager.engine import tables
from services.pager.figures import Counting, Standing
from shared import clock
from shared.events.canonical import canonical
from shared.instants import MINUTE, Duration
from shared.log.base import Draft, Receipt, Taken
from shared.store import outbox
from shared.store.engine import make_engine, writing
from shared.topics import PAGES


class Log:
    """Takes what it has not."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        taken = [Taken.SAME if each.id in self.known else Taken.NEW for each in drafts]
        self.known |= {each.id for each in drafts}
        return [Receipt(each, 0, 1) for each in taken]


def told(id_: str, type_: str, **data: object) -> Draft:
    event = {
        "id": id_,
        "type": type_,
        "homeid": "H1",
        "data": {"alert_id": "A1", "to": "S1", "step": 0, **data},
    }
    return outbox.draft(PAGES, "H1", id_, canonical(event))


def test_what_was_told_is_counted_once_by_its_outcome_and_channel() -> None:
    registry = CollectorRegistry()
    counting = Counting(Log(), registry)
    drafts = [
        told("1", "page.sent.v1", channel="sms", attempt=1),
        told("2", "page.failed.v1", channel="ntfy", attempt=1, error="no answer in time"),
        told("3", "page.skipped.v1", channel="none", attempt=1, why="resolved"),
        told("4", "page.undelivered.v1"),
    ]
    counting.append(drafts)
    counting.append(drafts)  # told again after a crash: the same
    labels = (("sent", "sms"), ("failed", "ntfy"), ("skipped", "none"), ("undelivered", "none"))
    for outcome, channel in labels:
        value = registry.get_sample_value("wakeful_pages_total", {"outcome": outcome, "channel": channel})
        assert value == 1, outcome
    assert registry.get_sample_value("wakeful_pages_skipped_total", {"why": "resolved"}) == 1


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(tmp_path / "views.sqlite3")
    tables.METADATA.create_all(engine)
    yield engine
    engine.dispose()


def shown(views: Engine, turned: Duration) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(Standing(views, lambda: turned))
    return {sample.name: sample.value for family in registry.collect() for sample in family.samples}


def test_the_oldest_message_that_waits_is_as_old_as_it_is_and_a_loop_that_stands_is_seen(
    views: Engine,
) -> None:
    assert shown(views, clock.monotonic())["wakeful_pages_oldest_seconds"] == 0
    with writing(views) as connection:
        connection.execute(insert(tables.MESSAGES).values(**message("1", "queued", clock.now() - 5 * MINUTE)))
        connection.execute(insert(tables.MESSAGES).values(**message("2", "sent", clock.now() - 9 * MINUTE)))
    figures = shown(views, clock.monotonic() - 2 * MINUTE)
    assert figures["wakeful_pages_waiting"] == 1
    assert 300 <= figures["wakeful_pages_oldest_seconds"] < 540
    assert figures["wakeful_pager_turn_age_seconds"] >= 120


def test_that_the_loop_stands_is_seen_where_the_messages_cannot_be_read(views: Engine) -> None:
    tables.METADATA.drop_all(views)
    assert shown(views, 0).keys() == {"wakeful_pager_turn_age_seconds"}


def message(key: str, state: str, queued_at: int) -> dict[str, object]:
    named = {"key": key, "alert_id": "A1", "home_id": "H1", "partition": 0, "kind": "check_missed", "step": 0}
    rest = {"round": 0, "person": "S1", "purpose": "page", "why": "begins", "attempts": 0, "failed": False}
    return {**named, **rest, "state": state, "queued_at": queued_at, "trying": False}
