"""Who can be told that nobody watches: whoever runs the system, each home's last resort, and the home's own phone."""

from services.pager.alive.directory import HomeContacts, contacts
from services.pager.channels.base import Address
from shared.security.people import Person
from shared.security.rights import Right, Scope

EVERYWHERE = Scope(everywhere=True)
SMS = ({"channel": "sms", "to": "+447700900123"},)
HOMES = (HomeContacts("H1", "Europe/London", "S1"), HomeContacts("H2", "Europe/London", None))


def ways_of(person: Person) -> tuple[Address, ...]:
    return tuple(Address(way["channel"], way["to"]) for way in person.reach)


def somebody(
    person_id: str, *rights: Right, reach: tuple[dict[str, str], ...] = SMS, active: bool = True
) -> Person:
    return Person(person_id, "Nobody Real", EVERYWHERE, frozenset(rights), reach, active)


def test_operations_and_the_homes_own_are_known_each_once() -> None:
    people = (somebody("OP", Right.ADMIN), somebody("S1"), somebody("home:H2"), somebody("S9", Right.MANAGE))
    known = contacts(people, HOMES, ways_of)
    assert {person: (each.operations, sorted(each.homes)) for person, each in known.items()} == {
        "OP": (True, []),
        "S1": (False, ["H1"]),
        "home:H2": (False, ["H2"]),
    }
    assert (known["S1"].zone, known["OP"].zone) == ("Europe/London", "UTC")


def test_whoever_cannot_be_reached_or_is_not_active_is_left_out() -> None:
    people = (somebody("OP", Right.ADMIN, reach=()), somebody("S1", active=False))
    assert contacts(people, HOMES, ways_of) == {}
