"""Files that are there whole or not at all, also after a power cut, and that nobody but their owner may read.

Databases make themselves durable (`shared.log`, `shared.store`). What is written never lives here.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Write the file at `path`, in the place of what may be there, in one step at the end; mode 0600. An exception
    leaves what was."""
    with written_beside(path) as (file, beside):
        yield file
    try:
        os.replace(beside, path)
    except BaseException:
        beside.unlink()
        raise
    sync(path.parent)


@contextmanager
def written_beside(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A new file in the folder of `path`, mode 0600, and where it lies; durable at the end, ready to be put in its
    place. An exception leaves none."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file, Path(name)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name)
        raise


def sync(folder: Path) -> None:
    """Make a folder's names durable."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
