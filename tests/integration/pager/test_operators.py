"""Operations' entries are told by real requests to whoever runs the system, and who was told of what is durable."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.pager.channels.base import Address
from services.pager.operators.due import SETTLES
from services.pager.operators.running import Operators, Parts
from shared.instants import DAY, MINUTE, SECOND, Instant, parse_instant
from shared.store import operations
from shared.store.engine import writing
from shared.store.operations import PAGE_UNDELIVERED, ROTA_GAP
from tests import fresh, waiting
from tests.integration.pager.posting import WithOneBroken
from tests.integration.pager.receivers import Receiver, hang, ok, status

NOON = parse_instant("2026-03-03T12:00:00.000Z")
SOON = 20


class House:
    """Entries, people who run the system, and a clock that the test moves."""

    def __init__(self, folder: Path, phones: Receiver) -> None:
        self.views = fresh.views(folder)
        self.phones, self.people = phones, ["OP"]
        self.now: Instant = NOON
        self.mine = True
        self.before: list[Address] = []
        """Ways that are tried before their phones."""

    @contextmanager
    def telling(self) -> Iterator[None]:
        thread = Operators(
            Parts(
                self.views,
                mine=lambda: self.mine,
                people=lambda: list(self.people),
                ways=lambda person: [*self.before, Address("post", f"{self.phones.url}/{person}")],
                carriers=WithOneBroken,
                link="http://door.invalid/operations",
                now=lambda: self.now,
                monotonic=lambda: self.now,
                every=SOON,
            )
        )
        thread.start()
        try:
            yield
        finally:
            thread.stop()
            assert not thread.is_alive()

    def raised(self, kind: str = PAGE_UNDELIVERED, home: str = "H1", detail: str = "step 0") -> str:
        since = self.now - SETTLES[kind]
        with writing(self.views) as connection:
            return operations.raise_once(connection, kind, "pager", home, since, detail)

    def resolved(self, kind: str = PAGE_UNDELIVERED, home: str = "H1") -> None:
        with writing(self.views) as connection:
            operations.resolve(connection, kind, "pager", home, self.now)

    def told(self, entry_id: str) -> Instant | None:
        with self.views.connect() as connection:
            found = operations.find(connection, entry_id)
        return None if found is None else found.told

    def knows(self) -> set[tuple[str, str]]:
        with self.views.connect() as connection:
            return {(each.entry_id, each.person_id) for each in operations.told_people(connection)}

    def heard(self, person: str = "OP") -> list[Any]:
        return [each.json for each in self.phones.heard if each.path == f"/{person}"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with Receiver() as phones:
        made = House(tmp_path, phones)
        yield made
        made.views.dispose()


def until(so: Any, goes: House | None = None) -> None:
    """Wait for it; `goes`: time goes on meanwhile."""

    def go() -> None:
        if goes is not None:
            goes.now += SECOND

    waiting.until(so, meanwhile=go)


def test_an_entry_is_told_and_marked_and_told_to_be_over_by_one_update(house: House) -> None:
    with house.telling():
        entry = house.raised(detail="nobody could be reached by step 0")
        until(lambda: house.told(entry))
        house.now += MINUTE
        house.resolved()
        until(lambda: len(house.heard()) == 2)
        until(lambda: not house.knows())
    opened, over = house.heard()
    assert (opened["status"], over["status"]) == ("open", "resolved")
    assert "Nobody could be reached: home H1" in opened["title"]
    assert over["title"].startswith("Wakeful: Over. Nobody could be reached")
    assert opened["link"] == "http://door.invalid/operations"


def test_the_next_process_does_not_tell_again_what_the_one_before_it_told(house: House) -> None:
    first = house.raised()
    with house.telling():
        until(lambda: house.told(first))
    second = house.raised(ROTA_GAP, "H2")
    house.now += MINUTE
    with house.telling():
        until(lambda: house.told(second))
    assert ["H1" in each["title"] for each in house.heard()] == [True, False]


def test_one_whose_phone_hangs_holds_up_nobody_and_is_told_when_it_works(house: House) -> None:
    house.people = ["OP", "OTHER"]
    house.phones.behave(hang(), path="/OP")
    with house.telling():
        entry = house.raised()
        until(lambda: (entry, "OTHER") in house.knows())
        assert (entry, "OP") not in house.knows()
    house.phones.behave(ok(), path="/OP")
    with house.telling():
        until(lambda: (entry, "OP") in house.knows())
    assert len(house.heard("OTHER")) == 1


def test_a_channel_that_fails_by_itself_is_followed_by_the_next_way(house: House) -> None:
    house.before = [Address("broken", "anywhere")]
    with house.telling():
        entry = house.raised()
        until(lambda: (entry, "OP") in house.knows())


def test_a_phone_that_is_down_is_tried_again_under_the_same_key(house: House) -> None:
    house.phones.behave(status(500), status(500), ok(), path="/OP")
    with house.telling():
        house.raised()
        until(lambda: len(house.heard()) == 3, house)
        until(house.knows)
    assert len({each["key"] for each in house.heard()}) == 1


def test_what_is_over_before_anybody_could_be_reached_is_not_told_any_more(house: House) -> None:
    house.phones.behave(status(500), path="/OP")
    with house.telling():
        house.raised()
        until(house.heard)
        house.resolved()
        other = house.raised(ROTA_GAP, "H2")
        house.phones.behave(ok(), path="/OP")
        until(lambda: house.told(other), house)
    assert ["H1" in each["title"] for each in house.heard()] == [True, False]


def test_a_hundred_homes_are_one_message(house: House) -> None:
    for n in range(100):
        house.raised(ROTA_GAP, f"H{n}")
    with house.telling():
        until(lambda: len(house.knows()) == 100)
        house.now += DAY
        until(lambda: len(house.heard()) == 2)
    assert all("100 alerts" in each["title"] for each in house.heard())


def test_where_another_worker_tells_this_one_is_quiet(house: House) -> None:
    house.mine = False
    house.raised()
    with house.telling():
        house.mine = True
        until(house.heard)
    assert len(house.heard()) == 1
