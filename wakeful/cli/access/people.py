"""`wakeful people`: staff, managers, commissioners' people. Their names go into the people table, nowhere else."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wakeful.cli.access.scopes import (
    Commissioner,
    Everywhere,
    Homes,
    Provider,
    Rights,
    rights_named,
    scope_of,
)
from wakeful.cli.errors import UNREADABLE, Failure
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Data, Json, write_json, write_line, write_table

if TYPE_CHECKING:
    from shared.security.people import Person
    from shared.security.ways import Address
    from shared.settings import Settings
    from wakeful.cli.apart import Apart
    from wakeful.cli.folder import Folder

app = typer.Typer(name="people", help="People: add, list, reach, set-pin.", no_args_is_help=True)


@app.command(
    epilog="Example: wakeful people add S1 --name 'Sam Sample' --home H1 --right record --right read --pin"
)
def add(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="What events name them by.")],
    name: Annotated[str, typer.Option(help="Their name.")],
    right: Rights = None,
    provider: Provider = None,
    commissioner: Commissioner = None,
    home: Homes = None,
    everywhere: Everywhere = False,
    reach: Annotated[
        list[str] | None,
        typer.Option(metavar="CHANNEL:TO", help="How to reach them, best first; again for each."),
    ] = None,
    secrets: Annotated[
        bool,
        typer.Option(
            "--secrets",
            help="Ask for the secret of each --reach (or read a line for each from standard input); empty: none.",
        ),
    ] = False,
    pin: Annotated[
        bool, typer.Option("--pin", help="Ask for a PIN (or read it from standard input).")
    ] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Add somebody, or change who they are: all is replaced but the PIN."""
    from shared import clock
    from shared.security.people import Person

    scope = scope_of(provider, commissioner, home, everywhere)
    here = installation(data)
    ways = _ways(here.settings, reach or (), secrets)
    given = _pin() if pin else None
    kept = _kept(here, person_id, ways)
    person = Person(person_id, name, scope, rights_named(right), kept)
    with here.access() as access:
        try:
            access.put_person(person, clock.now(), pin=given)
        except ValueError as error:
            raise Failure(f"the PIN cannot be taken: {error}") from error
        tell(access.people.get(person_id) or person, json)


@app.command(name="list", epilog="Example: wakeful people list")
def show(json: Json = False, data: Data = None) -> None:
    """List everybody."""
    with installation(data).access() as access:
        everybody = [_shown(person) for person in access.people.all()]
    if json:
        write_json(everybody)
        return
    rows = [
        [
            each["id"],
            each["name"],
            each["where"],
            " ".join(each["rights"]),
            "yes" if each["has_pin"] else "no",
        ]
        for each in everybody
    ]
    write_table(["id", "name", "where", "rights", "PIN"], rows)


@app.command(name="set-pin", epilog="Example: wakeful people set-pin S1")
def set_pin(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="As `wakeful people list` shows it.")],
    json: Json = False,
    data: Data = None,
) -> None:
    """Give somebody a new PIN, asked for here or read from standard input. What they are signed in with ends."""
    from shared import clock

    with installation(data).access() as access:
        person = access.people.get(person_id)
        if person is None:
            raise Failure(f"nobody {person_id!r} is known; see `wakeful people list`")
        try:
            access.put_person(person, clock.now(), pin=_pin())
        except ValueError as error:
            raise Failure(f"the PIN cannot be taken: {error}") from error
        tell(access.people.get(person_id) or person, json)


def _pin() -> str:
    return asked("PIN", twice=True)


def asked(what: str, *, twice: bool) -> str:
    """A secret, without an echo. Never an argument: those stand in the shell's history and in the list of processes."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, default="", hide_input=True, confirmation_prompt=twice, err=True))
    return sys.stdin.readline().strip()


def _ways(settings: "Settings", reach: Sequence[str], secrets: bool) -> "list[Address]":
    """How to reach somebody, each looked at by its channel."""
    from services.pager.channels.all import make
    from shared.security.ways import Address

    channels = make(settings)
    ways = []
    for number, text in enumerate(reach, start=1):
        channel, colon, to = text.partition(":")
        if not (channel and colon and to):
            raise Failure(f"--reach {text!r}: write it like sms:+447700900123", UNREADABLE)
        secret = (asked(f"Secret of way {number} ({channel})", twice=False) or None) if secrets else None
        way = Address(channel, to, secret)
        wrong = channels.wrong(way)
        if wrong is not None:
            raise Failure(f"--reach {channel}:…, the address {wrong}", UNREADABLE)
        ways.append(way)
    return ways


def _kept(
    here: "Folder | Apart", person_id: str, ways: "Sequence[Address]"
) -> "tuple[Mapping[str, Any], ...]":
    """The same as they are kept; where there is anything to seal, with the keys of the installation."""
    from shared.security.ways import SHOWN, Ways

    if all(way.channel in SHOWN and way.secret is None for way in ways):
        return tuple({"channel": way.channel, "to": way.to} for way in ways)
    with here.ring(make=True) as ring:
        return Ways(ring.ways_key).kept(person_id, ways)


def _shown(person: "Person") -> dict[str, Any]:
    from shared.security.ways import shown

    scope = person.scope
    homes = None if scope.homes is None else sorted(scope.homes)
    where = (
        "everywhere"
        if scope.everywhere
        else " ".join(
            [*(each for each in (scope.provider_id, scope.commissioner_id) if each), *(homes or ())]
        )
    )
    return {
        "id": person.id,
        "name": person.name,
        "where": where,
        "provider_id": scope.provider_id,
        "commissioner_id": scope.commissioner_id,
        "homes": homes,
        "everywhere": scope.everywhere,
        "rights": sorted(person.rights),
        "reach": [shown(way) for way in person.reach],
        "active": person.active,
        "has_pin": person.has_pin,
    }


def tell(person: "Person", json: bool) -> None:
    """Who they are now, in a line or as JSON."""
    if json:
        write_json(_shown(person))
    else:
        write_line(
            f"{person.id}: {'with' if person.has_pin else 'without'} a PIN, {' '.join(sorted(person.rights))}"
        )
