"""One way of reaching somebody is written down, changed, taken away; its secret goes in and never comes out."""

from collections.abc import Iterator
from contextlib import closing

import orjson
import pytest

from shared.security.access import Access
from shared.security.keys import KeyRing, load_master_key
from shared.security.ways import Address, Ways
from tests.integration.cli.house import House
from tests.unit.cli.story import wakeful

SAM = ("people", "add", "S1", "--name", "Sam Sample", "--home", "H1", "--right", "record")
HOOK = ("people", "reach", "S1", "webhook", "https://desk.example/hook")
SMS = ("people", "reach", "S1", "sms", "+44 7700 900123")
SIGNING = "whsec_" + "c2FtcGxl" * 4


@pytest.fixture
def access(house: House) -> Iterator[Access]:
    """What the door would open."""
    house.folder.mkdir(mode=0o700)
    with closing(Access.open(house.folder / "access.sqlite3")) as opened:
        assert wakeful(*SAM).exit_code == 0
        yield opened


def known(house: House, access: Access) -> list[tuple[str, str | None]]:
    """The channels by which S1 is reached, best first, each with its secret."""
    access.people.forget()
    person = access.people.get("S1")
    assert person is not None
    with closing(KeyRing(house.folder / "keys.sqlite3", load_master_key(house.master_key))) as keys:
        ways: tuple[Address, ...] = Ways(keys.ways_key).opened("S1", person.reach)
    return [(way.channel, way.secret) for way in ways]


def test_a_way_is_written_down_with_a_secret_that_is_never_shown(house: House, access: Access) -> None:
    assert wakeful(*SMS).exit_code == 0
    made = wakeful(*HOOK, "--secret", "--first", given=f"{SIGNING}\n".encode())
    assert made.exit_code == 0, made.stderr
    listed = wakeful("people", "list", "--json").stdout
    assert SIGNING not in made.stdout + made.stderr + listed
    assert [way["channel"] for way in orjson.loads(listed)[0]["reach"]] == ["webhook", "sms"]
    assert known(house, access) == [("webhook", SIGNING), ("sms", None)]


def test_a_secret_stays_when_the_rest_is_changed_and_goes_with_its_way(house: House, access: Access) -> None:
    wakeful(*HOOK, "--secret", given=f"{SIGNING}\n".encode())
    wakeful(*SMS)
    assert wakeful(*HOOK).exit_code == 0
    assert known(house, access) == [("webhook", SIGNING), ("sms", None)]
    assert wakeful(*SMS, "--first").exit_code == 0
    assert known(house, access) == [("sms", None), ("webhook", SIGNING)]
    assert wakeful(*HOOK, "--remove").exit_code == 0
    assert known(house, access) == [("sms", None)]
    assert wakeful(*HOOK, "--remove").exit_code == 1


def test_a_way_that_cannot_work_is_refused(access: Access) -> None:
    for words in (
        HOOK,
        ("people", "reach", "S1", "pigeon", "roof"),
        ("people", "reach", "S1", "sms", "soon"),
        (*SMS, "--option", "nonsense"),
        (*SMS, "--option", "colour=red"),
    ):
        refused = wakeful(*words)
        assert (refused.exit_code, bool(refused.stderr)) == (2, True), words
    assert wakeful("people", "reach", "S2", "sms", "+44 7700 900123").exit_code == 1
