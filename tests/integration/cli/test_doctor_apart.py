"""Over a broker the doctor finds what is planted, with the remedy, changes nothing; exit 1 if anything is wrong."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, update

from services.checks.model import ChecksMonitor
from services.house import database
from services.monitors import SERVICES
from shared import clock
from shared.instants import HOUR, MINUTE
from shared.log.kafka import topics
from shared.security.keys import KeyRing, load_master_key
from shared.store import outbox, rebuilds
from shared.store.engine import writing
from shared.store.tables import ASIDES, LEDGER
from shared.topics import ALL
from tests.integration.cli.apart import PARTITIONS, Apart, nobody_at
from tests.unit.cli.story import wakeful


def findings(about: str | None = None) -> list[dict[str, Any]]:
    result = wakeful("doctor", "--json")
    found: list[dict[str, Any]] = orjson.loads(result.stdout)["findings"]
    assert result.exit_code == int(any(each["mark"] == "WRONG" for each in found))
    assert result.stderr == ""
    return [each for each in found if about in (None, each["about"])]


def wrong(about: str) -> str:
    """What is wrong, with what is to be done."""
    (found,) = [each for each in findings(about) if each["mark"] == "WRONG"]
    return f"{found['found']}; {found['remedy']}"


def wrong_are(*abouts: str) -> None:
    assert [each["about"] for each in findings() if each["mark"] == "WRONG"] == list(abouts)


@pytest.fixture
def well(apart: Apart) -> Apart:
    """Everything is there, and all services watch everywhere, as of now; no door answers."""
    apart.make()
    with closing(KeyRing(apart.url, load_master_key(apart.master_key))):
        pass
    for service in SERVICES:
        for partition in range(PARTITIONS):
            stands(apart, service, partition)
    apart.name("PUBLIC_URL", f"http://{nobody_at()}")
    return apart


def stands(apart: Apart, service: str, partition: int) -> None:
    """The ledger says so."""
    row = {
        "service": service,
        "partition": partition,
        "epoch": 1,
        "positions": "{}",
        "clock": clock.now(),
        "published": 0,
        "version": SERVICES[service].make().version,
    }
    write(apart, insert(LEDGER).values(**row))


def write(apart: Apart, statement: Any) -> None:
    engine = database.views(apart.url, "checks")
    with writing(engine) as connection:
        connection.execute(statement)
    engine.dispose()


@pytest.fixture
def door() -> Iterator[str]:
    """Something that answers as a door does while everything is watched."""

    class Ready(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Ready)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_where_everything_is_in_order_nothing_is_wrong_and_no_secret_is_shown(well: Apart, door: str) -> None:
    well.name("PUBLIC_URL", door)
    well.name("WATCHDOG_URL", "https://watchdog.example/ping")
    well.name("KAFKA_SASL_PASSWORD", "hush")
    result = wakeful("doctor")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "WRONG" not in result.stdout
    for service in SERVICES:
        assert f"{service}: all {PARTITIONS} home-partitions, " in result.stdout
    assert "`wakeful gateway` pings it" in result.stdout
    assert well.settings.database_url is not None
    for secret in ("hush", "watchdog.example", well.settings.database_url.get_secret_value()):
        assert secret not in result.stdout
    assert {each["about"] for each in findings()} >= {"broker", "topics", "database", "master key", "watch"}


def test_what_is_not_there_yet_is_found_in_order_with_the_command_that_makes_it(apart: Apart) -> None:
    wrong_are(*["topics"] * len(topics.TOPICS), *["database"] * len(database.PARTS), "door", "watchdog")
    assert {each["remedy"] for each in findings("topics")} == {"make it: wakeful topics make"}
    assert {each["remedy"] for each in findings("database")} == {"run: wakeful migrate"}
    assert "not looked at" in findings("watch")[0]["found"]


def test_a_broker_that_is_not_reached_is_said_once(well: Apart) -> None:
    well.name("KAFKA", nobody_at())
    found = findings()  # once: it is waited for
    assert [each["about"] for each in found if each["mark"] == "WRONG"] == ["broker", "door", "watchdog"]
    said = {each["about"]: each["found"] for each in found}
    assert "mend WAKEFUL_KAFKA" in said["broker"]
    assert "not looked at" in said["topics"]


def test_a_database_that_is_not_reached_is_said_once_without_its_password(well: Apart) -> None:
    well.name("DATABASE_URL", f"postgresql://wakeful:hush@{nobody_at()}/wakeful")
    wrong_are("database", "door", "watchdog")
    assert "start it, or correct the address" in wrong("database")
    assert "hush" not in wakeful("doctor").stdout


def test_a_database_that_is_not_named_is_found(well: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAKEFUL_DATABASE_URL")
    assert "WAKEFUL_DATABASE_URL is not set" in wrong("database")


def test_topics_that_are_not_sealed_are_found(apart: Apart) -> None:
    apart.make(importing=True)
    found = [each for each in findings("topics") if each["mark"] == "WRONG"]
    assert len(found) == len(ALL)
    assert {each["remedy"] for each in found} == {"mend it: wakeful topics seal"}


def test_another_number_of_partitions_is_found(well: Apart) -> None:
    well.name("PARTITIONS", PARTITIONS - 1)
    assert f"WAKEFUL_PARTITIONS={PARTITIONS}" in findings("topics")[0]["remedy"]
    assert any("wakeful topics check" in each["remedy"] for each in findings("watch"))


def test_a_home_partition_that_nobody_watches_is_found(well: Apart) -> None:
    write(well, LEDGER.delete().where(LEDGER.c.service == "alerts", LEDGER.c.partition == 1))
    assert wrong("watch") == "alerts has not begun in home-partition 1; run: wakeful worker alerts"


def test_a_home_partition_that_stands_still_is_found_with_its_age(well: Apart) -> None:
    row = (LEDGER.c.service == "checks") & (LEDGER.c.partition == 2)
    write(well, update(LEDGER).where(row).values(clock=clock.now() - HOUR))
    found = wrong("watch")
    assert found.startswith("checks stands still in home-partition 2, since ")
    assert "(PT1H" in found
    assert "see whether `wakeful worker checks` runs, and the door" in found


def test_rows_of_another_version_are_told(well: Apart) -> None:
    row = (LEDGER.c.service == "checks") & (LEDGER.c.partition == 2)
    write(well, update(LEDGER).where(row).values(version=0))
    (note,) = [each for each in findings("watch") if each["mark"] == "note"]
    version = ChecksMonitor.version
    assert note["found"] == f"checks is of version 0 in home-partition 2, and this is version {version}"


def test_a_clock_behind_the_log_is_found(well: Apart) -> None:
    write(well, update(LEDGER).values(clock=clock.now() + 10 * MINUTE))
    assert "set the clock right" in wrong("clock")


def test_a_master_key_that_opens_nothing_is_found(well: Apart) -> None:
    well.master_key.unlink()
    assert "there is no master key" in wrong("master key")
    assert not well.master_key.exists()
    wakeful("keys", "make")
    assert "wrapped by another master key" in wrong("master key")


def test_a_home_that_is_set_aside_is_found(well: Apart) -> None:
    aside = {"service": "checks", "home_id": "H9", "partition": 1, "since": 1, "reason": "broken"}
    write(well, insert(ASIDES).values(**aside))
    assert "wakeful rebuild checks --home H9" in wrong("homes set aside")


def test_a_rebuild_under_way_is_told_with_its_home_partition(well: Apart) -> None:
    engine = database.views(well.url, "checks")
    with writing(engine) as connection:
        rebuilds.claim(connection, outbox.Owner("checks", 3), 1)
    engine.dispose()
    (note,) = findings("rebuilds")
    assert note["found"].startswith("checks is being made again in home-partition 3, 0 of ")
