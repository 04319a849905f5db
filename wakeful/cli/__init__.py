"""The command `wakeful`: one module a command, in rooms by what a person does. Here they are put together, and what may
go wrong is told in one line. What all rooms stand on lies beside them: which installation a command is about
(`installation`: a `folder`, or `apart`, a broker and a database), the `terminal`, and `errors`.

Whatever is heavy is imported inside a command, so that `wakeful --help` answers at once. No rule lives here, and no
command does anything that a service does not do.
"""

import typer

from wakeful.cli.access import device, people, reach, token
from wakeful.cli.demo import demo
from wakeful.cli.errors import ErrorsInOneLine
from wakeful.cli.health import doctor, version
from wakeful.cli.keeping import backup, keys, rebuild, restore, snapshot
from wakeful.cli.moving import export, importing
from wakeful.cli.paging import oncall, page
from wakeful.cli.proving import audit, replay
from wakeful.cli.running import gateway, migrate, topics, up, worker

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
