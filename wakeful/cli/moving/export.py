"""`wakeful export`: the facts of the log as lines that `wakeful replay` reads. The log is only read, also while
it is written. In what order a broker's lie, and what of them is left out, is `merged`'s.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

import orjson
import typer

from shared.durable import written
from shared.topics import INPUTS, SWAPS
from wakeful.cli.errors import WRONG, say
from wakeful.cli.installation import Installation, installation
from wakeful.cli.moving.merged import Merged
from wakeful.cli.terminal import Data, progress

if TYPE_CHECKING:
    from shared.log.base import Log, Record

TOPICS: Final = (*INPUTS, SWAPS)
_LIMIT: Final = 1000


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
    here: Installation = installation(data)
    with ExitStack() as stack:
        log = stack.enter_context(here.reading_log())
        opening = Opening(here, stack) if open_texts else None
        out = stack.enter_context(_written(output))
        found = _found(log, home)
        reached = stack.enter_context(progress("exporting", found.total))
        for record in found:
            out.write(line_of(record, record.body if opening is None else opening.body(record)))
            reached(found.reached)
    if isinstance(found, Merged):
        for told in found.left_out():
            say(told)
    if opening is not None and opening.failed:
        raise typer.Exit(WRONG)


def _found(log: "Log", home: str | None) -> "OneHome | InOrder | Merged":
    """The records of the input topics that are in the log now, and of the swaps of read models, in its order; of one
    home, or of all."""
    if home is not None:
        return OneHome(log, home)
    return InOrder(log) if log.once else Merged(log, TOPICS)


class OneHome:
    """The records of one home."""

    total = None
    reached = 0

    def __init__(self, log: "Log", home: str) -> None:
        self._log = log
        self._home = home

    def __iter__(self) -> Iterator["Record"]:
        return self._log.home(self._home, TOPICS, self._log.present(0) if self._log.once else None)


class InOrder:
    """The records of the embedded log, which lie in their order."""

    def __init__(self, log: "Log") -> None:
        self._log = log
        self.total = log.end()
        self.reached = 0
        """The position of what was given last."""

    def __iter__(self) -> Iterator["Record"]:
        log, last = self._log, self._log.present(0)
        records, positions = log.read(0, TOPICS, {}, last + 1, _LIMIT)
        while records:
            for record in records:
                self.reached = record.position
                yield record
            if len(records) < _LIMIT or records[-1].appended_at == last:
                return
            records, positions = log.read(0, TOPICS, positions, last + 1, _LIMIT)


def line_of(record: "Record", body: bytes) -> bytes:
    """The line of a record, canonical as its body is."""
    from shared.instants import show_instant

    at, topic = show_instant(record.appended_at).encode(), record.topic.encode()
    if b"\n" in body:  # a broker takes what others write as they write it
        body = orjson.dumps(orjson.loads(body))
    return b'{"appended_at":"' + at + b'","event":' + body + b',"topic":"' + topic + b'"}\n'


class Opening:
    """Opens sealed texts. One that cannot be opened stays sealed, and is told."""

    def __init__(self, here: "Installation", stack: ExitStack) -> None:
        self._keys = stack.enter_context(here.ring())
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
