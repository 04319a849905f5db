"""What nobody watches is told to people by real requests, whatever the log and the database do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from services.pager.alive import whom
from services.pager.alive.memory import Memory
from services.pager.alive.running import Alive, Parts, stands_elsewhere, stuck, turns
from services.pager.alive.whom import Contact, Trouble
from services.pager.channels.base import Address
from shared import clock
from shared.instants import MINUTE, Duration
from shared.store import asides, operations
from shared.store.engine import writing
from tests import fresh
from tests.integration.pager.posting import Carriers, WithOneBroken
from tests.integration.pager.receivers import Receiver, status
from tests.waiting import until

SOON = 20
BLIND = Trouble(None, None, 1_000, "the door's probe does not get in")


@contextmanager
def phone() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


class House:
    """What is seen, by somebody who knows nothing of logs."""

    def __init__(self, folder: Path) -> None:
        self.views = fresh.views(folder)
        self.troubles: list[Trouble] = []
        self.contacts: dict[str, Contact] = {}
        self.read = 0

    def directory(self) -> Mapping[str, Contact]:
        self.read += 1
        return dict(self.contacts)

    @contextmanager
    def alive(
        self, views: Engine | None = None, carriers: Callable[[], Carriers] = Carriers
    ) -> Iterator[Memory]:
        memory = Memory(views or self.views, self.directory, lambda: not self.troubles, every=SOON)
        thread = Alive(Parts(lambda: list(self.troubles), memory, carriers, 0, every=SOON))
        thread.start()
        until(lambda: memory.contacts)
        try:
            yield memory
        finally:
            thread.stop()
            assert not thread.is_alive()
            assert not memory.is_alive()

    def entries(self) -> list[operations.Operation]:
        with self.views.connect() as connection:
            return operations.latest(connection)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(whom, "STEADY", SOON)
    monkeypatch.setattr(whom, "FIRST_PAUSE", SOON)
    house = House(tmp_path)
    yield house
    house.views.dispose()


def operator(*phones: Receiver) -> Contact:
    return Contact("OP", tuple(Address("post", each.url) for each in phones), operations=True)


def test_blindness_is_told_once_and_its_end_too_and_both_are_operations_entry(house: House) -> None:
    with phone() as receiver:
        house.contacts = {"OP": operator(receiver)}
        with house.alive():
            house.troubles = [BLIND]
            until(lambda: receiver.heard)
            until(lambda: [each for each in house.entries() if each.told])
            house.troubles = []
            until(lambda: len(receiver.heard) == 2)
            until(lambda: [each for each in house.entries() if each.resolved])
    assert [told.json["status"] for told in receiver.heard] == ["open", "resolved"]
    (entry,) = house.entries()
    assert (entry.kind, entry.home_id, entry.since) == ("monitor_blind", None, BLIND.since)


def test_a_way_that_fails_is_followed_by_the_next_and_a_phone_that_is_down_is_tried_again(
    house: House,
) -> None:
    with phone() as first, phone() as second:
        first.behave(status(500))
        second.behave(status(500), status(500), status(500), status(200))
        house.contacts = {"OP": operator(first, second)}
        house.troubles = [BLIND]
        with house.alive():
            tries = second.wait(4)
            until(lambda: [each for each in house.entries() if each.told])
        assert len({told.json["key"] for told in (*tries, *first.heard)}) == 1
        assert len(first.heard) == len(second.heard) == 4


def test_it_is_told_where_the_database_is_gone_by_what_is_known_by_heart(
    house: House, tmp_path: Path
) -> None:
    with phone() as receiver:
        house.contacts = {"OP": operator(receiver)}
        with house.alive() as memory:
            house.views.dispose()
            (tmp_path / "views.sqlite3").rename(tmp_path / "gone")
            (tmp_path / "views.sqlite3").mkdir()
            house.troubles = [BLIND]
            until(lambda: receiver.heard)
            assert list(memory.contacts) == ["OP"]


def test_nobody_who_was_known_is_forgotten_while_nobody_watches_but_a_mended_address_is_heard_of(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.pager.alive.memory.CONTACTS_EVERY", 0)
    with phone() as receiver:
        house.contacts = {"OP": operator(receiver)}
        with house.alive() as memory:
            until(lambda: house.read > 2)
            house.troubles = [BLIND]
            until(lambda: receiver.heard)
            house.contacts = {}
            until(lambda: [each for each in house.entries() if each.told])
            assert list(memory.contacts) == ["OP"]
            with phone() as mended:
                house.contacts = {"R1": Contact("R1", (Address("post", mended.url),), True)}
                until(lambda: mended.heard)
            assert sorted(memory.contacts) == ["OP", "R1"]


def test_a_channel_that_fails_by_itself_is_followed_by_the_next_way(house: House) -> None:
    with phone() as receiver:
        ways = (Address("broken", "anywhere"), Address("post", receiver.url))
        house.contacts = {"OP": Contact("OP", ways, operations=True)}
        house.troubles = [BLIND]
        with house.alive(carriers=WithOneBroken):
            until(lambda: receiver.heard)


def test_a_home_that_is_set_aside_is_told_to_operations_and_its_own_and_marked_as_told(house: House) -> None:
    with phone() as theirs, phone() as others:
        house.contacts = {
            "R1": Contact("R1", (Address("post", theirs.url),), False, frozenset({"H1"})),
            "R2": Contact("R2", (Address("post", others.url),), False, frozenset({"H2"})),
        }
        with house.alive():
            with writing(house.views) as connection:
                asides.put(connection, asides.Aside("checks", 0, "H1", 5, "KeyError", None))
                operations.raise_once(connection, operations.MONITOR_BLIND, "checks", "H1", 5, "KeyError")
            until(lambda: theirs.heard)
            until(lambda: [each for each in house.entries() if each.told])
            with writing(house.views) as connection:
                asides.forget(connection, "checks", 0)
            until(lambda: len(theirs.heard) == 2)
    assert others.heard == []


def test_a_process_that_starts_in_the_dark_does_not_tell_again_what_the_one_before_it_told(
    house: House,
) -> None:
    with phone() as receiver:
        house.contacts = {"OP": operator(receiver)}
        house.troubles = [BLIND]
        with house.alive():
            until(lambda: [each for each in house.entries() if each.told])
        with house.alive():
            house.troubles = []
            until(lambda: len(receiver.heard) == 2)
    assert [told.json["status"] for told in receiver.heard] == ["open", "resolved"]


class Loop:
    def __init__(self, turned: Duration) -> None:
        self.turned = turned

    def last_turn(self) -> Duration:
        return self.turned


def test_a_loop_that_does_not_turn_for_a_minute_is_a_trouble() -> None:
    now, wall = clock.monotonic(), clock.now()
    assert turns(Loop(now - MINUTE + 1), now)
    assert stuck("pager", Loop(now - MINUTE + 1), now, wall) == []
    (trouble,) = stuck("pager", Loop(now - MINUTE), now, wall)
    assert (trouble.service, trouble.home_id, trouble.since) == ("pager", None, wall - MINUTE)


def test_a_house_in_which_nobody_can_be_told_asks_for_somebody_at_the_start(house: House) -> None:
    with capture_logs() as logged, phone() as receiver:
        house.contacts = {"R1": Contact("R1", (Address("post", receiver.url),), False, frozenset({"H1"}))}
        with house.alive():
            until(lambda: logged)
    assert "people reach" in logged[0]["remedy"]


def test_an_engine_that_stands_in_a_worker_is_told_to_whoever_runs_it_and_to_the_homes_own(
    house: House,
) -> None:
    with phone() as runs, phone() as home:
        own = Contact("home:H1", (Address("post", home.url),), operations=False, homes=frozenset({"H1"}))
        house.contacts = {"OP": operator(runs), own.person_id: own}
        with house.alive():
            house.troubles = [stands_elsewhere("pager", 1_000)]
            until(lambda: runs.heard and home.heard)
            house.troubles = []
            until(lambda: len(runs.heard) == len(home.heard) == 2)
    assert "alerts wake nobody" in runs.heard[0].json["title"]
    assert "your home's alerts wake nobody" in home.heard[0].json["title"]
