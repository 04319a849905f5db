"""`wakeful up`: the whole system in one process. What it is made of is `services.up`'s."""

from typing import Annotated, Any, Final

import typer

from wakeful.cli.errors import Failure, say
from wakeful.cli.terminal import Data

ELSEWHERE: Final = (
    "WAKEFUL_KAFKA is set, and `wakeful up` is the embedded form: what it took would lie in a folder, not on the "
    "broker. Run `wakeful gateway` and `wakeful worker checks alerts`; or, for the folder, leave WAKEFUL_KAFKA out"
)


def up(
    sample: Annotated[
        bool, typer.Option("--sample", help="With sample homes, to look at: nobody real, and no real night.")
    ] = False,
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Where to listen (default: WAKEFUL_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Where to listen (default: WAKEFUL_PORT).")] = None,
) -> None:
    """Start the door, the watch and the pages, and run until told to stop."""
    from services.up import serve
    from shared.settings import Settings

    given: dict[str, Any] = {"data": data, "host": host, "port": port}
    settings = Settings.read(**{name: value for name, value in given.items() if value is not None})
    if settings.kafka is not None:
        raise Failure(ELSEWHERE)
    tell_of_unknown()
    if sample:
        from wakeful.cli.running.samplepast import begin_with_a_past

        begin_with_a_past(settings)
    serve(settings, sample=sample)


def tell_of_unknown() -> None:
    """Of variables that look like settings and are none."""
    from shared.settings import unknown

    for name, near in unknown():
        say(f"{name} is no setting, and changes nothing; {f'write {near}' if near else 'take it out'}")


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful up --sample")(up)
