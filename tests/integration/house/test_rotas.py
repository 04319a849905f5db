"""A house looks for holes in on-call by itself, of what its pager has read to the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.house.rotas import Rotas
from services.pager.engine.ports import Held
from shared.store import operations
from shared.store.engine import make_engine
from shared.store.schema import STORE_MIGRATIONS, upgrade, version_table_of
from tests.unit.pager.desk_story import DeskStory
from tests.waiting import until

SOON = 10


@pytest.fixture
def story(tmp_path: Path) -> Iterator[DeskStory]:
    engine = make_engine(tmp_path / "views.sqlite3")
    upgrade(engine, STORE_MIGRATIONS, version_table_of("store"))
    made = DeskStory(engine=engine).home()
    yield made
    made.close()


def opened(story: DeskStory) -> list[str | None]:
    with story.engine.connect() as connection:
        return [each.service for each in operations.latest(connection, only_open=True)]


def test_a_hole_is_found_and_gone_again_without_anybody_asking(story: DeskStory) -> None:
    rotas = Rotas(story.engine, lambda: {0: Held(1, True)}, lambda: story.clock, SOON)
    rotas.start()
    until(lambda: opened(story) == ["policy"])
    story.policy(["rota:manager"])
    until(lambda: opened(story) == ["rota:manager"])
    story.rota("manager", "A")
    until(lambda: opened(story) == [])
    rotas.stop()
    assert not rotas.is_alive()


def test_what_is_not_read_to_the_end_yet_or_is_anothers_is_not_looked_at(story: DeskStory) -> None:
    held = {0: Held(1, False)}
    rotas = Rotas(story.engine, lambda: held, lambda: story.clock)
    rotas.look()
    assert opened(story) == []
    held[0] = Held(1, True)
    rotas.look()
    assert opened(story) == ["policy"]
    held[0] = Held(2, True)
    rotas.look()
    assert len(opened(story)) == 1, "whoever takes over knows what was raised"
