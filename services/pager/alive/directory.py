"""Everybody who can be told that nobody watches: whoever runs the system, and each home's own contacts. Pure.

A home's own are its policy's last resort, and the home's own phone (the person `home:<home_id>`): it must watch by
itself now.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.pager.alive.whom import Contact
from services.pager.channels.base import Address
from services.pager.oncall import home_phone
from shared.security.people import Person
from shared.security.rights import Right


@dataclass(frozen=True, slots=True)
class HomeContacts:
    """What is asked of a home."""

    home_id: str
    zone: str
    last_resort: str | None


def contacts(
    people: Iterable[Person],
    homes: Iterable[HomeContacts],
    ways_of: Callable[[Person], tuple[Address, ...]],
) -> Mapping[str, Contact]:
    """By their ids. Whoever cannot be reached, or is not active, is left out."""
    theirs: dict[str, list[HomeContacts]] = {}
    for home in homes:
        theirs.setdefault(home_phone(home.home_id), []).append(home)
        if home.last_resort is not None:
            theirs.setdefault(home.last_resort, []).append(home)
    found = (_contact(person, theirs.get(person.id, []), ways_of) for person in people)
    return {contact.person_id: contact for contact in found if contact is not None}


def _contact(
    person: Person, homes: list[HomeContacts], ways_of: Callable[[Person], tuple[Address, ...]]
) -> Contact | None:
    runs_it = Right.ADMIN in person.rights
    if not (person.active and (runs_it or homes) and (ways := ways_of(person))):
        return None
    zones = {home.zone for home in homes}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    return Contact(person.id, ways, runs_it, frozenset(home.home_id for home in homes), zone)
