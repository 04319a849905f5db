"""Every scenario gets a night; when it has been told, nothing may have been heard that it did not expect.

And every scenario is told twice: in virtual time alone, and on a real broker and Postgres too. Of one that is told in
several cases the everyday run tells the first there, and `make soak` all.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.scenarios.night import Night
from tests.servers.plugin import Kafka, Postgres
from tests.simulation.places import Place, Places

LOGS = ("alone", "broker")


def told_on(item: pytest.Function) -> str | None:
    """Which of `LOGS` this is told on; None: it is no scenario's night."""
    if Path(__file__).parent not in item.path.parents:  # others have places of their own
        return None
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("place")


@pytest.fixture(scope="session")
def places(kafka: Kafka, postgres: Postgres) -> Iterator[Places]:
    """Of all nights that this process tells on the broker."""
    with Places(kafka, postgres) as places:
        yield places


@pytest.fixture(params=LOGS)
def place(request: pytest.FixtureRequest) -> Place | None:
    """Where on the broker the night is told too."""
    if request.param == "alone":
        return None
    places: Places = request.getfixturevalue("places")
    return places.new()


@pytest.fixture
def services(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Who hears the night: those whom the module, or the test, names with `pytest.mark.services(...)`."""
    marker = request.node.get_closest_marker("services")
    return ("checks",) if marker is None else marker.args


@pytest.fixture
def night(place: Place | None, services: tuple[str, ...]) -> Night:
    """A winter's night of virtual time."""
    return Night(place=place, services=services)


@pytest.fixture
def spring_night(place: Place | None, services: tuple[str, ...]) -> Night:
    """The night in which London's clocks jump from 01:00 to 02:00, at 01:00Z. It lasts 8 hours."""
    return Night("2026-03-28", "2026-03-29", place, services)


@pytest.fixture
def autumn_night(place: Place | None, services: tuple[str, ...]) -> Night:
    """The night in which London's clocks go back from 02:00 to 01:00, at 01:00Z. It lasts 10 hours; local time is an
    hour ahead of UTC until then."""
    return Night("2026-10-24", "2026-10-25", place, services)


def scenario_of(item: pytest.Function) -> str:
    """Which scenario it is a case of."""
    return item.nodeid.partition("[")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is told on the broker names it: it is brought before the first test (tests/servers/plugin.py). What adds
    nothing to what the first case tells there is for the long run."""
    told: set[str] = set()
    for item in items:
        if isinstance(item, pytest.Function) and told_on(item) == "broker":
            item.fixturenames = [*item.fixturenames, "kafka"]
            if scenario_of(item) in told:
                item.add_marker(pytest.mark.soak)
            told.add(scenario_of(item))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """*An unexpected message fails the test.*"""
    result = yield
    for night in pyfuncitem.funcargs.values():
        if isinstance(night, Night):
            night.over()
            assert (told_on(pyfuncitem) == "broker") == (night.place is not None and night.place.told > 0)
    return result
