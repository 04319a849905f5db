"""Tokens, people and devices: what the command makes is what the door takes; a secret is shown once."""

from collections.abc import Iterator

import orjson
import pytest

from shared import clock
from shared.instants import HOUR, parse_instant
from shared.security.access import Access
from shared.security.rights import HomeRef, Right
from shared.security.tokens import Standing
from tests.integration.cli.house import House
from tests.unit.cli.story import night, wakeful

SAM = ("people", "add", "S1", "--name", "Sam Sample", "--home", "H1", "--right", "record", "--right", "read")


@pytest.fixture
def access(house: House) -> Iterator[Access]:
    """What the door would open."""
    house.folder.mkdir(mode=0o700)
    opened = Access.open(house.folder / "access.sqlite3")
    yield opened
    opened.close()


def test_a_token_for_software_is_made_shown_once_and_good(house: House, access: Access) -> None:
    made = wakeful("token", "make", "rota", "--provider", "PR1", "--right", "read")
    assert made.exit_code == 0
    secret = made.stdout.strip()
    assert secret.startswith("wakeful_system_")
    assert secret not in made.stderr
    assert "not shown again" in made.stderr
    token = access.tokens.find(secret)
    assert token is not None
    assert token.actor.may(Right.READ, HomeRef("H1", "PR1"))
    assert not token.actor.may(Right.RECORD, HomeRef("H1", "PR1"))
    listed = wakeful("token", "list", "--json").stdout
    assert secret not in listed
    assert [(each["holder"], each["standing"]) for each in orjson.loads(listed)] == [("rota", "good")]
    assert "rota" in wakeful("token", "list").stdout


def test_a_token_that_is_revoked_is_worth_nothing(house: House, access: Access) -> None:
    made = orjson.loads(wakeful("token", "make", "rota", "--everywhere", "--right", "admin", "--json").stdout)
    assert wakeful("token", "revoke", made["id"]).exit_code == 0
    token = access.tokens.find(made["token"])
    assert token is not None
    assert token.standing(clock.now()) is Standing.REVOKED
    again = wakeful("token", "revoke", made["id"])
    assert again.exit_code == 1
    assert "see `wakeful token list`" in again.stderr


def test_a_token_lives_as_long_as_is_said(house: House) -> None:
    made = wakeful("token", "make", "rota", "--home", "H1", "--right", "read", "--life", "PT1H", "--json")
    until = parse_instant(orjson.loads(made.stdout)["valid_until"])
    assert 0 <= clock.now() + HOUR - until < HOUR


def test_a_persons_token_has_their_own_rights_and_homes(house: House, access: Access) -> None:
    assert wakeful(*SAM).exit_code == 0
    token = access.tokens.find(wakeful("token", "make", "S1", "--person").stdout.strip())
    assert token is not None
    assert (token.actor.id, token.actor.rights) == ("S1", frozenset({Right.RECORD, Right.READ}))
    assert token.actor.scope.homes == frozenset({"H1"})
    assert "nobody 'S2' is known" in wakeful("token", "make", "S2", "--person").stderr


WRONG = [
    (["--provider", "PR1"], "no --right is given"),
    (["--provider", "PR1", "--right", "fly"], "'fly' is not a right"),
    (["--right", "read"], "give --provider"),
    (["--right", "read", "--everywhere", "--home", "H1"], "or else --everywhere"),
    (["--right", "read", "--provider", "PR1", "--commissioner", "C1"], "not both"),
    (["--right", "read", "--home", "H1", "--life", "soon"], "--life: 'soon'"),
    (["--right", "read", "--home", "H1", "--life", "PT0S"], "no time at all"),
]


@pytest.mark.parametrize(("options", "why"), WRONG)
def test_a_token_that_makes_no_sense_is_refused(house: House, options: list[str], why: str) -> None:
    result = wakeful("token", "make", "rota", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_person_is_added_with_a_pin_that_lets_them_in(house: House, access: Access) -> None:
    result = wakeful(*SAM, "--reach", "sms:+447700900123", "--pin", given=b"2749\n")
    assert result.exit_code == 0
    assert "2749" not in result.output
    person = access.people.get("S1")
    assert person is not None
    assert (person.name, person.has_pin, person.reach) == (
        "Sam Sample",
        True,
        ({"channel": "sms", "to": "+447700900123"},),
    )
    code = wakeful("device", "enrol-code", "H1").stdout.strip()
    device = access.enrol(code, "tablet", clock.now())
    assert device is not None
    assert access.sign_in(device.token, HomeRef("H1", "PR1"), "S1", "2749", clock.now())


def test_a_new_pin_takes_the_place_of_the_old_one(house: House, access: Access) -> None:
    wakeful(*SAM, "--pin", given=b"2749\n")
    old = access.people.pin_hash("S1")
    assert wakeful("people", "set-pin", "S1", given=b"8305\n").exit_code == 0
    assert access.people.pin_hash("S1") not in (old, None)


def test_a_weak_pin_is_refused_with_the_reason_and_never_repeated(house: House) -> None:
    result = wakeful(*SAM, "--pin", given=b"1234\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the first that anybody would try" in result.stderr
    assert "1234" not in result.stderr
    assert orjson.loads(wakeful("people", "list", "--json").stdout) == []


def test_people_are_listed(house: House) -> None:
    wakeful(*SAM)
    (row,) = orjson.loads(wakeful("people", "list", "--json").stdout)
    assert (row["id"], row["homes"], row["rights"], row["has_pin"]) == (
        "S1",
        ["H1"],
        ["read", "record"],
        False,
    )
    assert "Sam Sample" in wakeful("people", "list").stdout


def test_a_pin_for_nobody_is_refused(house: House) -> None:
    result = wakeful("people", "set-pin", "S9", given=b"2749\n")
    assert result.exit_code == 1
    assert "nobody 'S9' is known" in result.stderr


def test_a_way_to_be_reached_is_a_channel_and_where_to(house: House) -> None:
    result = wakeful(*SAM, "--reach", "pigeon")
    assert result.exit_code == 2
    assert "write it like sms:+44" in result.stderr


def test_a_code_enrols_one_device_once(house: House, access: Access) -> None:
    made = orjson.loads(wakeful("device", "enrol-code", "H1", "--json").stdout)
    assert access.enrol(made["code"], "one", clock.now()) is not None
    assert access.enrol(made["code"], "two", clock.now()) is None


def test_a_home_that_is_not_registered_yet_is_told(house: House) -> None:
    assert "home H9 is not registered yet" in wakeful("device", "enrol-code", "H9").stderr
    house.live(night())
    assert "home H9 is not registered yet" in wakeful("device", "enrol-code", "H9").stderr
    assert "not registered" not in wakeful("device", "enrol-code", "H1").stderr


def test_a_folder_that_is_made_is_for_nobody_else(house: House) -> None:
    wakeful("token", "list")
    assert house.folder.stat().st_mode & 0o777 == 0o700


def test_a_way_that_opens_something_is_asked_for_its_secret_and_kept_sealed(
    house: House, access: Access
) -> None:
    key = "0123456789abcdef0123456789abcdef"
    made = wakeful(
        *SAM,
        "--reach",
        "sms:+447700900123",
        "--reach",
        "pagerduty:default",
        "--secrets",
        given=f"\n{key}\n".encode(),
    )
    assert made.exit_code == 0
    person = access.people.get("S1")
    assert person is not None
    assert [each.get("secret") for each in person.reach] == [None, "set"]
    shown = wakeful("people", "list", "--json").stdout
    assert key not in shown
    assert [each["secret"] for each in orjson.loads(shown)[0]["reach"][1:]] == ["set"]
    assert all(key.encode() not in file.read_bytes() for file in house.folder.iterdir())
    for wrong in ("pagerduty:default", "pigeon:loft", "webhook:http://receiver.example"):
        refused = wakeful(*SAM, "--reach", wrong)
        assert refused.exit_code != 0
        assert "Traceback" not in refused.stderr
