"""A read model thrown away is made again, offline, and nothing is published twice."""

import orjson
import pytest
from sqlalchemy import delete, insert, select

from services.checks.tables import PLACEMENTS
from shared.store import ledger
from shared.store.engine import writing
from shared.store.tables import ASIDES, SWAPS
from tests.integration.cli.house import House
from tests.oracle.nights import night as random_night
from tests.unit.cli.story import night, wakeful


def rows(house: House) -> list[tuple[object, ...]]:
    with house.views() as views, views.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(PLACEMENTS).order_by(PLACEMENTS.c.placement_id))
        ]


def clock(house: House, service: str) -> int:
    with house.views() as views:
        return ledger.clocks(views)[service]


@pytest.mark.parametrize("seed", range(3))
def test_a_rebuilt_service_stands_where_it_stood(house: House, seed: int) -> None:
    house.live(random_night(seed))
    before, published, stood = rows(house), house.alerts(), clock(house, "checks")
    with house.views() as views, writing(views) as connection:
        connection.execute(delete(PLACEMENTS))
    result = wakeful("rebuild", "checks", "--json")
    assert result.exit_code == 0
    assert orjson.loads(result.stdout)["read"] > 0
    assert (rows(house), house.alerts(), clock(house, "checks")) == (before, published, stood)
    assert wakeful("audit").exit_code == 0


def test_a_rebuild_is_recorded(house: House) -> None:
    house.live(night())
    assert wakeful("rebuild", "checks").stdout.startswith("checks, ")
    with house.views() as views, views.connect() as connection:
        swap = connection.execute(select(SWAPS)).one()
    assert (swap.service, swap.home_id, swap.detail) == ("checks", None, {"raised": [], "superseded": []})


def test_the_feed_is_rebuilt_too(house: House) -> None:
    house.live(night())
    stood = clock(house, "alerts")
    assert wakeful("rebuild", "alerts").exit_code == 0
    assert clock(house, "alerts") == stood


def test_a_service_that_never_ran_reads_what_there_is(house: House) -> None:
    house.live(night())
    (house.folder / "views.sqlite3").unlink()
    assert wakeful("rebuild", "checks").exit_code == 0
    assert len(rows(house)) == 1


def test_it_is_refused_while_somebody_writes_the_log(house: House) -> None:
    house.live(night())
    with house.log():
        result = wakeful("rebuild", "checks")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is in use by process" in result.stderr
    assert "stop that one first" in result.stderr
    assert result.stderr.count("\n") == 1


def test_one_home_is_brought_back(house: House) -> None:
    house.live(night())
    with house.views() as views, writing(views) as connection:
        aside = {"service": "checks", "home_id": "H1", "partition": 0, "since": 1, "reason": "broken"}
        connection.execute(insert(ASIDES).values(**aside))
        connection.execute(delete(PLACEMENTS))
    assert wakeful("doctor").stdout.count("home H1 is not watched by checks") == 1
    assert wakeful("rebuild", "checks", "--home", "H1").stdout == "home H1 of checks: rebuilt\n"
    assert "home H1 is not watched" not in wakeful("doctor").stdout
    assert len(rows(house)) == 1


def test_a_service_that_there_is_not_is_a_wrong_use() -> None:
    assert wakeful("rebuild", "payroll").exit_code == 2


def test_no_log_is_one_line_with_the_remedy(house: House) -> None:
    result = wakeful("rebuild", "checks")
    assert result.exit_code == 1
    assert "there is no log in" in result.stderr
    assert not house.folder.exists()
