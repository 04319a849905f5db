"""`wakeful oncall`: who is on call now and next, by the read model of a folder."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from services.pager.running import SERVICE
from shared.store.engine import make_engine
from tests.unit.cli.story import wakeful
from tests.unit.pager.desk_story import DeskStory


@pytest.fixture
def story(tmp_path: Path) -> Iterator[DeskStory]:
    engine = make_engine(tmp_path / "views.sqlite3")
    SERVICE.migrate(engine)
    made = DeskStory(engine=engine).home()
    yield made
    made.close()


def test_a_home_that_is_watched_shows_its_chain(story: DeskStory, tmp_path: Path) -> None:
    story.rota("manager", "A").policy(["on_duty", "home_phone"], ["rota:manager"]).shift("W1")
    shown = wakeful("oncall", "H1", "--data", str(tmp_path))
    assert shown.exit_code == 0, shown.output
    assert [line.split()[:3] for line in shown.stdout.splitlines()] == [
        ["home", "step", "after"],
        ["H1", "1", "PT0S"],
        ["H1", "2", "PT3M"],
        ["H1", "last", "last"],
    ]
    assert "W1, home:H1" in shown.stdout
    (told,) = orjson.loads(wakeful("oncall", "--json", "--data", str(tmp_path)).stdout)
    assert (told["watched"], [step["now"] for step in told["policy"]["steps"]]) == (
        True,
        [["W1", "home:H1"], ["A"]],
    )


def test_a_gap_and_a_home_that_is_not_watched_are_said_and_fail(story: DeskStory, tmp_path: Path) -> None:
    story.home("H2").policy(["rota:manager"], last_resort=None)
    shown = wakeful("oncall", "--data", str(tmp_path))
    assert shown.exit_code == 1
    assert "home H1: not watched: its policy names no last resort" in shown.stdout
    assert "home H1: nobody on rota manager from " in shown.stdout
    assert "home H2: not watched: it has no on-call policy" in shown.stdout
    told = orjson.loads(wakeful("oncall", "H1", "--json", "--data", str(tmp_path)).stdout)
    assert [(gap["rota"]) for gap in told[0]["gaps"]] == ["manager"]


def test_a_home_that_is_not_known_is_said(story: DeskStory, tmp_path: Path) -> None:
    shown = wakeful("oncall", "H9", "--data", str(tmp_path))
    assert shown.exit_code != 0
    assert "there is no home H9" in shown.stderr
