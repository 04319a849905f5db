"""What a backup says of itself: `manifest.json` in its folder. Keys never lie there.

How a backup is made is `shared.backup.making`'s, how it comes back `shared.backup.restoring`'s.
"""

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from shared.events.canonical import canonical

NAME: Final = "manifest.json"
FORMAT: Final = 1
LOG: Final = "log.sqlite3"
VIEWS: Final = "views.sqlite3"
ACCESS: Final = "access.sqlite3"
FILES: Final = (VIEWS, LOG, ACCESS)
"""In the order in which they are copied (`shared.backup.making`)."""
KEYS: Final = "keys.sqlite3"
_CHUNK: Final = 1 << 20


class BackupUnusable(Exception):  # noqa: N818 - reads as what it says
    """It is no backup, is damaged, or cannot be made or put back like this. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. Instants are RFC 3339."""

    wakeful: str
    began_at: str
    """Whatever was acknowledged before is in it."""
    ended_at: str
    last_instant: str
    """Of the last thing in its log."""
    facts: int
    installation: str | None
    """Whose keys open it; None where it was made without looking at the keys."""
    files: tuple[File, ...]

    def write(self, folder: Path) -> None:
        """Write it, durable."""
        body = canonical({"wakeful_backup": FORMAT, **asdict(self)}) + b"\n"
        descriptor = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest of a backup's folder. Raises BackupUnusable."""
        try:
            raw = orjson.loads((folder / NAME).read_bytes())
            return cls._of(folder, raw)
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise BackupUnusable(
                f"{folder} is no whole backup: its {NAME} cannot be read; name a folder that `wakeful backup` made"
            ) from error

    @classmethod
    def _of(cls, folder: Path, raw: dict[str, Any]) -> "Manifest":
        if raw.pop("wakeful_backup") != FORMAT:
            raise BackupUnusable(
                f"{folder} is a backup of another format, made by wakeful {raw['wakeful']}; use that version"
            )
        files = tuple(File(**each) for each in raw.pop("files"))
        names = [each.name for each in files]
        if LOG not in names or not set(names) <= set(FILES) or len(set(names)) != len(names):
            raise BackupUnusable(f"{folder} names files that no backup has; take another copy of it")
        return cls(**raw, files=files)


def digest(path: Path) -> File:
    """What the manifest says of a file."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return File(path.name, path.stat().st_size, sha256)


def copied(source: Path, target: Path, expected: File) -> None:
    """Copy a file of a backup, durable, mode 0600. Raises BackupUnusable where it is not what the manifest says."""
    sha256 = hashlib.sha256()
    try:
        with source.open("rb") as file, open(os.open(target, _NEW, 0o600), "wb") as out:
            while chunk := file.read(_CHUNK):
                sha256.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except FileNotFoundError as error:
        raise BackupUnusable(f"{source} is missing; take another copy of the backup") from error
    if sha256.hexdigest() != expected.sha256:
        raise BackupUnusable(f"{source} is not what was backed up (sha256); take another copy of the backup")


_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL
