"""The pages that a reader may go to from every page: where they are, and what they are called."""

from typing import NamedTuple

from shared.security.rights import Actor, Right


class Place(NamedTuple):
    """One of them."""

    path: str
    name: str


def places_of(reader: Actor) -> tuple[Place, ...]:
    """Those of this reader, in order."""
    found = []
    if Right.READ in reader.rights:
        found.append(Place("/", "Feed"))
    if reader.scope.commissioner_id is None and not reader.rights.isdisjoint({Right.READ, Right.MANAGE}):
        found.append(Place("/on-call", "On call"))
    if Right.ADMIN in reader.rights:
        found.append(Place("/operations", "Operations"))
    return tuple(found)
