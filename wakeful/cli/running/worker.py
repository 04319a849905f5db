"""`wakeful worker`: services that watch, over a broker. What it is made of is `services.worker`'s."""

from typing import Annotated, Any

import typer

from wakeful.cli.errors import UNREADABLE, Failure


def worker(
    services: Annotated[
        list[str],
        typer.Argument(metavar="SERVICE…", help="Which: checks, cover, reviews, integrity, alerts."),
    ],
    host: Annotated[
        str | None, typer.Option(help="Where to answer for its health (default: WAKEFUL_HOST).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Where to answer for its health (default: WAKEFUL_PORT).")
    ] = None,
) -> None:
    """Run services over the home-partitions that fall to this process, until told to stop. Any number may run of each:
    what one owns, the others take over within seconds when it is gone."""
    from services.monitors import SERVICES
    from services.worker import serve
    from shared.settings import Settings
    from wakeful.cli.running.up import tell_of_unknown

    unknown = [name for name in services if name not in SERVICES]
    if unknown:
        raise Failure(f"there is no service {unknown[0]!r}; write some of {', '.join(SERVICES)}", UNREADABLE)
    given: dict[str, Any] = {"host": host, "port": port}
    settings = Settings.read(**{name: value for name, value in given.items() if value is not None})
    tell_of_unknown()
    serve(settings, [SERVICES[name] for name in dict.fromkeys(services)])


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    app.command(epilog="Example: wakeful worker checks cover alerts --port 8001")(worker)
