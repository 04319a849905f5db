"""The passphrase of a keys file, as commands ask for it: from a file, at the terminal, or from standard input. It is
never an argument, which other processes of the machine could read. No command lives here.
"""

import os
import stat
import sys
from pathlib import Path
from typing import Annotated

import typer

from wakeful.cli.errors import UNREADABLE, Failure

PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Take the passphrase from this file, mode 0600 (default: ask, or standard input).",
    ),
]


def passphrase(file: Path | None, *, again: bool) -> str:
    """The passphrase; asked for twice where it is a new one (`again`). Raises Failure where there is none."""
    if file is not None:
        text = _from(file)
    elif sys.stdin.isatty():
        text = str(
            typer.prompt("Passphrase of the keys file", hide_input=True, confirmation_prompt=again, err=True)
        )
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise Failure("there is no passphrase; name its file with --passphrase-file", UNREADABLE)
    return text


def _from(file: Path) -> str:
    with file.open(encoding="utf-8") as opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        if mode & 0o077:
            raise Failure(f"{file} has mode {mode:04o}, so others may read it; run: chmod 600 {file}")
        return opened.readline().rstrip("\r\n")
