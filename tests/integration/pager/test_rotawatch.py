"""Operations' entries of homes whose on-call has a hole: raised when it comes into sight, resolved when it is gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.pager.rotawatch import EVERY, RotaWatch
from shared.instants import HOUR, Instant
from shared.store import operations
from shared.store.engine import make_engine
from shared.store.operations import Operation
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of
from tests.unit.pager.desk_story import DeskStory

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[DeskStory]:
    engine = make_engine(tmp_path / "views.sqlite3")
    upgrade(engine, STORE_MIGRATIONS, version_table_of("store"))
    made = DeskStory(engine=engine).home()
    yield made
    made.close()


def test_a_home_that_is_new_does_not_count_as_watched_until_its_policy_names_a_last_resort(
    story: DeskStory,
) -> None:
    watch = RotaWatch(story.engine)
    assert looked(story, watch) == ["policy"]
    story.policy(["on_duty"], last_resort=None)
    assert looked(story, watch) == ["policy"]
    assert "names no last resort" in entries(story)[0].detail
    story.policy(["on_duty"])
    assert looked(story, watch) == []
    assert len(entries(story, only_open=False)) == 1, "one entry, that was kept current"


def test_a_rota_with_nobody_is_told_early_and_resolved_when_somebody_is_there(story: DeskStory) -> None:
    watch = RotaWatch(story.engine)
    story.rota("manager", "A").policy(["rota:manager"])
    assert looked(story, watch) == []
    weekdays(story)
    assert looked(story, watch) == ["rota:manager"]
    assert "nobody is on rota manager from Sat 7 Mar, 09:00 to Mon 9 Mar, 09:00" in entries(story)[0].detail
    story.override("manager", "B", "2026-03-07 09:00", "2026-03-09 09:00")
    assert looked(story, watch) == ["rota:manager"], "the next weekend"
    assert sorted(each.resolved is None for each in entries(story, only_open=False)) == [False, True]
    story.rota("manager", "A")
    assert looked(story, watch) == []


def test_a_gap_comes_into_sight_by_time_alone_within_the_hour(story: DeskStory) -> None:
    watch = RotaWatch(story.engine)
    story.rota("manager", "A").policy(["rota:manager"])
    spell = {"person_id": "A", "from": story.text("18:00"), "to": story.text("2026-03-17 18:00")}
    story.fact("wakeful.plan-changes", "on_call.rota_set.v1", {"rota": "manager", "entries": [spell]})
    almost = story.instant("2026-03-03 17:59")
    assert looked(story, watch) == []
    assert looked(story, watch, almost) == []
    assert looked(story, watch, almost + EVERY - 1) == []
    assert looked(story, watch, almost + EVERY) == ["rota:manager"]


def test_a_gap_that_has_begun_stays_one_entry_and_another_process_knows_it(story: DeskStory) -> None:
    story.rota("manager", "A").policy(["rota:manager"])
    weekdays(story)
    watch = RotaWatch(story.engine)
    saturday = story.instant("2026-03-07 09:00")
    assert looked(story, watch, saturday - HOUR) == ["rota:manager"]
    for hour in range(3):
        assert looked(story, watch, saturday + hour * HOUR) == ["rota:manager"]
    other = RotaWatch(story.engine)
    assert looked(story, other, saturday + 5 * HOUR) == ["rota:manager"]
    assert len(entries(story, only_open=False)) == 1


def test_more_homes_than_one_look_takes_are_all_looked_at(story: DeskStory) -> None:
    for n in range(120):
        story.home(f"N{n}")
    watch = RotaWatch(story.engine)
    looks = 1
    while watch.look(story.clock):
        looks += 1
    with story.engine.connect() as connection:
        assert len(operations.latest(connection, only_open=True)) == 121
    assert looks > 2
    assert not watch.look(story.clock + EVERY - 1)


def weekdays(story: DeskStory) -> None:
    always = {"person_id": "A", "days": WEEKDAYS, "from": "09:00", "to": "09:00"}
    story.fact("wakeful.plan-changes", "on_call.rota_set.v1", {"rota": "manager", "weekly": [always]})


def looked(story: DeskStory, watch: RotaWatch, now: Instant | None = None) -> list[str | None]:
    """What is open after a look."""
    while watch.look(story.clock if now is None else now):
        pass
    return [each.service for each in entries(story)]


def entries(story: DeskStory, *, only_open: bool = True) -> list[Operation]:
    with story.engine.connect() as connection:
        return operations.latest(connection, only_open=only_open)
