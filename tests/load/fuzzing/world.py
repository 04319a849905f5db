"""What the generated requests are sent into: homes and children of a sample provider, and callers of every kind."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx

from shared.clock import now
from shared.instants import DAY, SECOND, show_instant
from shared.security.access import Access
from shared.security.people import Person
from shared.security.rights import Right, Scope
from shared.security.tokens import Issued
from tests.integration.house.serving import ACTOR, PROVIDER

HOMES: Final = ("sample-fuzz-1", "sample-fuzz-2")
AUTHORITY: Final = "sample-authority"
OFFICER: Final = "sample-officer"
ALL: Final = frozenset(Right) - {Right.ADMIN}

Headers = dict[str, str]


def children(home: str) -> list[str]:
    return [f"{home}-child-{number}" for number in range(3)]


def _place(home: str, child: str) -> dict[str, str]:
    return {
        "homeid": home,
        "home_id": home,
        "home": home,
        "placement_id": child,
        "placement": child,
        "actor": ACTOR,
        "approver": "sample-approver",
        "provider_id": PROVIDER,
        "commissioner_id": AUTHORITY,
        "time_zone": "Europe/London",
        "room": "R1",
        "person_id": "sample-other",
        "staff_id": ACTOR,
        "by": ACTOR,
        "check_id": f"start-{child}",
    }


PLACES: Final = [_place(home, child) for home in HOMES for child in children(home)]
"""By the name of a field, what exists: for each child."""


def settle(client: httpx.Client) -> None:
    """The homes and their children, by the door."""
    for home in HOMES:
        data = {"home_id": home, "provider_id": PROVIDER, "time_zone": "Europe/London", "rooms": ["R1", "R2"]}
        purpose = {"waking_staff": 2, "sleep_in_staff": 1}
        _put(client, "homes", home, "home.registered.v1", home, {**data, "statement_of_purpose": purpose})
        for child in children(home):
            stay = {"placement_id": child, "home_id": home, "commissioner_id": AUTHORITY, "room": "R1"}
            start = {**stay, "emergency": False, "suicide_risk": True}
            _put(client, "placements", home, "placement.started.v1", child, start)


def _put(
    client: httpx.Client, family: str, home: str, type_: str, subject: str, data: dict[str, Any]
) -> None:
    at = show_instant(now())
    told = {"type": type_, "subject": subject, "time": at, "enteredat": at, "homeid": home, "actor": ACTOR}
    client.put(f"/{family}/start-{subject}", json={**told, "data": data}).raise_for_status()


def callers(folder: Path, of_a_kind: int = 12) -> dict[str, list[Headers]]:
    """The headers of callers of every kind, made as `wakeful token` makes them, beside the running house. Several of
    a kind: no one token may have all of the door."""
    access, at = Access.open(folder / "access.sqlite3"), now()
    homes, authority = Scope(provider_id=PROVIDER), Scope(commissioner_id=AUTHORITY)
    try:
        _people(access, homes, authority, at)
        made = [_one_of_each(access, homes, authority, number, at) for number in range(of_a_kind)]
        return {kind: [each[kind] for each in made] for kind in made[0]}
    finally:
        access.close()


def _one_of_each(access: Access, homes: Scope, authority: Scope, number: int, at: int) -> dict[str, Headers]:
    system, person = access.tokens.issue_system, access.tokens.issue_person
    everywhere, one = Scope(everywhere=True), Scope(PROVIDER, None, frozenset(HOMES[:1]))
    device, worker = _device(access, number, at)
    return {
        "system": _bearing(system("sample-system", ALL, homes, at)),
        "system of one home": _bearing(system("sample-one", ALL, one, at)),
        "reader": _bearing(system("sample-reader", frozenset({Right.READ}), homes, at)),
        "manager": _bearing(person("sample-manager", ALL, homes, at)),
        "officer": _bearing(person(OFFICER, ALL, authority, at)),
        "authority's system": _bearing(system("sample-authority", ALL, authority, at)),
        "whoever runs it": _bearing(person("sample-admin", frozenset(Right), everywhere, at)),
        "worker": {**_bearing(device), "Wakeful-Worker": worker.secret},
        "device": _bearing(device),
        "expired": _bearing(system("sample-old", frozenset(Right), everywhere, at - 800 * DAY)),
        "nobody": {},
    }


def _people(access: Access, homes: Scope, authority: Scope, at: int) -> None:
    access.put_person(Person("sample-approver", "Sample approver (invented)", homes, ALL), at, pin="4826")
    access.put_person(Person(OFFICER, "Sample officer (invented)", authority, ALL), at)


def _device(access: Access, number: int, at: int) -> tuple[Issued, Issued]:
    """A device of the first home, and a worker who is signed in on it."""
    device = access.enrol(access.new_code(HOMES[0], at), f"sample-device-{number}", at)
    assert device is not None
    return device, access.tokens.issue_worker(ACTOR, ALL, device.token, at)


SAYS: Final[dict[str, dict[str, str | None]]] = {
    "manager": {"actor": None},
    "officer": {"actor": None},
    "whoever runs it": {"actor": None},
    "worker": {"actor": None, "homeid": None},
    "authority's system": {"actor": OFFICER},
}
"""What callers say of themselves in a fact, other than that its home's worker says it; None: the token says it."""


def _bearing(issued: Issued) -> Headers:
    return {"Authorization": f"Bearer {issued.secret}"}


def instants(seed: int) -> Iterator[str]:
    """Instants of the last hour, and now and then of the next minutes."""
    draw = random.Random(seed)
    while True:
        yield show_instant(now() + draw.randrange(-3600, 120) * SECOND)
