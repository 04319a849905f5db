"""Whether the pagers' engines turn where they run elsewhere: what they say of it in the database, looked at again and
again. A monitor whose clock goes on, and an engine beside it that stands, is a worker that wakes nobody.

As long as no engine has ever said anything nothing is known of any: the workers are of before that. Nothing is decided
here.
"""

import structlog
from sqlalchemy import Engine

from services.pager.engine import alive
from shared import clock
from shared.blind import Watch, blind_anywhere_since
from shared.instants import Duration, Instant
from shared.store.outage import is_outage, said

_log = structlog.get_logger("watch")


class EngineWatch:
    """Looks at the engines of so many home-partitions. `views`: the pager's read model."""

    def __init__(self, views: Engine, partitions: int, blind_after: Duration) -> None:
        self._views = views
        after = alive.stands_after(blind_after)
        self._watches = {partition: Watch(after) for partition in range(partitions)}
        self._known = self._away = False

    def look(self) -> None:
        """Look now. Never raises for a database that is away: what is known stays as it was, and grows old."""
        try:
            with self._views.connect() as connection:
                turned = alive.read(connection)
        except Exception as error:
            if not is_outage(error):
                raise
            if not self._away:
                _log.error("nobody can tell whose engine turns", reason=said(error, str(self._views.url)))
            self._away = True
            return
        self._away = False
        self._known = self._known or bool(turned)
        if self._known:
            now = clock.monotonic()
            for partition, watch in self._watches.items():
                watch.see(turned.get(partition, 0), now)

    def stands_since(self) -> Instant | None:
        """Since when somewhere no engine has come round; None while everywhere one does, or nothing is known."""
        return blind_anywhere_since(self._watches.values(), clock.monotonic())
