"""`wakeful people reach`: one way of reaching somebody is written down, changed or taken away; the others stay."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from wakeful.cli.access.people import asked, tell
from wakeful.cli.errors import UNREADABLE, Failure
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Data, Json

if TYPE_CHECKING:
    from shared.security.ways import Address
    from shared.settings import Settings

T = TypeVar("T")


def reach(
    person_id: Annotated[str, typer.Argument(metavar="ID", help="As `wakeful people list` shows it.")],
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="webhook, ntfy, email, sms, voice …")],
    to: Annotated[str, typer.Argument(metavar="TO", help="The whole address, as the channel has it.")],
    secret: Annotated[
        bool,
        typer.Option("--secret", help="Ask for its secret (or read it from standard input); empty: none."),
    ] = False,
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="As the channel has it; again for each.")
    ] = None,
    first: Annotated[bool, typer.Option("--first", help="Before all others: the best way.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="They are not reached there any more.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Write down a way of reaching somebody, change it, or take it away; the others stay. A secret is sealed, stays
    unless another is given, and is never shown again. `wakeful page test` shows whether it works."""
    from shared import clock
    from shared.security.ways import Address, Ways

    here = installation(data)
    given = (asked("Secret", twice=False) or None) if secret else None
    with here.access() as access, here.ring(make=True) as ring:
        person = access.people.get(person_id)
        if person is None:
            raise Failure(f"nobody {person_id!r} is known; see `wakeful people list`")
        ways = Ways(ring.ways_key)
        known = ways.opened(person_id, person.reach)
        place = next((at for at, way in enumerate(known) if (way.channel, way.to) == (channel, to)), None)
        if remove and place is None:
            raise Failure(f"{person_id} is not reached there; see `wakeful people list --json`")
        kept = known[place].secret if place is not None and not secret else given
        way = Address(channel, to, kept, dict(map(_option, option or ())))
        if not remove:
            _refuse(here.settings, way)
        wanted = _with(known, place, [] if remove else [way], first=first)
        access.put_person(replace(person, reach=ways.kept(person_id, wanted)), clock.now())
        tell(access.people.get(person_id) or person, json)


def _with(known: Sequence[T], place: int | None, mine: Sequence[T], *, first: bool) -> list[T]:
    """A way that is known stays where it stood; a new one comes last."""
    others = [way for at, way in enumerate(known) if at != place]
    at = 0 if first else len(others) if place is None else place
    return [*others[:at], *mine, *others[at:]]


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise Failure(f"--option {text!r}: write it like NAME=value", UNREADABLE)
    return name, value


def _refuse(settings: "Settings", way: "Address") -> None:
    """Raises Failure for a way that cannot work."""
    from services.pager.channels.all import make

    wrong = make(settings).wrong(way)
    if wrong is not None:
        raise Failure(f"the address {wrong}", UNREADABLE)


def add_to(app: typer.Typer) -> None:
    """Make it a command of `wakeful people`."""
    app.command(epilog="Example: wakeful people reach S1 webhook https://desk.example/wakeful --secret")(
        reach
    )
