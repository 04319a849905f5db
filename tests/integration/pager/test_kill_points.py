"""The engine is killed at every write and every send, and another one begins: nothing is lost, nothing is told as open
after it was known to be resolved, and what is told twice has the same key.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

from services.pager.engine import tables
from services.pager.tables import METADATA
from shared.instants import MINUTE, SECOND
from shared.store.engine import make_engine, writing
from shared.store.tables import METADATA as SHARED
from tests.integration.pager import dying
from tests.integration.pager.dying import Died, Life
from tests.integration.pager.receivers import Receiver
from tests.integration.pager.stage import Post, Stage, views
from tests.servers.plugin import Postgres
from tests.unit.pager.chained import alert

pytestmark = pytest.mark.timeout(900)
"""A life a point, some 45 of them."""

Fresh = Callable[[Path], Database]


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """A migrated database with nothing in it, again and again."""
    if request.param == "sqlite":
        template = tmp_path / "template"
        template.mkdir()
        views(template).dispose()

        def copied(folder: Path) -> Database:
            for file in template.iterdir():
                shutil.copy(file, folder)
            return make_engine(folder / "views.sqlite3")

        yield copied
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database()
    views(None, url).dispose()

    def emptied(_folder: Path) -> Database:
        database = make_engine(url)
        with writing(database) as connection:
            for metadata in (tables.METADATA, METADATA, SHARED):
                for table in metadata.sorted_tables:
                    connection.execute(table.delete())
        return database

    yield emptied


def _lives(tmp_path: Path, fresh: Fresh) -> Iterator[tuple[Stage, Life]]:
    """A stage for each point at which the story can end, until it does not end any more."""
    for number in count(1):
        folder = tmp_path / f"life-{number}"
        folder.mkdir()
        life = Life(number)
        with Receiver() as receiver:
            stage = Stage(folder, fresh(folder), receiver)
            yield stage, life
            stage.close()
        if not life.over:
            assert number > 20, "nothing was counted"
            return


def _first_life(stage: Stage, life: Life, *, resolves: bool) -> None:
    """Two are told, a second alert is gathered with what comes, the manager is told, and it is over."""

    def until(holds: Callable[[], bool]) -> None:
        stage.until(lambda: life.over or holds())

    def sent(number: int) -> Callable[[], bool]:
        return lambda: len(stage.messages(state="sent")) >= number

    with suppress(Died), stage.running(store=life.store(), **dying.ports(life, Post(), stage.log)):
        stage.put(alert())
        until(sent(2))
        stage.put(alert(alert_id="A2", placement_id="P2"))
        stage.go(30 * SECOND)
        until(sent(4))
        if resolves:
            stage.put(alert(state="resolved", how="late"), alert(alert_id="A2", state="resolved", how="late"))
            stage.go(30 * SECOND)
            until(lambda: len(stage.messages(purpose="update", state="sent")) == 4)
        until(lambda: len(stage.events()) >= 4)


def _second_life(stage: Stage) -> None:
    """Both alerts are open still."""
    everybody = {(person, about) for person in ("night-1", "home:H1", "manager") for about in ("A1", "A2")}
    stage.own()
    with stage.running():
        stage.put(alert(), alert(alert_id="A2", placement_id="P2"))
        while not _told(stage) >= everybody and not stage.faults:
            stage.go(30 * SECOND)
            stage.until(lambda: not stage.messages(state="queued"), each=3 * SECOND)


def _life_after(stage: Stage) -> None:
    """Both alerts are over."""
    stage.own()
    stage.put(alert(state="resolved", how="late"), alert(alert_id="A2", state="resolved", how="late"))
    with stage.running():
        for _ in range(4):
            stage.go(MINUTE)
            stage.until(lambda: not stage.messages(state="queued"), each=3 * SECOND)
        stage.until(lambda: _told(stage, "resolved") >= _told(stage, "open"), each=3 * SECOND)


def test_whatever_point_it_dies_at_nothing_is_lost_and_what_is_told_twice_has_the_same_key(
    tmp_path: Path, fresh: Fresh
) -> None:
    for stage, life in _lives(tmp_path, fresh):
        _first_life(stage, life, resolves=False)
        _second_life(stage)
        _same_keys(stage, life)


def test_whatever_point_it_dies_at_nothing_is_told_as_open_once_it_is_over_and_whoever_was_told_hears_that(
    tmp_path: Path, fresh: Fresh
) -> None:
    for stage, life in _lives(tmp_path, fresh):
        _first_life(stage, life, resolves=True)
        before = len(stage.told())
        _life_after(stage)
        assert {body["status"] for _, body in stage.told()[before:]} <= {"resolved"}, life.points
        _same_keys(stage, life)


def _told(stage: Stage, *status: str) -> set[tuple[str, str]]:
    return {
        (person, alert_id)
        for person, body in stage.told()
        if not status or body["status"] in status
        for alert_id in body["alerts"]
    }


def _same_keys(stage: Stage, life: Life) -> None:
    """A receiver that honours the key is called once: each telling came under one."""
    rows = {(each.person, each.bundle) for each in stage.messages() if each.bundle is not None}
    for person, body in stage.told():
        assert (person, body["key"]) in rows, (life.points, person)
    for each in stage.messages(state="sent"):
        keys = {
            body["key"]
            for person, body in stage.told()
            if person == each.person and each.alert_id in body["alerts"] and body["purpose"] == each.purpose
        }
        assert len(keys) == 1, (life.points, each)
