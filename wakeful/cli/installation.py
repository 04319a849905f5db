"""Where the installation is that a command is about: a folder, or a broker with a database. Decided here, for every
command, and nowhere else.

Where WAKEFUL_KAFKA is set it is the broker's log and the database at WAKEFUL_DATABASE_URL (`wakeful.cli.apart`), else
the folder (`wakeful.cli.folder`). A command asks it for what it needs and does not ask which it is, unless what it does
is no more the same. No command lives here.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from wakeful.cli.errors import UNREADABLE, Failure
from wakeful.cli.folder import Folder, settings_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.log.base import Log
    from shared.security.access import Access
    from shared.security.keys import KeyRing
    from shared.settings import Settings
    from wakeful.cli.apart import Apart

PREFIX: Final = ""
"""Before the name of every topic on the broker: of tests alone, which share one."""


class Installation(Protocol):
    """What commands need of either."""

    @property
    def settings(self) -> "Settings":
        """As they stand."""
        ...

    @property
    def has_log(self) -> bool:
        """Whether there is a log at all."""
        ...

    def reading_log(self) -> "AbstractContextManager[Log]":
        """The log, for reading only. Raises Unavailable."""
        ...

    def reading_views(self, service: str) -> "AbstractContextManager[Engine]":
        """A service's read model, for reading only. Raises Failure, TooOld, TooNew."""
        ...

    def writing_views(self, service: str) -> "AbstractContextManager[Engine]":
        """The same, for writing beside whoever runs the service. Raises Failure, TooOld, TooNew."""
        ...

    def access(self) -> "AbstractContextManager[Access]":
        """People and tokens. Raises TooOld, TooNew."""
        ...

    def ring(self, *, make: bool = False, of: bytes | None = None) -> "AbstractContextManager[KeyRing]":
        """The keys. `make`: where there are none yet, they begin here, as does the master key; so they do with `of`,
        the key of content hashes of the installation whose they shall be. Raises Failure, MasterKeyUnusable, TooOld.
        """
        ...

    def rotate(self, master_key_file: Path) -> int:
        """Replace the master key; how many keys the new one wraps. Raises Failure, Locked, MasterKeyUnusable,
        NotScrubbed, TooOld."""
        ...


def installation(data: Path | None) -> "Folder | Apart":
    """The one that is meant; `data`: the folder, where a command names one. Raises SettingsWrong, Failure."""
    settings = settings_of(data)
    if settings.kafka is None:
        return Folder(settings)
    if data is not None:
        raise Failure(
            "--data names a folder, and WAKEFUL_KAFKA says that the log is a broker's: leave --data out; or, for the "
            "folder, run the command without WAKEFUL_KAFKA",
            UNREADABLE,
        )
    from wakeful.cli.apart import Apart

    return Apart(settings, PREFIX)


def folder_alone(data: Path | None, instead: str) -> Folder:
    """The folder, for what is done with a folder only; `instead`: what is done where the log is a broker's. Raises
    SettingsWrong, Failure."""
    found = installation(data)
    if isinstance(found, Folder):
        return found
    raise Failure(instead)
