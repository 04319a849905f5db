"""`wakeful import`: a history of facts, as `wakeful export` writes it, into an empty log, with the times at which it
was appended (ARCHITECTURE.md, "Moving in").

    1. The folder's lock; a log that holds anything is refused.
    2. Every line goes in, or none: the first bad one ends it, unless --keep-going says to pass over bad lines.
    3. The read models of the empty log go: their clock has run past what comes in now. `wakeful up` makes them anew.
    4. One commit.

How lines are read is `pastlines`', how they are written `shared.log.importing`'s; what is different where the log is a
broker's is `apart`'s.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from wakeful.cli.errors import UNREADABLE, WRONG, Failure, say
from wakeful.cli.folder import Folder
from wakeful.cli.installation import installation
from wakeful.cli.proving.replay import opened, size_of
from wakeful.cli.terminal import Data, Json, progress, write_json, write_line

if TYPE_CHECKING:
    from shared.log.importing import Importer
    from wakeful.cli.apart import Apart
    from wakeful.cli.moving.pastlines import PastLines, Portion
    from wakeful.cli.proving.factlines import Bad


@dataclass(slots=True)
class Imported:
    """What came of an import."""

    facts: int = 0
    homes: set[str] = field(default_factory=set)
    first: int | None = None
    last: int | None = None
    repeated: int = 0
    """Lines with a fact that another line has."""
    refused: int = 0
    """Lines with an id that another line has for something else."""
    passed_over: int = 0
    """Lines of derived topics."""
    bad: int = 0


def import_(
    facts: Annotated[
        str, typer.Argument(metavar="FACTS.jsonl", help="A file of facts; - reads them from stdin.")
    ],
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Leave bad lines out of the log; exit 1 at the end.")
    ] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Take a file of facts into an empty log, with the times at which they were appended.

    All of it or nothing: a bad line stops it (exit 2), and nothing is taken. Lines may come in any order. Texts that
    are plain are sealed on the way in; those that are sealed stay so, and their keys are moved apart. Over a broker the
    topics are made by `wakeful topics make --import`, and sealed afterwards.
    """
    here = installation(data)
    with ExitStack() as stack:
        stream = sys.stdin.buffer if facts == "-" else stack.enter_context(opened(facts))
        imported = run(here, stream, keep_going=keep_going)
    write_json(_json(imported)) if json else _tell(imported, here)
    if imported.bad:
        raise typer.Exit(WRONG)


def run(here: "Folder | Apart", stream: IO[bytes], *, keep_going: bool) -> Imported:
    """The import itself. Raises Failure, Locked, NotEmpty, Unavailable, MasterKeyUnusable; nothing is taken then,
    unless the message says so."""
    if isinstance(here, Folder):
        return into(here.path, here, stream, keep_going=keep_going)
    from wakeful.cli.moving.apart import run as over_a_broker

    return over_a_broker(here, stream, keep_going=keep_going)


def into(
    folder: Path, here: "Folder | Apart", stream: IO[bytes], *, keep_going: bool, doing: str = "importing"
) -> Imported:
    """Into the empty log of a folder, with the keys of an installation."""
    from shared import clock
    from shared.log.importing import importing
    from wakeful.cli.moving.pastlines import PastLines, Ring
    from wakeful.cli.proving.replaying import without_collector

    with ExitStack() as stack:
        ring = Ring(here, stack)
        importer = stack.enter_context(importing(folder / "log.sqlite3"))
        reached = stack.enter_context(progress(doing, size_of(stream)))
        lines = PastLines(ring, clock.now(), say if keep_going else _stop, reached)
        with without_collector():
            imported = _take(importer, lines, stream)
        _forget_views(folder)
    return imported


def _take(importer: "Importer", lines: "PastLines", stream: IO[bytes]) -> Imported:
    imported = Imported()
    for portion in lines.read(stream):
        _add(importer, portion, imported)
    imported.facts, imported.passed_over, imported.bad = importer.taken, lines.passed_over, lines.bad
    return imported


def _add(importer: "Importer", portion: "Portion", imported: Imported) -> None:
    from shared.log.base import Taken

    if not portion.past:
        return
    taken = importer.add(portion.past)
    imported.homes.update(past.draft.home_id for past in portion.past)
    times = [past.appended_at for past in portion.past]
    imported.first = min(times) if imported.first is None else min(imported.first, *times)
    imported.last = max(times) if imported.last is None else max(imported.last, *times)
    if taken.count(Taken.NEW) == len(taken):
        return
    for past, number, became in zip(portion.past, portion.numbers, taken, strict=True):
        imported.repeated += became is Taken.SAME
        if became is Taken.CONFLICT:
            imported.refused += 1
            say(
                f"line {number}: id {past.draft.id!r} of home {past.draft.home_id} is another fact's already; the one "
                "appended first stands, the other is not taken (a log holds each id once)"
            )


def _forget_views(folder: Path) -> None:
    """What was read from the empty log is the time, and nothing else: it would be ahead of every fact."""
    for name in ("views.sqlite3", "views.sqlite3-wal", "views.sqlite3-shm"):
        (folder / name).unlink(missing_ok=True)


def _stop(bad: "Bad") -> None:
    raise Failure(
        f"{bad}; nothing was imported: put the line right, or leave bad lines out with --keep-going",
        UNREADABLE,
    )


def _json(imported: Imported) -> dict[str, object]:
    from shared.instants import show_instant

    return {
        "facts": imported.facts,
        "homes": len(imported.homes - {""}),
        "first": None if imported.first is None else show_instant(imported.first),
        "last": None if imported.last is None else show_instant(imported.last),
        "repeated": imported.repeated,
        "refused": imported.refused,
        "passed_over": imported.passed_over,
        "bad": imported.bad,
    }


def _tell(imported: Imported, here: "Folder | Apart") -> None:
    told = _json(imported)
    span = f", appended from {told['first']} to {told['last']}" if imported.facts else ""
    log = f"in the log of {here.path}" if isinstance(here, Folder) else "on the broker"
    write_line(f"{imported.facts} facts of {told['homes']} homes are {log}{span}")
    notes = {
        "lines repeat a fact that was there already": imported.repeated,
        "lines of derived topics were passed over: they are worked out again": imported.passed_over,
        "lines were left out": imported.bad + imported.refused,
    }
    for note, count in notes.items():
        if count:
            write_line(f"{count} {note}")
    if not isinstance(here, Folder):
        write_line("now seal the topics (wakeful topics seal); gateway and workers do not start before")
    elif imported.facts:
        write_line("`wakeful up` makes of them what was made of them before")


def add_to(app: typer.Typer) -> None:
    """Make it a command."""
    register: Callable[..., object] = app.command(
        "import", epilog="Example: wakeful import facts.jsonl --data ./moved"
    )
    register(import_)
