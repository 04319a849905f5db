"""Backup and restore: what was acknowledged is in it, keys lie apart, and what was erased stays erased."""

import shutil
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from shared.backup import making
from shared.log.sqlite import SqliteLog
from shared.store import ledger
from tests.integration.cli.house import House
from tests.integration.cli.test_keys import PASSPHRASE, STORY, noted, settled, told
from tests.integration.house.posting import SEEN, said
from tests.integration.house.serving import Up
from tests.unit.cli.story import check, corrected, wakeful


@pytest.fixture
def lived(house: House) -> House:
    """A folder in which a story was sealed, and alerts were told."""
    house.folder.mkdir(mode=0o700)
    house.live([house.sealed(each) for each in told()])
    return house


class Safe:
    """Where backups and keys files lie, and another machine to restore on."""

    def __init__(self, place: Path) -> None:
        self.backup = place / "backups" / "monday"
        self.keys = place / "safe" / "keys.json"
        self.other = place / "elsewhere" / "data"
        self.other_master = place / "elsewhere" / "configuration" / "master.key"

    def back_up(self) -> None:
        result = wakeful("backup", str(self.backup), "--keys", str(self.keys), given=PASSPHRASE)
        assert result.exit_code == 0, result.stderr

    def restore(self, *options: str, keys: bool = True) -> tuple[int, str]:
        """Exit code and what was said."""
        arguments = ("--keys", str(self.keys)) if keys else ("--without-keys",)
        result = wakeful(
            "restore", str(self.backup), "--data", str(self.other), *arguments, *options, given=PASSPHRASE
        )
        return result.exit_code, result.stderr


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path)


def move(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is run from here on is run on the other machine, which has a master key of its own."""
    monkeypatch.setenv("WAKEFUL_DATA", str(safe.other))
    monkeypatch.setenv("WAKEFUL_MASTER_KEY_FILE", str(safe.other_master))


def test_a_backup_comes_back_on_another_machine(
    lived: House, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, alerts = wakeful("export", "--open").stdout, lived.alerts()
    safe.back_up()
    move(safe, monkeypatch)
    code, told_ = safe.restore()
    assert code == 0, told_
    assert "0 differ" in told_
    assert "what was recorded after 2026-03-03T00:00:00.000Z is not here" in told_
    assert wakeful("export", "--open").stdout == facts
    assert STORY in facts
    assert House(safe.other, safe.other_master).alerts() == alerts
    assert wakeful("audit").exit_code == 0
    assert safe.other_master.read_bytes() != lived.master_key.read_bytes()


def test_it_lies_apart_from_its_keys_and_is_its_owners_alone(lived: House, safe: Safe) -> None:
    safe.back_up()
    files = {file.name for file in safe.backup.iterdir()}
    assert files == {
        "log.sqlite3",
        "views.sqlite3",
        "manifest.json",
    }  # nobody was let in yet: no access.sqlite3
    assert stat.S_IMODE(safe.backup.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (*safe.backup.iterdir(), safe.keys)} == {0o600}
    assert [each.name for each in safe.backup.parent.iterdir()] == ["monday"]
    manifest = orjson.loads((safe.backup / "manifest.json").read_bytes())
    assert (manifest["last_instant"], manifest["wakeful_backup"]) == ("2026-03-03T00:00:00.000Z", 1)


@pytest.mark.parametrize("place", ["backups/monday/keys.json", "backups/keys.json", "data/keys.json"])
def test_keys_are_not_put_where_the_log_lies(lived: House, safe: Safe, tmp_path: Path, place: str) -> None:
    result = wakeful("backup", str(safe.backup), "--keys", str(tmp_path / place), given=PASSPHRASE)
    assert (result.exit_code, safe.backup.exists()) == (1, False)
    assert "would lie" in result.stderr


def test_keys_or_none_must_be_said(lived: House, safe: Safe) -> None:
    assert wakeful("backup", str(safe.backup)).exit_code == 2
    assert wakeful("backup", str(safe.backup), "--without-keys").exit_code == 0


def test_a_backup_is_never_written_over(lived: House, safe: Safe) -> None:
    safe.back_up()
    before = (safe.backup / "manifest.json").read_bytes()
    result = wakeful("backup", str(safe.backup), "--without-keys")
    assert (result.exit_code, "is there already" in result.stderr) == (1, True)
    assert (safe.backup / "manifest.json").read_bytes() == before


def test_a_backup_that_fails_leaves_nothing(
    lived: House, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device", "the disk")

    monkeypatch.setattr(making, "digest", full)
    result = wakeful("backup", str(safe.backup), "--without-keys")
    assert (result.exit_code, "No space left" in result.stderr) == (1, True)
    assert list(safe.backup.parent.iterdir()) == []


def test_a_copy_can_be_audited_at_once(lived: House, safe: Safe) -> None:
    result = wakeful("backup", str(safe.backup), "--without-keys", "--verify")
    assert (result.exit_code, "0 differ" in result.stderr) == (0, True)
    assert {file.name for file in safe.backup.iterdir()} == {"log.sqlite3", "views.sqlite3", "manifest.json"}


def test_what_is_there_is_never_restored_over(lived: House, safe: Safe) -> None:
    safe.back_up()
    safe.other.mkdir(parents=True)
    (safe.other / "notes").touch()
    code, said_ = safe.restore()
    assert (code, "is not empty" in said_) == (1, True)
    assert [each.name for each in safe.other.iterdir()] == ["notes"]


def test_files_that_are_copied_in_turn_are_one_state(
    lived: House, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between any two copies the watch goes on, and texts are sealed under new keys: the read models are never ahead
    of the log, and of every text in the log the key is there."""
    copy, clocks = making._copy, iter(("01:00", "01:10"))

    def copied(source: Path, target: Path, reached: Callable[[float], None]) -> None:
        copy(source, target, reached)
        clock = next(clocks)
        story = corrected(clock, "c2")
        story["event"] |= {"id": f"at-{clock}", "subject": clock, "homeid": f"H-{clock}"}
        lived.live([check(clock, f"c-{clock}"), lived.sealed(story)])

    monkeypatch.setattr(making, "_copy", copied)
    safe.back_up()
    move(safe, monkeypatch)
    assert safe.restore()[0] == 0
    other = House(safe.other, safe.other_master)
    with closing(SqliteLog(safe.other / "log.sqlite3", read_only=True)) as log, other.views() as views:
        with views.connect() as connection:
            entry = ledger.find(connection, "checks", 0)
        assert entry is not None
        assert max(entry.positions.values()) < log.end()
    opened = wakeful("export", "--open")
    assert (opened.exit_code, opened.stderr) == (0, "")
    assert {"c-01:00", "at-01:00"} <= {
        orjson.loads(line)["event"]["id"] for line in opened.stdout.splitlines()
    }


@pytest.mark.parametrize("damage", ["log", "missing", "manifest"])
def test_a_damaged_backup_is_not_restored(lived: House, safe: Safe, damage: str) -> None:
    safe.back_up()
    if damage == "log":
        with (safe.backup / "log.sqlite3").open("r+b") as file:
            file.seek(5000)
            file.write(b"!")
    elif damage == "missing":
        (safe.backup / "views.sqlite3").unlink()
    else:
        (safe.backup / "manifest.json").write_bytes(b'{"wakeful_backup": 1}')
    code, said_ = safe.restore()
    assert (code, "backup" in said_) == (1, True)
    assert not safe.other.exists()
    assert not safe.other.parent.exists() or list(safe.other.parent.iterdir()) == []


def test_what_was_erased_after_a_backup_stays_erased(
    lived: House, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe.back_up()
    wakeful("keys", "destroy", "--placement", "P1", "--yes")
    assert wakeful("keys", "export", str(safe.keys), given=PASSPHRASE).exit_code == 0
    move(safe, monkeypatch)
    assert safe.restore()[0] == 0
    assert STORY not in wakeful("export", "--open").stdout


def test_keys_of_before_the_backup_are_taken_only_when_asked_to(lived: House, safe: Safe) -> None:
    assert wakeful("keys", "export", str(safe.keys), given=PASSPHRASE).exit_code == 0
    newest = safe.keys.with_name("newest.json")
    assert wakeful("backup", str(safe.backup), "--keys", str(newest), given=PASSPHRASE).exit_code == 0
    code, said_ = safe.restore()
    assert (code, "name the newest one" in said_, safe.other.exists()) == (1, True, False)
    assert safe.restore("--older-keys")[0] == 0


def test_keys_of_another_installation_are_refused(
    lived: House, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe.back_up()
    other = House(safe.other.with_name("third"), lived.master_key)
    other.folder.mkdir(parents=True)
    other.sealed(told()[3])
    exported = wakeful("keys", "export", str(safe.keys), "--data", str(other.folder), given=PASSPHRASE)
    assert exported.exit_code == 0
    code, said_ = safe.restore()
    assert (code, "name the keys file of that one" in said_, safe.other.exists()) == (1, True, False)


def test_a_backup_under_load_has_what_was_acknowledged_and_knows_it_again(
    tmp_path: Path, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients post while it is made; on another machine, a fact that a phone sends again is the same fact."""
    monkeypatch.setenv("WAKEFUL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WAKEFUL_MASTER_KEY_FILE", str(tmp_path / "configuration" / "master.key"))
    acknowledged: list[str] = []
    stop = threading.Event()
    with Up(tmp_path) as up:
        settled(up)
        noted(up, "noted", STORY)

        def post(client: int) -> None:
            number = 0
            while not stop.is_set():
                event_id = f"c{client}-{number}"
                body = said("check.recorded.v1", "H1", "P1", {"placement_id": "P1", **SEEN})
                assert up.client.put(f"/checks/{event_id}", json=body).status_code == 202
                acknowledged.append(event_id)
                number += 1

        with ThreadPoolExecutor(3) as pool:
            clients = [pool.submit(post, number) for number in range(3)]
            try:
                while len(acknowledged) < 100 and not any(client.done() for client in clients):
                    stop.wait(0.02)
                before = list(acknowledged)
                safe.back_up()
                during = len(acknowledged) - len(before)
            finally:
                stop.set()
            for client in clients:
                client.result()
    assert during > 0, "nobody posted while the backup was made"

    other = tmp_path / "other"
    safe.other, safe.other_master = other / "data", other / "configuration" / "master.key"
    move(safe, monkeypatch)
    code, said_ = safe.restore()
    assert code == 0, said_
    lines = wakeful("export").stdout.splitlines()
    assert {*before, "noted"} <= {orjson.loads(line)["event"]["id"] for line in lines}

    opened = [orjson.loads(line)["event"] for line in wakeful("export", "--open").stdout.splitlines()]
    (event,) = [event for event in opened if event["id"] == "noted"]
    shutil.copy(tmp_path / "token", other / "token")
    with Up(other) as again:
        names = ("type", "subject", "time", "enteredat", "homeid", "actor", "data")
        answer = again.client.put("/checks/noted", json={name: event[name] for name in names})
        assert answer.status_code == 200, answer.text
        assert again.stop() == 0
    assert wakeful("audit").exit_code == 0
