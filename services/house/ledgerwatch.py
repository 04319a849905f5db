"""How far the watch has come where services run elsewhere: what their ledger says, looked at again and again.

A service that has no row for a home-partition has not begun there, and a database that does not answer says nothing: in
both cases nobody knows of anybody who watches. Nothing is decided here.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Final

import structlog
from sqlalchemy import Engine, select

from shared import clock
from shared.blind import Watch, blind_anywhere_since
from shared.instants import SECOND, Duration, Instant
from shared.store.outage import is_outage, said
from shared.store.tables import LEDGER

EVERY: Final[Duration] = SECOND
"""How often it is looked at."""

_log = structlog.get_logger("watch")


class LedgerWatch(threading.Thread):
    """Looks at the ledger of these services over so many home-partitions. `looked` is called after each look."""

    def __init__(
        self,
        engine: Engine,
        services: Iterable[str],
        partitions: int,
        blind_after: Duration,
        *,
        looked: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name="ledger", daemon=True)
        self._engine = engine
        self._wanted = {(service, partition) for service in services for partition in range(partitions)}
        self._looked = looked
        now = clock.monotonic()
        self._watches = {each: Watch(blind_after) for each in self._wanted}
        for watch in self._watches.values():  # one that catches up must not hide one that stands
            watch.see(0, now)
        self._watched_to: Instant | None = None
        self._away = False
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(EVERY / SECOND):
            self.look()

    def stop(self) -> None:
        """End it."""
        self._stopping.set()
        if self.ident is not None:
            self.join()

    def look(self) -> None:
        """Look now. Never raises for a database that is away: what is known stays as it was, and grows old."""
        try:
            with self._engine.connect() as connection:
                found = {(row.service, row.partition): row.clock for row in connection.execute(_CLOCKS)}
        except Exception as error:
            if not is_outage(error):
                raise
            if not self._away:
                _log.error("nobody can tell who watches", reason=said(error, str(self._engine.url)))
            self._away = True
            return
        self._away = False
        if self._wanted <= found.keys() and all(found[each] for each in self._wanted):
            self._watched_to = min(found[each] for each in self._wanted)
        now = clock.monotonic()
        for each, watch in self._watches.items():
            watch.see(found.get(each, 0), now)
        self._looked()

    def watched_to(self) -> Instant | None:
        """How far every service has come in every home-partition; None before all have begun."""
        return self._watched_to

    def blind_since(self) -> Instant | None:
        """Since when somewhere nobody has been watching; None while everywhere somebody is."""
        return blind_anywhere_since(self._watches.values(), clock.monotonic())

    def watching(self) -> bool:
        """Whether everywhere somebody watches, as of now."""
        return self._watched_to is not None and self.blind_since() is None


_CLOCKS: Final = select(LEDGER.c.service, LEDGER.c.partition, LEDGER.c.clock)
