"""A backup comes back: into an empty folder, checked against its manifest, whole or not at all.

    1. Read the manifest; copy each file beside the folder, and compare it with what the manifest says.
    2. Take the keys in, under the master key of this machine (the caller does: `and_keys`).
    3. The copy takes the folder's place. Where that is a disk of its own, file by file, the log first: read models
       that are ahead of the log must never be found alone.

Whether the log and what was told agree is `wakeful audit`'s to say.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from shared.backup.manifest import ACCESS, KEYS, LOG, VIEWS, BackupUnusable, Manifest, copied
from shared.durable import sync

_ORDER: Final = (LOG, KEYS, ACCESS, VIEWS)


def restore(source: Path, data: Path, manifest: Manifest, and_keys: Callable[[Path], None]) -> None:
    """Put the backup in `source` back into the folder `data`. Raises BackupUnusable, and what `and_keys` raises, with
    nothing changed."""
    refuse_full(data)
    own_disk = data.is_mount()
    place = data if own_disk else data.absolute().parent
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=place, prefix=".restoring-"))  # mode 0700
    try:
        for each in manifest.files:
            copied(source / each.name, beside / each.name, each)
        and_keys(beside)
        sync(beside)
        (_file_by_file if own_disk else _as_one)(beside, data)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    sync(place)


def refuse_full(data: Path) -> None:
    """Raises BackupUnusable where there is anything in the folder."""
    if data.exists() and any(each.name != "lost+found" for each in data.iterdir()):
        raise BackupUnusable(
            f"{data} is not empty; move what is there away, or name another folder with --data"
        )


def _as_one(beside: Path, data: Path) -> None:
    os.rename(beside, data)  # over an empty folder, or none


def _file_by_file(beside: Path, data: Path) -> None:
    for name in _ORDER:
        if (beside / name).exists():
            os.rename(beside / name, data / name)
    shutil.rmtree(beside)
