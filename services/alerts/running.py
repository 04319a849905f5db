"""The alerts service as a running thing: its parts, its runner, and the waking of its streams after each commit.

What the composition root needs and `__main__` uses. No rule and no route lives here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from services.alerts.deciding.order import OWNERS
from services.alerts.lives import OPEN
from services.alerts.model import AlertsMonitor
from services.alerts.numbering import numbered, numbered_again
from services.alerts.reading import decode
from services.alerts.tables import (
    ALERTS,
    DECIDED,
    DECISIONS,
    HOME_STATE,
    LIFE,
    METADATA,
    MIGRATIONS,
    PLACEMENT_STATE,
)
from shared.blind import BLIND_AFTER
from shared.instants import Duration, Instant
from shared.log.base import Log
from shared.monitor import Row
from shared.runner import Runner
from shared.runner.deciding import Undecided
from shared.runner.observer import Handing, Observer, Silence
from shared.runner.service import Service
from shared.store import rows
from shared.web.live import Notifier


def _last_step(connection: Connection, partition: int | None) -> Iterator[Row]:
    """Positions go on from the last one, whoever's it was: a stream is resumed by them."""
    mine = () if partition is None else (LIFE.c.partition == partition,)
    last = select(func.max(LIFE.c.position)).where(*mine).scalar_subquery()
    return rows.load(connection, METADATA, [LIFE.name], LIFE.c.position == last, partition=partition)


def _memory(connection: Connection, partition: int | None) -> Iterator[Row]:
    """What is known of the homes, the alerts that are open, the last step: the feed's history is for readers."""
    homes = [HOME_STATE.name, PLACEMENT_STATE.name, DECISIONS.name]
    yield from rows.load(connection, METADATA, homes, unread=True, partition=partition)
    yield from rows.load(connection, METADATA, [ALERTS.name], ALERTS.c.state.in_(OPEN), partition=partition)
    yield from _last_step(connection, partition)


def _decided(connection: Connection, partition: int) -> Mapping[str, Instant]:
    """How far what was told had been decided; nothing, where nothing was."""
    found = connection.scalar(select(DECIDED.c.upto).where(DECIDED.c.partition == partition))
    return found or {}


SERVICE: Final = Service(
    "alerts",
    AlertsMonitor,
    METADATA,
    MIGRATIONS,
    decode,
    memory=_memory,
    beside_others=_last_step,
    after=OWNERS,
    decided=_decided,
    numbered=numbered,
    numbered_again=numbered_again,
)


class Waking(Handing):
    """Wakes the streams once facts are durable in the read model."""

    def __init__(self, inner: Observer, notifier: Notifier) -> None:
        super().__init__(inner)
        self._notifier = notifier

    def applied(self, service: str, facts: int) -> None:
        super().applied(service, facts)
        self._notifier.notify()


def make_runner(
    log: Log,
    views: Engine,
    notifier: Notifier,
    *,
    observer: Observer | None = None,
    partition: int = 0,
    service: Service = SERVICE,
    blind_after: Duration = BLIND_AFTER,
    undecided: Undecided | None = None,
) -> Runner:
    """The service's runner over a migrated database. After each commit of facts it wakes the streams of `notifier`."""
    waking = Waking(observer or Silence(), notifier)
    return Runner(
        log,
        views,
        service,
        partition=partition,
        observer=waking,
        blind_after=blind_after,
        undecided=undecided,
    )
