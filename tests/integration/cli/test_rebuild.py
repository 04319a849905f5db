"""A read model is made again from the log or from a snapshot, and nothing is published twice."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert

from services.rules import MONITORS
from shared.instants import NEVER, parse_instant
from shared.store import ledger
from shared.store.engine import writing
from shared.store.tables import ASIDES
from shared.topics import SWAPS
from tests.integration.cli.house import House
from tests.integration.cli.readmodel import Seen, of_home, rows_of
from tests.simulation.mixed import night as random_night
from tests.unit.cli.story import night, wakeful
from wakeful.cli.folder import reading_log


def rows(house: House, service: str, *, forget: bool = False) -> Seen:
    with house.views() as views:
        return rows_of(views, service, forget=forget)


def clock(house: House, service: str) -> int:
    with house.views() as views:
        return ledger.clocks(views)[service]


def swaps(house: House) -> list[dict[str, Any]]:
    with reading_log(house.folder) as log:
        return [orjson.loads(record.body)["data"] for record in log.read(0, [SWAPS], {}, NEVER)[0]]


@pytest.mark.parametrize("seed", range(3))
def test_a_rebuilt_service_stands_where_it_stood(house: House, seed: int) -> None:
    house.live(random_night(seed))
    for service in MONITORS:
        published, stood = house.alerts(), clock(house, service)
        before = rows(house, service, forget=True)
        result = wakeful("rebuild", service, "--json")
        assert result.exit_code == 0
        assert orjson.loads(result.stdout)["read"] > 0
        assert (rows(house, service), house.alerts(), clock(house, service)) == (before, published, stood)
    assert wakeful("audit").exit_code == 0


def test_a_rebuild_is_recorded_and_stands_in_the_export(house: House) -> None:
    house.live(night())
    assert wakeful("rebuild", "checks").stdout.startswith("checks, ")
    house.live([], house.now)
    (swap,) = swaps(house)
    assert (swap["service"], "home_id" in swap, swap["raised"], swap["superseded"]) == (
        "checks",
        False,
        [],
        [],
    )
    exported = [orjson.loads(line) for line in wakeful("export").stdout.splitlines()]
    assert exported[-1]["event"]["data"] == swap
    assert wakeful("audit").exit_code == 0


def test_the_feed_is_rebuilt_too(house: House) -> None:
    house.live(night())
    stood = clock(house, "alerts")
    assert wakeful("rebuild", "alerts").exit_code == 0
    assert clock(house, "alerts") == stood


def test_a_service_that_never_ran_has_nothing_to_rebuild(house: House) -> None:
    house.live(night())
    (house.folder / "views.sqlite3").unlink()
    result = wakeful("rebuild", "checks")
    assert result.exit_code == 1
    assert "start `wakeful up`" in result.stderr


def test_it_goes_on_beside_whoever_writes_the_log(house: House) -> None:
    house.live(night())
    with house.log():
        assert wakeful("rebuild", "checks").exit_code == 0


def test_one_home_is_brought_back(house: House) -> None:
    house.live(random_night(1))
    for service in MONITORS:
        with house.views() as views, writing(views) as connection:
            aside = {"service": service, "home_id": "H1", "partition": 0, "since": 1, "reason": "broken"}
            connection.execute(insert(ASIDES).values(**aside))
        before = of_home(rows(house, service, forget=True), "H1")
        assert wakeful("doctor").stdout.count(f"home H1 is not watched by {service}") == 1
        assert wakeful("rebuild", service, "--home", "H1").stdout == f"home H1 of {service}: rebuilt\n"
        assert "home H1 is not watched" not in wakeful("doctor").stdout
        assert rows(house, service) == before


@pytest.mark.parametrize("seed", range(3))
def test_a_rebuild_from_a_snapshot_comes_to_the_same(house: House, seed: int) -> None:
    lines = random_night(seed)
    half = len(lines) // 2
    while lines[half - 1]["appended_at"] == lines[half]["appended_at"]:
        half += 1
    house.live(lines[:half], parse_instant(lines[half - 1]["appended_at"]))
    files = {
        service: orjson.loads(wakeful("snapshot", service, "--json").stdout)["file"] for service in MONITORS
    }
    house.live(lines[half:])
    for service, file in files.items():
        before, published = rows(house, service), house.alerts()
        result = wakeful("rebuild", service, "--from", file)
        assert (result.exit_code, result.stderr) == (0, "")
        house.live([], house.now)
        assert (rows(house, service), house.alerts()) == (before, published)
    assert wakeful("audit").exit_code == 0


def test_a_snapshot_serves_only_its_own_service_version_and_log(house: House, tmp_path: Path) -> None:
    house.live(night())
    file = orjson.loads(wakeful("snapshot", "checks", "--json").stdout)["file"]
    assert "is a snapshot of checks, not of alerts" in wakeful("rebuild", "alerts", "--from", file).stderr
    kept = Path(file).read_bytes()
    for version in (b'"version":0', b'"version":2'):
        Path(file).write_bytes(kept.replace(b'"version":1', version))
        assert "of the rules, and this is" in wakeful("rebuild", "checks", "--from", file).stderr
    Path(file).write_bytes(kept.replace(b'"mark":"', b'"mark":"0', 1)[: len(kept)])
    assert wakeful("rebuild", "checks", "--from", file).exit_code == 1
    other = tmp_path / "none.sqlite3"
    assert "there is no snapshot at" in wakeful("rebuild", "checks", "--from", str(other)).stderr
    other.write_text("nothing of ours")
    assert "is no snapshot of Wakeful's" in wakeful("rebuild", "checks", "--from", str(other)).stderr


def test_a_home_and_a_snapshot_together_are_a_wrong_use(house: House) -> None:
    house.live(night())
    assert wakeful("rebuild", "checks", "--home", "H1", "--from", "x").exit_code == 2


def test_a_service_that_there_is_not_is_a_wrong_use() -> None:
    assert wakeful("rebuild", "payroll").exit_code == 2


def test_no_log_is_one_line_with_the_remedy(house: House) -> None:
    result = wakeful("rebuild", "checks")
    assert result.exit_code == 1
    assert "there is no log at" in result.stderr
    assert not house.folder.exists()
