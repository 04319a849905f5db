"""The door refuses only from what it has acknowledged: after a commit that failed, with a fold that failed."""

import sqlite3
from typing import Any

import pytest

from services.gateway.fold import DoorFold
from shared.instants import HOUR
from shared.log.base import Draft
from tests.integration.gateway.house import House, away, registration, started


class Disk:
    """A disk that is full for as long as a test says so: SQLite itself is told to take no more pages."""

    def __init__(self, house: House) -> None:
        writer = house.log._writer
        assert writer is not None
        self._writer = writer

    def fill(self) -> None:
        connection = self._connection()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    def empty(self) -> None:
        self._connection().execute("PRAGMA max_page_count=1000000000")

    def _connection(self) -> sqlite3.Connection:
        connection = self._writer._connection
        assert connection is not None
        return connection


def fill_up(house: House, system: Any) -> int:
    """Send checks until the disk takes no more; the first answer that is not 202."""
    for n in range(500):
        answer = house.put("checks", house.of_system(house.check(note="x" * 3000)), system, id_=f"f{n}")
        if answer.status_code != 202:
            return int(answer.status_code)
    raise AssertionError("the disk is never full")


def test_a_start_that_was_not_written_after_all_never_was(house: House) -> None:
    system = house.settle(placement=None)
    disk = Disk(house)
    disk.fill()
    assert fill_up(house, system) == 503
    start = house.of_system(started("P1", "larch"))
    big = [{**house.of_system(house.check(note="x" * 3000)), "id": f"g{n}"} for n in range(100)]
    batch = [{**start, "id": "s1"}, *big]
    assert house.batch(batch, system).status_code == 503
    disk.empty()
    assert house.put("placements", start, system, id_="s2").status_code == 202, "nobody remembers the first"
    assert house.put("placements", start, system, id_="s3").status_code == 422


def test_a_registration_that_was_not_written_after_all_leaves_the_home_to_others(house: House) -> None:
    system = house.settle(placement=None)
    disk = Disk(house)
    disk.fill()
    assert fill_up(house, system) == 503
    home = {**house.of_system(registration("birch"), "birch"), "id": "h1"}
    big = [{**house.of_system(house.check(note="x" * 3000)), "id": f"g{n}"} for n in range(100)]
    assert house.batch([home, *big], system).status_code == 503
    disk.empty()
    house.person("manager", "south")
    south = house.system("south")
    theirs = house.of_system(registration("birch", "south"), "birch")
    assert house.put("homes", theirs, south).status_code == 202


def test_a_fold_that_raises_costs_the_door_its_courtesy_for_that_home_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = house.settle()
    house.settle("birch", placement="P2")
    fold: DoorFold = house.app.state.fold
    apply = fold._homes.__class__.apply

    def poisoned(homes: Any, fact: Any) -> Any:
        if fact.home_id == "larch":
            raise KeyError("a bug")
        return apply(homes, fact)

    monkeypatch.setattr(fold._homes.__class__, "apply", poisoned)
    first = house.put("dispositions", house.of_system(away("P1", "school", house.now + HOUR)), system)
    assert first.status_code == 202
    assert fold.aside.keys() == {"larch"}
    assert house.put("placements", house.of_system(started("P1", "larch")), system).status_code == 202
    assert house.put("checks", house.of_system(house.check()), system).status_code == 202
    assert (
        house.put("placements", house.of_system(started("P2", "birch"), "birch"), system).status_code == 422
    )
    stranger = house.put("checks", house.of_system(house.check()), house.system("south"))
    assert stranger.status_code == 403, "rights are asked as ever"


def test_after_a_rollback_a_home_is_built_anew_from_the_log(house: House) -> None:
    system = house.settle()
    fold: DoorFold = house.app.state.fold
    fold.rolled_back([Draft("wakeful.plan-changes", "larch", "never", "0" * 64, b"{}")])
    again = house.put("placements", house.of_system(started("P1", "larch")), system)
    assert again.status_code == 422
    assert house.get("/homes/larch", system).json()["children"] == 1
