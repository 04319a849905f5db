"""The data folder as commands open it: beside a running `wakeful up`, unless they say otherwise. No command lives
here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wakeful.cli.errors import Failure

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.log.sqlite import SqliteLog
    from shared.security.access import Access
    from shared.security.keys import KeyRing
    from shared.settings import Settings


def settings_of(data: Path | None) -> "Settings":
    """The settings; `data` goes before what they say of the folder. Raises SettingsWrong."""
    from shared.settings import Settings

    return Settings.read() if data is None else Settings.read(data=data)


class Folder:
    """The embedded form: an `Installation` of `wakeful.cli.installation`."""

    def __init__(self, settings: "Settings") -> None:
        self.settings = settings
        self.path = settings.data

    @property
    def has_log(self) -> bool:
        """Whether there is a log at all."""
        return (self.path / "log.sqlite3").exists()

    @contextmanager
    def reading_log(self) -> Iterator["SqliteLog"]:
        """The log, for reading only."""
        with reading_log(self.path) as log:
            yield log

    @contextmanager
    def reading_views(self, _service: str) -> Iterator["Engine"]:
        """The read models, for reading only. Raises Failure where there are none."""
        with reading_views(self.path) as views:
            yield views

    @contextmanager
    def writing_views(self, _service: str) -> Iterator["Engine"]:
        """The read models, brought up to date. Raises Failure where there are none."""
        from services import monitors
        from shared.store.engine import make_engine

        path = self.path / "views.sqlite3"
        if not path.exists():
            raise Failure(
                f"there are no read models at {path}; start `wakeful up`, which makes them from the log"
            )
        views = make_engine(path)
        try:
            monitors.migrate(views)
            yield views
        finally:
            views.dispose()

    @contextmanager
    def access(self) -> Iterator["Access"]:
        """People and tokens; made where there are none yet, so that a first token can be had before the first start."""
        from shared.security.access import Access

        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        access = Access.open(self.path / "access.sqlite3")
        try:
            yield access
        finally:
            access.close()

    @contextmanager
    def ring(self, *, make: bool = False, of: bytes | None = None) -> Iterator["KeyRing"]:
        """The keys (`Installation.ring`)."""
        from shared.security.keys import KeyRing, load_master_key

        make = make or of is not None
        if not make:
            self._refuse_without_keys()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        master = load_master_key(self.settings.master_key_file, make=make, data_folder=self.path)
        ring = KeyRing(self.path / "keys.sqlite3", master, contenthash_key=of)
        try:
            yield ring
        finally:
            ring.close()

    def rotate(self, master_key_file: Path) -> int:
        """Replace the master key, with `wakeful up` stopped."""
        from shared.security.keysrotation import rotate

        self._refuse_without_keys()
        return rotate(self.path, master_key_file)

    def _refuse_without_keys(self) -> None:
        if not (self.path / "keys.sqlite3").exists():
            raise Failure(f"there are no keys in {self.path}; say where they are with --data or WAKEFUL_DATA")


@contextmanager
def reading_log(folder: Path) -> Iterator["SqliteLog"]:
    """The log of a folder, for reading only."""
    from shared.log.sqlite import SqliteLog

    log = SqliteLog(folder / "log.sqlite3", read_only=True)
    try:
        yield log
    finally:
        log.close()


@contextmanager
def reading_views(folder: Path) -> Iterator["Engine"]:
    """The read models of a folder, for reading only. Raises Failure where there are none."""
    from shared.store.engine import make_engine

    path = folder / "views.sqlite3"
    if not path.exists():
        raise Failure(f"there are no read models at {path}; start `wakeful up`, which makes them")
    engine = make_engine(path, read_only=True)
    try:
        yield engine
    finally:
        engine.dispose()
