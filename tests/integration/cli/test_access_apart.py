"""Tokens, people, devices and keys where they lie in a database: what a command makes there is what a gateway takes."""

from contextlib import closing
from pathlib import Path

import orjson
import pytest

from shared import clock
from shared.log.kafka.log import KafkaLog
from shared.security.keys import KeyRing, load_master_key
from shared.security.rights import HomeRef, Right
from shared.security.tokens import Standing
from tests.integration.cli.apart import Apart
from tests.integration.cli.house import draft
from tests.unit.cli.story import corrected, registered, wakeful

PASSPHRASE = b"nine sample horses\n"
STORY = "A sample story that nobody may ever read again."
SAM = ("people", "add", "S1", "--name", "Sam Sample", "--home", "H1", "--right", "record", "--right", "read")


def test_a_token_is_made_shown_once_listed_and_revoked(apart: Apart) -> None:
    apart.migrate()
    made = wakeful("token", "make", "rota", "--provider", "PR1", "--right", "read")
    assert made.exit_code == 0
    secret = made.stdout.strip()
    with apart.access() as access:
        token = access.tokens.find(secret)
        assert token is not None
        assert token.actor.may(Right.READ, HomeRef("H1", "PR1"))
    (listed,) = orjson.loads(wakeful("token", "list", "--json").stdout)
    assert (listed["holder"], listed["standing"]) == ("rota", "good")
    assert wakeful("token", "revoke", listed["id"]).exit_code == 0
    with apart.access() as access:
        token = access.tokens.find(secret)
        assert token is not None
        assert token.standing(clock.now()) is Standing.REVOKED
    assert not apart.settings.data.exists()


def test_a_person_signs_in_with_the_pin_on_a_device_enrolled_by_the_code(apart: Apart) -> None:
    apart.make()
    assert wakeful(*SAM, "--pin", given=b"2749\n").exit_code == 0
    assert wakeful("people", "set-pin", "S1", given=b"8305\n").exit_code == 0
    assert [each["id"] for each in orjson.loads(wakeful("people", "list", "--json").stdout)] == ["S1"]
    code = wakeful("device", "enrol-code", "H1").stdout.strip()
    with apart.access() as access:
        device = access.enrol(code, "tablet", clock.now())
        assert device is not None
        assert access.sign_in(device.token, HomeRef("H1", "PR1"), "S1", "8305", clock.now())


def test_a_home_that_is_not_registered_yet_is_told(apart: Apart) -> None:
    apart.make()
    assert "home H1 is not registered yet" in wakeful("device", "enrol-code", "H1").stderr
    with closing(KafkaLog(apart.broker)) as log:
        log.append([draft(registered())])
    assert "not registered" not in wakeful("device", "enrol-code", "H1").stderr
    assert "home H9 is not registered yet" in wakeful("device", "enrol-code", "H9").stderr


def test_topics_that_are_not_made_are_one_line(apart: Apart) -> None:
    apart.migrate()
    result = wakeful("device", "enrol-code", "H1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "make it: wakeful topics make" in result.stderr
    assert result.stderr.count("\n") == 1


# --- Keys --------------------------------------------------------------------------------------------------


def test_no_ring_is_begun_by_asking_for_one(apart: Apart) -> None:
    """It would be another installation's: the keys of the one that moves here could never be taken in."""
    apart.migrate()
    wakeful("keys", "make")
    for words in (["destroy", "--home", "H1", "--yes"], ["rotate"], ["export", str(apart.master_key) + ".x"]):
        result = wakeful("keys", *words, given=PASSPHRASE)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "there are no keys in the database (WAKEFUL_DATABASE_URL) yet" in result.stderr
        assert "wakeful keys import" in result.stderr


@pytest.fixture
def told(apart: Apart) -> Apart:
    """A story was sealed, and lies on the broker."""
    apart.make()
    with closing(KeyRing(apart.url, load_master_key(apart.master_key))) as ring:
        line = corrected("22:20", "c1")
        line["event"]["data"]["reason"] = ring.seal(STORY, "H1", "P1")
    with closing(KafkaLog(apart.broker)) as log:
        log.append([draft(registered()), draft(line)])
    return apart


def opened(apart: Apart) -> str | None:
    with (
        closing(KafkaLog(apart.broker, read_only=True)) as log,
        closing(KeyRing(apart.url, load_master_key(apart.master_key))) as ring,
    ):
        (record,) = log.home("H1", ["wakeful.check-ins"])
        return ring.open(orjson.loads(record.body)["data"]["reason"], "H1", "P1")


def test_a_rotated_master_key_opens_the_texts_and_the_old_one_none(told: Apart) -> None:
    before = told.master_key.read_bytes()
    result = wakeful("keys", "rotate", "--json")
    assert (result.exit_code, orjson.loads(result.stdout)["keys"]) == (0, 2)
    assert told.master_key.read_bytes() != before
    assert opened(told) == STORY


def test_a_destroyed_key_takes_the_texts_with_it_and_says_how_many(told: Apart) -> None:
    result = wakeful("keys", "destroy", "--placement", "P1", "--yes", "--json")
    assert orjson.loads(result.stdout) == {
        "facts": 1,
        "home_id": "H1",
        "placement_id": "P1",
        "standing": "destroyed",
    }
    assert opened(told) is None


def test_keys_move_out_of_one_database_and_into_another(
    told: Apart, tmp_path: Path, postgres_url: str
) -> None:
    file = tmp_path / "keys.json"
    assert wakeful("keys", "export", str(file), given=PASSPHRASE).exit_code == 0
    told.name("DATABASE_URL", postgres_url)
    told.name("MASTER_KEY_FILE", tmp_path / "another" / "master-key")
    told.master_key = tmp_path / "another" / "master-key"
    told.migrate()
    result = wakeful("keys", "import", str(file), "--json", given=PASSPHRASE)
    assert orjson.loads(result.stdout)["new"] == 1
    assert opened(told) == STORY


def test_keys_of_another_installation_are_refused_with_what_was_done_in_the_wrong_order(
    told: Apart, tmp_path: Path, postgres_url: str
) -> None:
    file = tmp_path / "keys.json"
    assert wakeful("keys", "export", str(file), given=PASSPHRASE).exit_code == 0
    told.name("DATABASE_URL", postgres_url)
    told.migrate()
    with closing(KeyRing(told.url, load_master_key(told.master_key))):
        pass
    result = wakeful("keys", "import", str(file), given=PASSPHRASE)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "a gateway was started, or plain texts were imported, before these came" in result.stderr
    assert "DROP SCHEMA keys CASCADE" in result.stderr
    assert result.stderr.count("\n") == 1
