"""Keys at the command line: made, replaced, moved; and destroyed, after which nothing but the texts is gone."""

import base64
import os
import stat
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from services.monitors import SERVICES
from shared.security.keys import KeyRing, load_master_key
from shared.security.keysmove import contents
from tests.integration.cli.house import House
from tests.integration.house.posting import SEEN, said
from tests.integration.house.serving import PROVIDER, Up
from tests.unit.cli.story import Line, check, corrected, registered, started, wakeful

PASSPHRASE = b"nine sample horses\n"
STORY = "A sample story that nobody may ever read again."


def told() -> list[Line]:
    """A night whose correction tells a story."""
    story = corrected("22:20", "c1")
    story["event"]["data"]["reason"] = STORY
    return [registered(), started(), check("22:10", "c1"), story, check("23:30", "c2")]


@pytest.fixture
def lived(house: House) -> House:
    """A folder in which a story was sealed, and alerts were told."""
    house.folder.mkdir(mode=0o700)
    house.live([house.sealed(each) for each in told()])
    return house


def secrets_of(folder: Path, master_key: Path) -> list[bytes]:
    """All that must be gone with the key of P1: the key itself, in bytes and as text, and the key as it is wrapped."""
    with closing(KeyRing(folder / "keys.sqlite3", load_master_key(master_key))) as ring:
        (key,) = [each.key for each in contents(ring, 0).keys if each.placement_id == "P1" and each.key]
        with ring.engine.connect() as connection:
            query = "SELECT wrapped FROM data_keys WHERE placement_id = 'P1'"
            wrapped: bytes = connection.exec_driver_sql(query).scalar_one()
    return [
        STORY.encode(),
        key,
        base64.b64encode(key),
        key.hex().encode(),
        wrapped,
        base64.b64encode(wrapped),
    ]


def found_in(place: Path, secrets: list[bytes]) -> list[str]:
    """The files anywhere under `place` that hold any of them; logs, write-ahead logs and shared memory too."""
    files = [file for file in place.rglob("*") if file.is_file()]
    return [file.name for file in files if any(secret in file.read_bytes() for secret in secrets)]


def test_the_master_key_is_made_once(house: House) -> None:
    assert wakeful("keys", "make").exit_code == 0
    made = house.master_key.read_bytes()
    assert stat.S_IMODE(house.master_key.stat().st_mode) == 0o600
    again = wakeful("keys", "make")
    assert (again.exit_code, house.master_key.read_bytes()) == (1, made)
    assert "it stays; for a new one: wakeful keys rotate" in again.stderr


def test_the_master_key_is_not_made_in_the_data_folder(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEFUL_MASTER_KEY_FILE", str(house.folder / "master.key"))
    made = wakeful("keys", "make")
    assert made.exit_code == 1
    assert "inside the data folder" in made.stderr
    assert not house.folder.exists()


def test_a_rotated_installation_reads_its_texts(lived: House) -> None:
    before = lived.master_key.read_bytes()
    result = wakeful("keys", "rotate", "--json")
    assert orjson.loads(result.stdout)["keys"] == 2
    assert lived.master_key.read_bytes() != before
    assert STORY in wakeful("export", "--open").stdout


def test_nothing_is_rotated_beside_a_running_up(lived: House) -> None:
    with lived.log():
        result = wakeful("keys", "rotate")
    assert result.exit_code == 1
    assert f"is in use by process {os.getpid()}" in result.stderr


def test_destroying_a_key_takes_the_texts_and_nothing_else(lived: House) -> None:
    """Audit, alerts, replay and rebuild give the same bytes; and no file keeps anything of it."""
    secrets = secrets_of(lived.folder, lived.master_key)
    assert found_in(lived.folder, secrets) == ["keys.sqlite3"]
    alerts, facts = lived.alerts(), wakeful("export").stdout_bytes
    before = wakeful("replay", "-", given=facts).stdout_bytes, wakeful("audit", "--json").stdout

    result = wakeful("keys", "destroy", "--placement", "P1", "--yes", "--json")
    assert orjson.loads(result.stdout) == {
        "facts": 1,
        "home_id": "H1",
        "placement_id": "P1",
        "standing": "destroyed",
    }
    assert found_in(lived.folder, secrets) == []
    assert (lived.alerts(), wakeful("export").stdout_bytes) == (alerts, facts)
    assert (wakeful("replay", "-", given=facts).stdout_bytes, wakeful("audit", "--json").stdout) == before
    for service in SERVICES:
        assert wakeful("rebuild", service).exit_code == 0
    assert lived.alerts() == alerts
    assert wakeful("audit").exit_code == 0


def test_an_erased_text_is_a_mark_and_no_error(lived: House) -> None:
    wakeful("keys", "destroy", "--placement", "P1", "--yes")
    opened = wakeful("export", "--open")
    assert (opened.exit_code, opened.stderr) == (0, "")
    (line,) = [
        line for line in map(orjson.loads, opened.stdout.splitlines()) if line["event"]["id"] == "of-c1"
    ]
    assert set(line["event"]["data"]["reason"]) == {"sealed", "key"}


def test_it_says_what_will_be_lost_and_asks(lived: House) -> None:
    refused = wakeful("keys", "destroy", "--placement", "P1", given=b"n\n")
    assert refused.exit_code == 1
    assert "placement P1 of home H1: the texts of 1 facts will never be read again" in refused.stderr
    assert "nothing was destroyed" in refused.stderr
    assert STORY in wakeful("export", "--open").stdout

    assert wakeful("keys", "destroy", "--placement", "P1", given=b"y\n").exit_code == 0
    assert STORY not in wakeful("export", "--open").stdout


def test_whose_key_is_asked_for_where_it_is_not_plain(lived: House) -> None:
    assert "say whose key" in wakeful("keys", "destroy", "--yes").stderr
    unknown = wakeful("keys", "destroy", "--placement", "P9", "--yes")
    assert (unknown.exit_code, "nothing was ever written about it" in unknown.stderr) == (2, True)
    lived.sealed({**told()[3], "event": {**told()[3]["event"], "homeid": "H2"}})
    both = wakeful("keys", "destroy", "--placement", "P1", "--yes")
    assert "it has keys in homes H1, H2; say which home with --home" in both.stderr
    assert wakeful("keys", "destroy", "--placement", "P1", "--home", "H2", "--yes").exit_code == 0
    assert STORY in wakeful("export", "--open").stdout


def test_a_destroyed_key_does_not_come_back_by_import(lived: House, tmp_path: Path) -> None:
    file = str(tmp_path / "safe" / "keys.json")
    assert wakeful("keys", "export", file, given=PASSPHRASE).exit_code == 0
    wakeful("keys", "destroy", "--placement", "P1", "--yes")
    result = wakeful("keys", "import", file, "--json", given=PASSPHRASE)
    assert orjson.loads(result.stdout)["stay_destroyed"] == 1
    assert STORY not in wakeful("export", "--open").stdout


@pytest.mark.parametrize("inside", [True, False])
def test_a_keys_file_is_apart_and_has_a_passphrase(lived: House, tmp_path: Path, inside: bool) -> None:
    file = (lived.folder if inside else tmp_path) / "keys.json"
    result = wakeful("keys", "export", str(file), given=PASSPHRASE if inside else b"\n")
    assert (result.exit_code, file.exists()) == (1 if inside else 2, False)
    assert ("lies in the data folder" if inside else "there is no passphrase") in result.stderr


def test_a_passphrase_file_that_others_may_read_is_not_used(lived: House, tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_bytes(PASSPHRASE)
    secret.chmod(0o644)
    arguments = ("keys", "export", str(tmp_path / "k"), "--passphrase-file", str(secret))
    assert "chmod 600" in wakeful(*arguments).stderr
    secret.chmod(0o600)
    assert wakeful(*arguments).exit_code == 0


def test_a_running_up_notices_that_a_key_was_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later text is dropped and marked; the check itself stands; and nothing is left of the key in any file."""
    monkeypatch.setenv("WAKEFUL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WAKEFUL_MASTER_KEY_FILE", str(tmp_path / "configuration" / "master.key"))
    with Up(tmp_path) as up:
        settled(up)
        noted(up, "before", STORY)
        secrets = secrets_of(up.data, tmp_path / "configuration" / "master.key")
        assert found_in(up.data, secrets)
        assert wakeful("keys", "destroy", "--placement", "P1", "--yes").exit_code == 0
        noted(up, "after", f"{STORY} Again.")
        assert found_in(tmp_path, secrets) == []  # while it runs, what it said to its own log too
        assert up.stop() == 0
    assert found_in(tmp_path, secrets) == []
    events = [orjson.loads(line)["event"] for line in wakeful("export", "--open").stdout.splitlines()]
    notes = {event["id"]: event["data"].get("note") for event in events}
    assert notes["before"]["sealed"]
    assert notes["after"] == {"sealed": "", "key": notes["before"]["key"]}


def settled(up: Up) -> None:
    """A home and a child."""
    home, child = registered()["event"]["data"] | {"provider_id": PROVIDER}, started()["event"]["data"]
    for family, type_, subject, data in (
        ("homes", "home.registered.v1", "H1", home),
        ("placements", "placement.started.v1", "P1", child),
    ):
        answer = up.client.put(f"/{family}/{subject}-id", json=said(type_, "H1", subject, data))
        assert answer.status_code == 202, answer.text


def noted(up: Up, event_id: str, note: str) -> None:
    """A check with a note."""
    data = {"placement_id": "P1", **SEEN, "note": note}
    answer = up.client.put(f"/checks/{event_id}", json=said("check.recorded.v1", "H1", "P1", data))
    assert answer.status_code == 202, answer.text
