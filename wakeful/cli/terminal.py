"""What commands share at the terminal: options that many of them have, JSON, and progress. No command lives here."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
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
    """A table on standard output."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    Console(file=sys.stdout, soft_wrap=not sys.stdout.isatty()).print(table)


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
