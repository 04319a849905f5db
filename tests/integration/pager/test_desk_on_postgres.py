"""The desk in Postgres, where each home-partition has an owner: the same as in a file, and each one's own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.house import database
from services.pager import desk_rows
from services.pager.rotawatch import RotaWatch
from services.pager.running import SERVICE
from shared.monitor import Row
from shared.security.people import People
from shared.store import operations, rows
from shared.store.engine import writing
from tests import fresh
from tests.servers.plugin import Postgres
from tests.unit.pager.desk_story import DeskStory, policy


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    url = fresh.postgres_database(postgres)
    engine = database.views(url, "pager")
    yield engine
    engine.dispose()


def told(story: DeskStory) -> tuple[str, str]:
    """A night with everything that a row may hold."""
    story.home().child("P1").shift("W1").rota("manager", "A").override("manager", "B", "22:00", "23:00")
    story.policy(["on_duty"], ["rota:manager"]).silence("S1", "22:00", "22:10")
    missed = story.until("22:05").raised("check_missed")
    silent = story.raised("home_silent", {}, members=[missed])
    story.paged(silent, 1).declined(missed, "W1").acknowledged(silent, "A", "22:30")
    return missed, silent


def test_the_desk_reads_the_same_as_from_a_file(engine: Engine) -> None:
    there, here = DeskStory(engine=engine), DeskStory()
    for story in (there, here):
        missed, silent = told(story)
    assert there.alert(missed) == here.alert(missed)
    assert there.alert(silent) == here.alert(silent)
    assert there.house() == here.house()
    assert there.house().policy == policy(["on_duty"], ["rota:manager"])
    assert there.changed_since(1) == here.changed_since(1)
    here.close()


def test_each_home_partition_has_its_own_alerts_homes_and_counts(engine: Engine) -> None:
    story = DeskStory()
    missed, silent = told(story)
    with story.engine.connect() as connection:
        changed = list(SERVICE.remembered(connection, story.course.monitor, 0))
    with writing(engine) as connection:
        rows.put(connection, SERVICE.tables, whole(story), partition=3)
    with engine.connect() as connection:
        assert [each.alert_id for each in desk_rows.open_alerts(connection, 3)] == [missed, silent]
        assert desk_rows.open_alerts(connection, 2) == []
        assert [each.home_id for each in desk_rows.homes(connection, 3)] == ["H1"]
        assert desk_rows.homes(connection, 2) == []
        theirs = list(SERVICE.remembered(connection, story.course.monitor, 3))
        (_, _, counted) = list(SERVICE.remembered(connection, story.course.monitor, 2))[-1]
    assert [row.key for row in theirs] == [row.key for row in changed]
    assert counted == {"changed": 0, "on_calls": 0}
    story.close()


def test_a_rota_with_nobody_is_found_by_whoever_owns_the_home(engine: Engine) -> None:
    story = DeskStory(engine=engine).home().policy(["rota:manager"])
    for partition in (1, 0):
        watch = RotaWatch(engine, partition)
        while watch.look(story.clock):
            pass
        with engine.connect() as connection:
            found = [each.service for each in operations.latest(connection, only_open=True)]
        assert found == ([] if partition else ["rota:manager"])


def whole(story: DeskStory) -> list[Row]:
    with story.engine.connect() as connection:
        return list(rows.load(connection, SERVICE.tables, story.course.monitor.tables))


def test_what_somebody_wrote_into_an_address_finds_nothing_and_is_no_fault_of_the_database(
    postgres: Postgres,
) -> None:
    """A NUL, and half of a pair: Postgres has no place for either, and whoever calls back needs no account."""
    url = fresh.postgres_database(postgres)
    people, views = database.access(url), database.views(url, "pager")
    for strange in ("\x00", "a\ud800"):
        assert People(people).get(strange) is None
        with views.connect() as connection:
            assert operations.find(connection, strange) is None
    people.dispose()
    views.dispose()
