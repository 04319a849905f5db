"""What commands share at the terminal: options that many of them have, JSON, and progress. No command lives here."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
_ANY_WIDTH: Final = 1 << 20
"""Columns that no table reaches."""
Data = Annotated[
    Path | None, typer.Option("--data", metavar="FOLDER", help="The data folder (default: WAKEFUL_DATA).")
]


def write_json(value: Any) -> None:
    """One line of canonical JSON on standard output."""
    from shared.events.canonical import canonical

    sys.stdout.write(canonical(value).decode() + "\n")


def write_line(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(text + "\n")


def write_table(headings: list[str], rows: list[list[str]]) -> None:
    """A table on standard output. Nothing is cut off: on a terminal what is too long goes on in the next line; a file
    or a pipe gets each row in one line, however long."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console.width = max(
            1, console.measure(table, options=console.options.update(max_width=_ANY_WIDTH)).maximum
        )
    console.print(table)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where that is a terminal. Gives a function that is told how far it has come, of
    `total` (None: nobody knows)."""
    if not sys.stderr.isatty():
        yield lambda _reached: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda reached: bar.update(task, completed=reached)
