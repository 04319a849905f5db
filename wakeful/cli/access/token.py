"""`wakeful token`: what software, and people at a screen, come in with. A secret is shown once, and never again."""

from typing import TYPE_CHECKING, Annotated

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
from wakeful.cli.errors import UNREADABLE, Failure, say
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Data, Json, write_json, write_line, write_table

if TYPE_CHECKING:
    from shared.security.access import Access
    from shared.security.tokens import Issued

app = typer.Typer(name="token", help="Tokens: make, list, revoke.", no_args_is_help=True)


@app.command(epilog="Example: wakeful token make rota-system --provider PR1 --right record --right read")
def make(
    name: Annotated[str, typer.Argument(help="The software's name; with --person, the person's id.")],
    person: Annotated[
        bool,
        typer.Option("--person", help="For somebody known, at a screen: with their own rights and homes."),
    ] = False,
    right: Rights = None,
    provider: Provider = None,
    commissioner: Commissioner = None,
    home: Homes = None,
    everywhere: Everywhere = False,
    life: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="How long it is good (default: P365D; a person's: PT14H)."),
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Make a token. It is shown once."""
    from shared import clock
    from shared.instants import DAY, HOUR, show_instant

    length = duration(life, 14 * HOUR if person else 365 * DAY)
    with installation(data).access() as access:
        if person:
            issued = _for_person(access, name, clock.now(), length)
        else:
            rights, scope = rights_named(right), scope_of(provider, commissioner, home, everywhere)
            issued = access.tokens.issue_system(name, rights, scope, clock.now(), life=length)
    until = show_instant(issued.token.valid_until)
    if json:
        write_json({"id": issued.token.id, "holder": name, "token": issued.secret, "valid_until": until})
        return
    say(f"token {issued.token.id} of {name}, good until {until}; it is not shown again:")
    write_line(issued.secret)


def _for_person(access: "Access", person_id: str, at: int, life: int) -> "Issued":
    found = access.people.get(person_id)
    if found is None or not found.active:
        raise Failure(f"nobody {person_id!r} is known, or they are not active; see `wakeful people list`")
    return access.tokens.issue_person(person_id, found.rights, found.scope, at, life=life)


@app.command(name="list", epilog="Example: wakeful token list --json")
def show(json: Json = False, data: Data = None) -> None:
    """List the tokens that there are, without their secrets."""
    from shared import clock
    from shared.instants import show_instant

    now = clock.now()
    with installation(data).access() as access:
        rows = [
            {
                "id": token.id,
                "kind": token.kind.value,
                "holder": token.actor.id,
                "rights": sorted(token.actor.rights),
                "standing": token.standing(now).value,
                "valid_until": show_instant(token.valid_until),
            }
            for token in access.tokens.all()
        ]
    if json:
        write_json(rows)
        return
    shown = [
        [*(str(row[name]) for name in ("id", "kind", "holder")), " ".join(row["rights"])] for row in rows
    ]
    ends = [[str(row["standing"]), str(row["valid_until"])] for row in rows]
    headings = ["id", "kind", "holder", "rights", "standing", "valid until"]
    write_table(headings, [first + last for first, last in zip(shown, ends, strict=True)])


@app.command(epilog="Example: wakeful token revoke 3f9c2a7be01d4c55")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `wakeful token list` shows it.")],
    json: Json = False,
    data: Data = None,
) -> None:
    """End a token, and what was issued on it; who runs knows within two seconds."""
    from shared import clock

    with installation(data).access() as access:
        if not access.tokens.revoke(token_id, clock.now()):
            raise Failure(f"no token {token_id!r} that has not ended; see `wakeful token list`")
    if json:
        write_json({"id": token_id, "standing": "revoked"})
    else:
        write_line(f"token {token_id}: revoked")


def duration(text: str | None, otherwise: int) -> int:
    """Milliseconds of an option's text. Raises Failure."""
    from shared.instants import parse_duration

    try:
        length = otherwise if text is None else parse_duration(text)
    except ValueError as error:
        raise Failure(f"--life: {error}", UNREADABLE) from error
    if length <= 0:
        raise Failure(f"--life: {text!r} is no time at all; write it like P365D or PT1H", UNREADABLE)
    return length
