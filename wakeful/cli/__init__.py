"""The command `wakeful`: one module a command. Here they are put together, and what may go wrong is told in one line.

Whatever is heavy is imported inside a command, so that `wakeful --help` answers at once. No rule lives here, and no
command does anything that a service does not do.
"""

import typer

from wakeful.cli import (
    audit,
    backup,
    demo,
    device,
    doctor,
    export,
    gateway,
    importing,
    keys,
    migrate,
    oncall,
    page,
    people,
    reach,
    rebuild,
    replay,
    restore,
    snapshot,
    token,
    topics,
    up,
    version,
    worker,
)
from wakeful.cli.errors import ErrorsInOneLine

app = typer.Typer(
    name="wakeful",
    cls=ErrorsInOneLine,
    help="Watches over children in residential homes at night.",
    epilog="Example: wakeful up",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (
    up,
    gateway,
    worker,
    migrate,
    demo,
    replay,
    export,
    importing,
    audit,
    rebuild,
    snapshot,
    backup,
    restore,
    oncall,
    doctor,
    version,
):
    command.add_to(app)
reach.add_to(people.app)
for group in (token, people, device, page, keys, topics):
    app.add_typer(group.app)


def main() -> None:
    """Run the command of this process's arguments."""
    app()
