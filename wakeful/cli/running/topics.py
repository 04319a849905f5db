"""`wakeful topics`: the broker's topics: made, checked, and sealed after an import."""

from typing import TYPE_CHECKING, Annotated

import typer

from wakeful.cli.errors import Failure, say
from wakeful.cli.folder import Folder
from wakeful.cli.installation import installation
from wakeful.cli.terminal import Json, write_json, write_line

if TYPE_CHECKING:
    from shared.log.kafka.connection import Broker

app = typer.Typer(name="topics", help="The broker's topics: make, check, seal.", no_args_is_help=True)


@app.command(epilog="Example: wakeful topics make")
def make(
    importing: Annotated[
        bool,
        typer.Option("--import", help="For a history to be imported: what is written brings its own times."),
    ] = False,
    json: Json = False,
) -> None:
    """Make the topics that are not there. Those that are stay as they are: see `wakeful topics check`."""
    from shared.log.kafka import topics

    made = topics.make(_broker(), importing)
    if json:
        write_json({"made": made})
        return
    for name in made:
        write_line(f"made: {name}")
    write_line(f"{len(made)} made" + ("; import, then: wakeful topics seal" if importing else ""))


@app.command(epilog="Example: wakeful topics check")
def check(json: Json = False) -> None:
    """Whether every topic is what it has to be. What is not is told with the command that mends it; exit code 1."""
    from shared.log.kafka import topics

    wrong = topics.check(_broker())
    if json:
        write_json({"wrong": [each._asdict() for each in wrong]})
    else:
        for each in wrong:
            say(each)
    if wrong:
        raise Failure(f"{len(wrong)} settings of topics are not what they have to be")
    if not json:
        write_line("every topic is what it has to be")


@app.command(epilog="Example: wakeful topics seal")
def seal(json: Json = False) -> None:
    """From now on the broker stamps what is appended. Until then gateway and workers do not start."""
    from shared.log.kafka import importing, topics

    broker = _broker()
    importing.refuse_part(broker)
    sealed = topics.seal(broker)
    if json:
        write_json({"sealed": sealed})
        return
    write_line(f"{len(sealed)} sealed" if sealed else "every topic was sealed already")


def _broker() -> "Broker":
    from shared.settings import SettingsWrong

    here = installation(None)
    if isinstance(here, Folder):
        raise SettingsWrong("WAKEFUL_KAFKA is not set: write the broker's address, like kafka:9092")
    return here.broker
