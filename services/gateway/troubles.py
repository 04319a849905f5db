"""What whoever runs the system must see to: blindness, homes that are not watched, rotas, pages that reached nobody.

Worked out when it is asked for; what was told by others stands in the store (`shared.store.operations`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import structlog
from sqlalchemy import Engine

from services.gateway.fold import DoorFold
from services.gateway.having import have
from services.gateway.shapes import Trouble
from shared.blind import Watch, why
from shared.instants import Duration, Instant, show_instant
from shared.log.base import DoorLog, least_present
from shared.security.sayings import Sayings
from shared.store import operations
from shared.store.engine import writing
from shared.store.outage import is_outage

_log = structlog.get_logger("operations")


class Blindness:
    """Whether the log's present moves, and every service with it, by the monotonic clock."""

    def __init__(
        self,
        log: DoorLog,
        monotonic: Callable[[], Duration],
        blind_after: Duration,
        services: Callable[[], Instant | None] = lambda: None,
    ) -> None:
        """`services`: since when some service has stood still; None while none does."""
        self._log = log
        self._services = services
        self._monotonic = monotonic
        self._watch = Watch(blind_after)
        self.since()

    def since(self) -> Instant | None:
        """The instant up to which was watched, if nothing has been since; None while all is well."""
        stands = self._stands()
        return self._services() if stands is None else stands

    def reason(self) -> str:
        """Why nobody is watching, and what to do."""
        return why(self._log.clock_off, self._log.ahead, stands=self._stands() is not None)

    def _stands(self) -> Instant | None:
        monotonic = self._monotonic()
        self._watch.see(least_present(self._log), monotonic)
        return self._watch.blind_since(monotonic)


class Troubles:
    """All of them, from wherever they are known."""

    def __init__(self, blind: Blindness, fold: DoorFold, views: Engine | None, sayings: Sayings) -> None:
        self._blind = blind
        self._fold = fold
        self._views = views
        self._sayings = sayings
        if views is not None:
            _seal_old(views, sayings)

    def blind_since(self) -> Instant | None:
        """See `Blindness.since`."""
        return self._blind.since()

    def now(self) -> list[Trouble]:
        """What is open."""
        entries = self._entries(self._views) if self._views is not None else []
        told = [_trouble(each) for each in entries if not _of_all(each)]
        known = next((each for each in entries if _of_all(each)), None)
        return [*_blind(self._blind, known), *_door(self._fold), *told]

    def have(
        self, entry_id: str, by: str, action: str, until: Instant | None, now: Instant
    ) -> operations.Operation:
        """See `services.gateway.having`. Raises Problem."""
        return have(self._views, self._sayings, entry_id, by, action, until, now)

    def _entries(self, views: Engine) -> list[operations.Operation]:
        with views.connect() as connection:
            entries = operations.latest(connection, only_open=True)
        return [replace(each, action=self._sayings.opened(each.id, each.action)) for each in entries]

    def over(self, limit: int) -> list[operations.Operation]:
        """What was over last, the latest first."""
        if self._views is None:
            return []
        with self._views.connect() as connection:
            return operations.over(connection, limit)


def _seal_old(views: Engine, sayings: Sayings) -> None:
    """What was said before texts were sealed. The door opens all the same where the database is away: another time."""
    try:
        with views.connect() as connection:
            old = sayings.old(connection)
        if old:
            with writing(views) as connection:
                sayings.seal_old(connection)
    except Exception as error:
        if not is_outage(error):
            raise
        _log.warning("what is said of operations is sealed at the next start", reason=type(error).__name__)


def _blind(blind: Blindness, known: operations.Operation | None) -> Iterator[Trouble]:
    """`known`: its entry, by whoever tells people of it."""
    since = blind.since()
    if since is not None:
        trouble = Trouble(kind="monitor_blind", since=show_instant(since), reason=blind.reason())
        yield trouble if known is None else trouble.model_copy(update=_had(known))


def _door(fold: DoorFold) -> Iterator[Trouble]:
    for home_id, since in sorted(fold.aside.items()):
        reason = (
            "the door's fold failed: it takes everything and refuses nothing; restart with a fixed version"
        )
        yield Trouble(
            kind="monitor_blind", since=show_instant(since), home_id=home_id, service="gateway", reason=reason
        )


def _of_all(entry: operations.Operation) -> bool:
    """That nobody watches at all is known here at once, and better."""
    return entry.kind == operations.MONITOR_BLIND and entry.home_id is None and entry.service is None


def _trouble(entry: operations.Operation) -> Trouble:
    since = show_instant(entry.since)
    return Trouble(
        kind=entry.kind,
        since=since,
        home_id=entry.home_id,
        service=entry.service,
        reason=entry.detail,
        **_had(entry),
    )


def _had(entry: operations.Operation) -> dict[str, str | None]:
    until = None if entry.until is None else show_instant(entry.until)
    return {"id": entry.id, "acknowledged_by": entry.acknowledged_by, "action": entry.action, "until": until}
