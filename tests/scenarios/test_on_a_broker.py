"""That every scenario is told on a real broker too, and that it would be noticed if it were heard otherwise there."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios.conftest import LOGS, scenario_of, told_on
from tests.scenarios.facts import every, started
from tests.scenarios.night import Night
from tests.scenarios.on_a_broker import tell_again
from tests.simulation.places import Place, Places

HERE = Path(__file__).parent
NO_SCENARIOS = ("test_night", "test_on_a_broker")
"""They are about the telling itself."""
TWO_TELLINGS = {
    "test_the_same_night_is_told_by_the_same_ids_and_words",
    "test_asking_more_often_what_time_it_is_changes_nothing",
}
"""They compare nights with each other; on a broker that is `tests.simulation.test_on_a_broker`'s."""


def scenarios() -> Iterator[Callable[..., object]]:
    for path in sorted(HERE.glob("test_*.py")):
        if path.stem not in NO_SCENARIOS:
            module = importlib.import_module(f"tests.scenarios.{path.stem}")
            yield from (each for name, each in vars(module).items() if name.startswith("test_"))


def nights_of(test: Callable[..., object]) -> set[str]:
    return {"night", "spring_night", "autumn_night"} & set(inspect.signature(test).parameters)


def test_every_scenario_has_a_night_that_is_told_on_a_broker_too() -> None:
    without = {test.__name__ for test in scenarios() if not nights_of(test)}
    assert without == TWO_TELLINGS
    assert len(list(scenarios())) > 200


def test_what_is_told_alone_is_told_on_the_broker_too(request: pytest.FixtureRequest) -> None:
    """Of the tests of this run (of all of them, where none is left out)."""
    told: dict[str, set[str]] = {log: set() for log in LOGS}
    for item in request.session.items:
        if isinstance(item, pytest.Function) and (log := told_on(item)) is not None:
            told[log].add(scenario_of(item))
    if told["alone"]:
        assert told["alone"] == told["broker"]


# -- what would be noticed -------------------------------------------------------------------------------------


class OneNight:
    """A night in which one alert is raised and one fact refused, and that can be told on a broker."""

    def __init__(self, place: Place) -> None:
        self._night = Night(place=place).watch(every(15)).until("22:18")
        self._night.at("22:19").tell(started())
        self._night.until("22:20")
        self.driver = self._night.driver
        self.moves = self._night.moves
        self._place = place

    def tell(self) -> None:
        tell_again(self._place, ("checks",), self.moves, self.driver)


@pytest.fixture
def one_night(places: Places) -> OneNight:
    return OneNight(places.new())


def test_a_night_is_told_on_a_broker_as_it_was_heard(one_night: OneNight) -> None:
    one_night.tell()
    assert (len(one_night.driver.alerts), len(one_night.driver.refused)) == (1, 1)


def test_an_alert_that_nobody_heard_is_noticed(one_night: OneNight) -> None:
    one_night.driver.alerts.pop()
    with pytest.raises(AssertionError, match="told otherwise"):
        one_night.tell()


def test_another_byte_is_noticed(one_night: OneNight) -> None:
    one_night.driver.alerts[0]["data"]["facts"]["grace"] = "PT3M"
    with pytest.raises(AssertionError, match="told otherwise"):
        one_night.tell()


def test_a_refusal_that_nobody_heard_is_noticed(one_night: OneNight) -> None:
    one_night.driver.refused.pop()
    with pytest.raises(AssertionError, match="refused otherwise"):
        one_night.tell()


def test_a_fact_that_does_not_reach_the_broker_is_noticed(one_night: OneNight) -> None:
    """Also one that changes nothing."""
    [lost] = [move for move in one_night.moves if move[1] == one_night.driver.refused[0].fact.appended_at]
    one_night.moves.remove(lost)
    with pytest.raises(AssertionError, match="refused otherwise"):
        one_night.tell()
