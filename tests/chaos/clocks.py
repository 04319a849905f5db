"""How far the watch has come in each home-partition, as its ledger says: looked at four times a second, as the gateway
does, so that a night can wait for it and say how long nobody was watched. A database that is away says nothing.
"""

import threading
import time
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select

from services.house import database
from shared.clock import now
from shared.instants import SECOND, Instant
from shared.store.engine import make_engine
from shared.store.outage import is_outage
from shared.store.tables import LEDGER

EVERY_S: Final = 0.25
IN_TIME: Final = 5 * SECOND
"""A watch that is no further behind than this tells its alerts in time."""


class Clocks(threading.Thread):
    """`with` it. What it last saw, and how long waits took."""

    def __init__(self, url: str, partitions: int, services: Iterable[str]) -> None:
        super().__init__(name="clocks", daemon=True)
        self._engine = make_engine(url, schema=(database.SHARED,))
        self._wanted = [(service, partition) for service in services for partition in range(partitions)]
        self._seen: dict[tuple[str, int], Instant] = {}
        self._stopping = threading.Event()

    def __enter__(self) -> "Clocks":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.join()
        self._engine.dispose()

    def run(self) -> None:
        query = select(LEDGER.c.service, LEDGER.c.partition, LEDGER.c.clock)
        while not self._stopping.wait(EVERY_S):
            try:
                with self._engine.connect() as connection:
                    self._seen = {(row[0], row[1]): row[2] for row in connection.execute(query)}
            except Exception as error:
                if not is_outage(error):
                    raise

    def least(self, service: str | None = None) -> Instant:
        """Where the one that is furthest behind stands (of this service, or of any); 0 before all have begun."""
        seen = self._seen
        return min(seen.get(each, 0) for each in self._wanted if service in (None, each[0]))

    def behind(self) -> str:
        """Who is behind, for whoever waits in vain."""
        at = now()
        seen = self._seen
        return ", ".join(
            f"{service}/{partition} {(at - seen.get((service, partition), 0)) / SECOND:.1f} s"
            for service, partition in self._wanted
            if at - seen.get((service, partition), 0) > IN_TIME
        )

    def in_time_again(self, since: Instant, within_s: float) -> float | None:
        """Wait until all have gone beyond `since` and are in time; the seconds since then. None: not `within_s`."""
        last = time.monotonic() + within_s
        while time.monotonic() < last:
            least = self.least()
            if least > since and now() - least <= IN_TIME:
                return (now() - since) / SECOND
            time.sleep(EVERY_S / 2)
        return None

    def beyond(self, instant: Instant, within_s: float) -> bool:
        """Wait until all have gone beyond an instant."""
        last = time.monotonic() + within_s
        while self.least() <= instant:
            if time.monotonic() > last:
                return False
            time.sleep(EVERY_S)
        return True
