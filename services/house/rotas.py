"""Looks for holes in homes' on-call as long as the pager runs here: a thread, apart from whoever sends pages.

Of each home-partition whose pager runs in this process and has read to the end: else a policy that is still to be read
would be missed for one that there is not. What a hole is, and what is kept of it, is `services.pager.rotawatch`'s.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from sqlalchemy import Engine

from services.pager.engine.ports import Held
from services.pager.rotawatch import RotaWatch
from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.store.outage import is_outage, said

EVERY: Final[Duration] = SECOND
"""How often it is asked whether there is something to look at: a query, as a rule."""

_log = structlog.get_logger("rotas")


class Rotas(threading.Thread):
    """The thread. `views`: the pager's, with what all services share; `held`: whose pager runs here."""

    def __init__(
        self,
        views: Engine,
        held: Callable[[], Mapping[int, Held]],
        now: Callable[[], Instant] = clock.now,
        every: Duration = EVERY,
    ) -> None:
        super().__init__(name="rotas", daemon=True)
        self._views = views
        self._held = held
        self._now = now
        self._every = every
        self._watches: dict[tuple[int, int], RotaWatch] = {}
        self._stopping = threading.Event()
        self._away = False

    def run(self) -> None:
        while not self._stopping.wait(self._every / SECOND):
            self.look()

    def stop(self) -> None:
        """End it, when what is under way is done."""
        self._stopping.set()
        if self.ident is not None:
            self.join()

    def look(self) -> None:
        """Look now at all there is to look at. Never raises: the next look begins where this one failed, and whoever
        sends pages goes on."""
        try:
            mine = {(partition, held.epoch) for partition, held in self._held().items() if held.caught_up}
            self._watches = {
                each: self._watches.get(each) or RotaWatch(self._views, each[0]) for each in sorted(mine)
            }
            for watch in self._watches.values():
                while watch.look(self._now()) and not self._stopping.is_set():
                    pass
        except Exception as error:
            self._failed(error)
        else:
            self._away = False

    def _failed(self, error: Exception) -> None:
        """Said once, until it goes well again."""
        if not self._away and is_outage(error):
            _log.warning("rotas are not looked at", reason=said(error, str(self._views.url)))
        elif not self._away:
            _log.error("rotas are not looked at", exc_info=error)
        self._away = True
