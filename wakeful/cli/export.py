"""`wakeful export`: the facts of the log as lines that `wakeful replay` reads. The log is only read, also while
`wakeful up` runs.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import orjson
import typer

from shared.durable import written
from wakeful.cli.errors import WRONG, say
from wakeful.cli.folder import reading_log, settings_of
from wakeful.cli.terminal import Data, progress

if TYPE_CHECKING:
    from shared.log.base import Log, Record
    from shared.settings import Settings

_LIMIT = 1000


def export(
    home: Annotated[str | None, typer.Option(metavar="HOME", help="Only this home.")] = None,
    open_texts: Annotated[
        bool, typer.Option("--open", help="With free texts in plain: they tell children's stories.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write here (default: standard output)."),
    ] = None,
    data: Data = None,
) -> None:
    """Write the facts of the log, in its order, as JSON lines."""
    settings = settings_of(data)
    with ExitStack() as stack:
        log = stack.enter_context(reading_log(settings.data))
        opening = Opening(settings, stack) if open_texts else None
        out = stack.enter_context(_written(output))
        reached = stack.enter_context(progress("exporting", log.end()))
        for record in facts_of(log, home):
            out.write(line_of(record, record.body if opening is None else opening.body(record)))
            reached(record.position)
    if opening is not None and opening.failed:
        raise typer.Exit(WRONG)


def facts_of(log: "Log", home: str | None = None) -> Iterator["Record"]:
    """The records of the input topics that are in the log now, and of the swaps of read models, in its order; of one
    home, or of all."""
    from shared.topics import INPUTS, SWAPS

    topics = (*INPUTS, SWAPS)

    last = log.present(0)
    if home is not None:
        yield from log.home(home, topics, last)
        return
    records, positions = log.read(0, topics, {}, last + 1, _LIMIT)
    while records:
        yield from records
        if len(records) < _LIMIT or records[-1].appended_at == last:
            return
        records, positions = log.read(0, topics, positions, last + 1, _LIMIT)


def line_of(record: "Record", body: bytes) -> bytes:
    """The line of a record, canonical as its body is."""
    from shared.instants import show_instant

    at, topic = show_instant(record.appended_at).encode(), record.topic.encode()
    return b'{"appended_at":"' + at + b'","event":' + body + b',"topic":"' + topic + b'"}\n'


class Opening:
    """Opens sealed texts. One that cannot be opened stays sealed, and is told."""

    def __init__(self, settings: "Settings", stack: ExitStack) -> None:
        from shared.security.keys import KeyRing, load_master_key

        master = load_master_key(settings.master_key_file, make=False, data_folder=settings.data)
        self._keys = KeyRing(settings.data / "keys.sqlite3", master)
        stack.callback(self._keys.close)
        self.failed = 0
        """How many events stayed sealed that should not."""

    def body(self, record: "Record") -> bytes:
        """The record's event with its texts in plain."""
        from shared.events.canonical import canonical
        from shared.events.registry import TYPES
        from shared.events.sealing import unseal
        from shared.security.keys import SealBroken

        event = orjson.loads(record.body)
        if event.get("type") not in TYPES:
            return record.body
        try:
            return canonical(unseal(event, self._keys))
        except SealBroken as error:
            self.failed += 1
            say(f"{record.topic} {record.id} of home {record.home_id} stays sealed: {error}")
            return record.body


@contextmanager
def _written(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that is there whole or not at all, and that nobody else may read."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with written(path) as file:
        yield file


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    register: Callable[..., object] = app.command(epilog="Example: wakeful export --home H1 -o facts.jsonl")
    register(export)
