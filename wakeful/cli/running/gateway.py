"""`wakeful gateway`: the door and the pages over a broker. What it is made of is `services.gate`'s."""

from typing import Annotated, Any

import typer


def gateway(
    host: Annotated[str | None, typer.Option(help="Where to listen (default: WAKEFUL_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Where to listen (default: WAKEFUL_PORT).")] = None,
) -> None:
    """Start the door and the pages over the broker at WAKEFUL_KAFKA, and run until told to stop."""
    from services.gate import serve
    from shared.settings import Settings
    from wakeful.cli.running.up import tell_of_unknown

    given: dict[str, Any] = {"host": host, "port": port}
    settings = Settings.read(**{name: value for name, value in given.items() if value is not None})
    tell_of_unknown()
    serve(settings)


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful gateway --port 8000")(gateway)
