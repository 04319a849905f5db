"""One process writes a log: the lock that says which. Nothing else lives here."""

import fcntl
import os
from pathlib import Path


class Locked(Exception):  # noqa: N818 - reads as what it says
    """Another process has the log open for writing."""


class LockFile:
    """An exclusive lock beside a file, held until `release` or until the process is gone, however it went."""

    def __init__(self, path: Path) -> None:
        """Take the lock for `path`. Raises Locked, naming the folder and the process that has it."""
        self._file = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._file, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise Locked(
                f"{path.parent} is in use by process {holder}, which writes its log; stop that one first, "
                "choose another folder (WAKEFUL_DATA), or open it for reading only"
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next one in. The file stays: removing it would let two processes lock two files."""
        os.close(self._file)
