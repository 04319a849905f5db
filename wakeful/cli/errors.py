"""What goes wrong is told in one line on standard error, with the remedy, and an exit code; never as a traceback,
unless it is a bug.

0: well. 1: something is wrong, or could not be done. 2: the command, or a line given to it, cannot be read.
"""

import sys
from typing import Any, Final

import typer
from typer.core import TyperGroup

WRONG: Final = 1
UNREADABLE: Final = 2

_TOLD: Final = (
    ("shared.settings", "SettingsWrong"),
    ("shared.log.lockfile", "Locked"),
    ("shared.log.base", "Unavailable"),
    ("shared.log.importing", "NotEmpty"),
    ("shared.backup.manifest", "BackupUnusable"),
    ("shared.security.keys", "MasterKeyUnusable"),
    ("shared.security.keys", "NotScrubbed"),
    ("shared.security.keysfile", "KeysFileUnusable"),
    ("shared.security.keysmove", "OtherInstallation"),
    ("shared.security.masterkey", "MasterKeyUnusable"),
    ("shared.store.damage", "Damaged"),
    ("shared.store.schema", "TooNew"),
    ("shared.store.schema", "TooOld"),
    ("shared.runner.homecoming", "StillBroken"),
    ("shared.runner.homecoming", "OtherVersion"),
    ("shared.runner.rebuild", "NeverRan"),
    ("shared.runner.snapshot", "SnapshotUnfit"),
    ("shared.store.ledger", "LostOwnership"),
    ("services.house.serving", "PortTaken"),
)
"""Exceptions whose message says what to do. Looked up among what is imported: whoever raised one imported it."""
_OF_A_BROKER: Final = frozenset({"kafka", "psycopg", "faust"})
"""What the embedded form is installed without."""


class Failure(Exception):  # noqa: N818 - reads as what it says
    """The command ends here. The message says why, and what to do."""

    def __init__(self, message: str, code: int = WRONG) -> None:
        super().__init__(message)
        self.code = code


def say(text: object) -> None:
    """One line on standard error."""
    sys.stderr.write(" ".join(str(text).split()) + "\n")


class ErrorsInOneLine(TyperGroup):
    """The command as a whole."""

    def invoke(self, ctx: Any) -> Any:
        """Run what was asked for."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            say(failure)
            raise typer.Exit(failure.code) from failure
        except Exception as error:
            told = _told(error)
            if told is None:
                raise
            say(told)
            raise typer.Exit(WRONG) from error


def _told(error: Exception) -> str | None:
    """What is said of an error that is no bug."""
    known = tuple(getattr(sys.modules[module], name) for module, name in _TOLD if module in sys.modules)
    if isinstance(error, known):
        return str(error)
    if isinstance(error, BrokenPipeError):
        return None  # nobody reads any more; click ends quietly
    if isinstance(error, OSError):
        if error.strerror is None:
            return str(error)
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}; see to the file and its permissions, then run it again"
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in _OF_A_BROKER:
        return f"{error.name} is not installed, which a broker's log needs: install wakeful[kafka]"
    sqlalchemy = sys.modules.get("sqlalchemy.exc")
    if sqlalchemy is not None and isinstance(error, sqlalchemy.DBAPIError):
        return _told_of_database(error)
    return None


def _told_of_database(error: Any) -> str:
    """A file, or the database that the settings name."""
    if type(error.orig).__module__.partition(".")[0] != "psycopg":
        return f"the database could not be used ({error.orig}); see to its file, or restore it from a backup"
    from shared.settings import Settings
    from shared.store.outage import said

    url = Settings.read().database_url
    return said(error, "" if url is None else url.get_secret_value())
