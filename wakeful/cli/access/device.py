"""`wakeful device`: how a phone or tablet comes to belong to a home."""

from typing import TYPE_CHECKING, Annotated

import typer

from wakeful.cli.access.token import duration
from wakeful.cli.errors import say
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Data, Json, write_json, write_line

if TYPE_CHECKING:
    from wakeful.cli.installation import Installation

app = typer.Typer(name="device", help="Devices: a code to enrol one.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Devices of a home."""


@app.command(name="enrol-code", epilog="Example: wakeful device enrol-code H1")
def enrol_code(
    home: Annotated[str, typer.Argument(metavar="HOME", help="The home that the device will belong to.")],
    life: Annotated[
        str | None, typer.Option(metavar="DURATION", help="How long the code is good (default: PT1H).")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Make a code with which one device enrols in a home, once. It is shown once."""
    from shared import clock
    from shared.instants import show_instant
    from shared.security.access import CODE_LIFE

    here, length, now = installation(data), duration(life, CODE_LIFE), clock.now()
    if not here.has_log or not _known(here, home):
        say(f"home {home} is not registered yet; mind the spelling, or register it before the device is used")
    with here.access() as access:
        code = access.new_code(home, now, life=length)
    until = show_instant(now + length)
    if json:
        write_json({"home_id": home, "code": code, "valid_until": until})
        return
    say(f"a code for one device of home {home}, good until {until}; it is not shown again:")
    write_line(code)


def _known(here: "Installation", home_id: str) -> bool:
    from shared.topics import PLAN_CHANGES

    with here.reading_log() as log:
        return any(b'"home.registered.' in record.body for record in log.home(home_id, [PLAN_CHANGES]))
