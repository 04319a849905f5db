"""The doctor finds what is planted, with the remedy, changes nothing, and exits 1 if anything is wrong."""

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared import clock
from shared.instants import HOUR
from shared.store import outbox, rebuilds
from shared.store.engine import make_engine, writing
from tests.integration.cli.house import House
from tests.integration.house.posting import ready
from tests.integration.house.serving import Up
from tests.unit.cli.story import night, wakeful
from tests.waiting import until


def findings(about: str | None = None) -> list[dict[str, Any]]:
    result = wakeful("doctor", "--json")
    found: list[dict[str, Any]] = orjson.loads(result.stdout)["findings"]
    assert result.exit_code == int(any(each["mark"] == "WRONG" for each in found))
    return [each for each in found if about in (None, each["about"])]


def wrong(about: str) -> dict[str, Any]:
    (found,) = [each for each in findings(about) if each["mark"] == "WRONG"]
    assert found["remedy"] or about in ("master key", "schemas")  # theirs says it in one sentence
    return found


@pytest.fixture
def lived(house: House) -> House:
    """A folder that a night has gone through, with keys."""
    house.folder.mkdir(mode=0o700)
    house.live([house.sealed(each) for each in night()])
    return house


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".sqlite3"}


def test_a_good_folder_lacks_only_who_watches_and_who_watches_over_that(lived: House) -> None:
    before = files(lived.folder)
    wrong = [each["about"] for each in findings() if each["mark"] == "WRONG"]
    assert [about for about in wrong if about != "on-call"] == ["running", "watchdog"]
    assert files(lived.folder) == before


def test_where_somebody_watches_and_is_watched_over_nothing_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Up(tmp_path) as up:
        for name, value in {
            "DATA": up.data,
            "PORT": up.port,
            "MASTER_KEY_FILE": tmp_path / "configuration" / "master.key",
            "WATCHDOG_URL": "https://watchdog.example/ping",
        }.items():
            monkeypatch.setenv(f"WAKEFUL_{name}", str(value))
        until(lambda: ready(up).status_code == 200)
        result = wakeful("doctor")
        assert f"process {up.process.pid} watches" in result.stdout
        assert (result.exit_code, "WRONG" in result.stdout) == (0, False)
        assert "watchdog.example" not in result.stdout


def test_every_setting_is_shown_with_its_source(lived: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEFUL_WATCHDOG_URL", "https://watchdog.example/secret")
    result = wakeful("doctor", "--json")
    shown = {
        each["name"]: (each["value"], each["source"]) for each in orjson.loads(result.stdout)["settings"]
    }
    assert shown["WAKEFUL_DATA"] == (str(lived.folder), "environment")
    assert shown["WAKEFUL_PORT"] == ("8000", "default")
    assert "secret" not in result.stdout


def test_a_name_that_is_no_setting_is_found(lived: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEFUL_PROT", "1")
    found = wrong("settings")
    assert (found["found"], found["remedy"]) == ("WAKEFUL_PROT is no setting", "write WAKEFUL_PORT")


def test_a_folder_that_is_not_there_is_found(house: House) -> None:
    assert "is not there" in wrong("folder")["found"]
    assert not house.folder.exists()


def test_a_folder_that_others_may_look_into_is_found(lived: House) -> None:
    lived.folder.chmod(0o755)
    assert wrong("folder")["remedy"] == f"run: chmod 700 {lived.folder}"


def test_key_files_that_others_may_read_are_found(lived: House) -> None:
    lived.folder.chmod(0o755)
    (lived.folder / "keys.sqlite3").chmod(0o644)
    assert wrong("key files")["remedy"].startswith("run: chmod 600")


def test_a_master_key_that_others_may_read_is_found(lived: House) -> None:
    lived.master_key.chmod(0o644)
    assert "run: chmod 600" in wrong("master key")["found"]


def test_a_master_key_that_is_gone_is_found_and_none_is_made(lived: House) -> None:
    lived.master_key.unlink()
    assert "put it back from its backup" in wrong("master key")["found"]
    assert not lived.master_key.exists()


def test_a_clock_behind_the_log_is_found(lived: House) -> None:
    lived.now = clock.now() + 2 * HOUR
    with lived.log() as log:
        log.probe()
    found = wrong("clock")
    assert "behind the log" in found["found"]
    assert "set the clock right" in found["remedy"]


def test_a_full_disk_is_found(lived: House, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = os.statvfs(lived.folder)
    monkeypatch.setattr("wakeful.cli.health.folder._LEAST_FREE", usage.f_frsize * usage.f_blocks + 1)
    assert "make room" in wrong("disk")["remedy"]


def test_a_schema_that_is_ahead_is_found(lived: House) -> None:
    engine = make_engine(lived.folder / "views.sqlite3")
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE schema_checks SET version_num = '9999'")
    engine.dispose()
    assert "too new" in wrong("schemas")["found"]


def test_a_schema_that_is_behind_is_brought_up_to_date_by_the_next_start(lived: House) -> None:
    engine = make_engine(lived.folder / "views.sqlite3")
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM schema_alerts")
    engine.dispose()
    (found,) = [each for each in findings("schemas") if each["mark"] == "note"]
    assert found["found"].startswith("alerts is not made yet")


def test_a_process_that_writes_and_does_not_answer_is_found(
    lived: House, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    monkeypatch.setenv("WAKEFUL_PORT", str(unused_port))
    with lived.log():
        found = wrong("running")
    assert f"process {os.getpid()} runs, but" in found["found"]
    assert "does not answer" in found["found"]


def test_what_cannot_be_looked_at_is_a_finding(lived: House) -> None:
    (lived.folder / "log.sqlite3").write_bytes(b"no database at all, however long one looks at it")
    found = wrong("clock")
    assert found["remedy"] == "put that right, then look again"


def test_a_rebuild_that_has_not_ended_is_told(house: House) -> None:
    house.live(night())
    assert findings("rebuilds") == []
    with house.views() as views, writing(views) as connection:
        rebuilds.keep(connection, CHECKS, rebuilds.claim(connection, CHECKS, 1), 5, 10)
    (found,) = findings("rebuilds")
    assert found["found"] == "checks is being made again, 5 of 10 records"
    assert found["remedy"].endswith("wakeful rebuild checks")
    assert wakeful("rebuild", "checks").exit_code == 0
    assert findings("rebuilds") == []


CHECKS = outbox.Owner("checks", 0)
