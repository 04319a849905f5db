"""What has to be known when nothing answers any more: who can be told, and what stood last; and operations' entries.

A thread of its own, since a database that hangs must not hold up whoever tells people. Contacts are read again now and
then. While all is not well nobody who was known is forgotten, since a sick database may know less than is known; but an
address that was mended meanwhile is the one that is tried.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import structlog
from sqlalchemy import Connection, Engine, select

from services.pager.alive.whom import Concern, Contact, Trouble
from shared import clock
from shared.instants import MINUTE, SECOND, Duration, Instant
from shared.store import operations
from shared.store.engine import writing
from shared.store.outage import is_outage, said
from shared.store.tables import ASIDES, OPERATIONS

LOOK_EVERY: Final[Duration] = SECOND
CONTACTS_EVERY: Final[Duration] = 5 * MINUTE
"""How old what is known of contacts may become while all is well."""
_STOP_WITHIN_S: Final = 5.0
"""How long a database that hangs may hold up the end of the process."""

_log = structlog.get_logger("alive")


class Memory(threading.Thread):
    """The thread. `directory`: reads everybody who can be told; `well`: whether somebody watches, as of now."""

    def __init__(
        self,
        views: Engine,
        directory: Callable[[], Mapping[str, Contact]],
        well: Callable[[], bool],
        every: Duration = LOOK_EVERY,
    ) -> None:
        super().__init__(name="alive-memory", daemon=True)
        self._views = views
        self._directory = directory
        self._well = well
        self._every = every
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._begun: dict[Trouble, None] = {}
        self._told: dict[Trouble, Instant] = {}
        self._over: dict[Trouble, Instant] = {}
        self._read_at: Duration | None = None
        self._wrong: str | None = None
        self.contacts: Mapping[str, Contact] = {}
        self.asides: tuple[Trouble, ...] = ()
        """Homes that a service has set aside, as last read."""
        self.quiet: Mapping[Concern, Instant] = {}
        """What somebody who runs the system has, until when, as last read."""
        self.before: list[tuple[Trouble, Instant | None]] | None = None
        """What stood, and when it was told, when the process before us ended; None: not read yet."""

    def run(self) -> None:
        while True:
            self.look()
            if self._stopping.wait(self._every / SECOND):
                self.look()  # what was told last must not be told again by the next process
                return

    def stop(self) -> None:
        """End it; a database that hangs is not waited for."""
        self._stopping.set()
        if self.ident is not None:
            self.join(_STOP_WITHIN_S)

    def begun(self, trouble: Trouble) -> None:
        """It is an entry of operations from now on."""
        with self._lock:
            self._begun[trouble] = None

    def told(self, trouble: Trouble, at: Instant) -> None:
        """Somebody was told."""
        with self._lock:
            self._told[trouble] = at

    def over(self, trouble: Trouble, at: Instant) -> None:
        """It is over."""
        with self._lock:
            self._over[trouble] = at

    def look(self) -> None:
        """Read and write what there is. Never raises: what is known stays as it was."""
        try:
            self._write()
            self._read()
        except Exception as error:
            self._failed(error)
        else:
            self._wrong = None

    def _failed(self, error: Exception) -> None:
        """Said when it changes, not every second."""
        wrong = said(error, str(self._views.url)) if is_outage(error) else type(error).__name__
        if wrong != self._wrong:
            known = None if is_outage(error) else error
            _log.error("what is known of contacts grows old", reason=wrong, exc_info=known)
        self._wrong = wrong

    def _read(self) -> None:
        with self._views.connect() as connection:
            before = _open_entries(connection) if self.before is None else self.before
            self.asides = tuple(
                Trouble(row.service, row.home_id, row.since, row.reason)
                for row in connection.execute(_ASIDES)
            )
            self.quiet = {
                Concern(row.service, row.home_id): row.until for row in connection.execute(_ACKNOWLEDGED)
            }
        now = clock.monotonic()
        if not self.contacts or self._old(now):
            read = self._directory()
            self.contacts = read if not self.contacts or self._well() else {**self.contacts, **read}
            self._read_at = now
        self.before = before  # last: with it, the contacts are known

    def _old(self, now: Duration) -> bool:
        return self._read_at is None or now - self._read_at >= CONTACTS_EVERY

    def _write(self) -> None:
        with self._lock:
            begun, told, over = dict(self._begun), dict(self._told), dict(self._over)
        if not (begun or told or over):
            return
        with writing(self._views) as connection:
            for trouble in begun:
                _entry(connection, trouble)
            for trouble, at in told.items():
                operations.mark_told(connection, _entry(connection, trouble), at)
            for trouble, at in over.items():
                operations.resolve(connection, operations.MONITOR_BLIND, trouble.service, trouble.home_id, at)
        with self._lock:
            for written, waiting in ((begun, self._begun), (told, self._told), (over, self._over)):
                _forget(waiting, written)


def _forget(waiting: dict[Trouble, Instant] | dict[Trouble, None], written: Iterable[Trouble]) -> None:
    for trouble in written:
        waiting.pop(trouble, None)


def _entry(connection: Connection, trouble: Trouble) -> str:
    return operations.raise_once(
        connection,
        operations.MONITOR_BLIND,
        trouble.service,
        trouble.home_id,
        trouble.since,
        trouble.reason,
    )


def _open_entries(connection: Connection) -> list[tuple[Trouble, Instant | None]]:
    return [
        (Trouble(row.service, None, row.since, row.detail), row.told) for row in connection.execute(_OPEN)
    ]


_ASIDES: Final = select(ASIDES.c.service, ASIDES.c.home_id, ASIDES.c.since, ASIDES.c.reason)
_OPEN: Final = select(OPERATIONS.c.service, OPERATIONS.c.since, OPERATIONS.c.told, OPERATIONS.c.detail).where(
    OPERATIONS.c.kind == operations.MONITOR_BLIND,
    OPERATIONS.c.resolved.is_(None),
    OPERATIONS.c.home_id.is_(None),
)
_ACKNOWLEDGED: Final = select(OPERATIONS.c.service, OPERATIONS.c.home_id, OPERATIONS.c.until).where(
    OPERATIONS.c.kind == operations.MONITOR_BLIND,
    OPERATIONS.c.resolved.is_(None),
    OPERATIONS.c.until.is_not(None),
)
