"""The pager's figures for metrics: what was told by which way, what was not and why, how long the oldest waits, and
whether the loop turns. No person, no home and no address is ever a label.

What is counted is what the log is told (`wakeful.pages`), once each; what stands is looked up at each scrape.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import orjson
import structlog
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from services.pager.engine.ports import Appends
from services.pager.engine.tables import MESSAGES
from shared import clock
from shared.instants import SECOND, Duration
from shared.log.base import Draft, Receipt, Taken

_OUTCOMES: Final = {
    "page.sent.v1": "sent",
    "page.failed.v1": "failed",
    "page.skipped.v1": "skipped",
    "page.undelivered.v1": "undelivered",
}
_WAITING: Final = select(func.count().label("number"), func.min(MESSAGES.c.queued_at).label("oldest")).where(
    MESSAGES.c.state == "queued"
)
_log = structlog.get_logger("pager")
_NONE: Final = "none"
_NOT_TOLD: Final = ("resolved", "acknowledged", "grouped", "superseded_step")
"""Why a page is skipped (`page.skipped.v1`)."""


class Counting:
    """Hands what is told on to the log, and counts it."""

    def __init__(self, inner: Appends, registry: CollectorRegistry) -> None:
        self._inner = inner
        self._pages = Counter(
            "wakeful_pages",
            "Attempts to tell somebody, by what came of them: sent, failed, skipped, undelivered",
            ["outcome", "channel"],
            registry=registry,
        )
        self._skipped = Counter(
            "wakeful_pages_skipped", "Messages that were no longer needed", ["why"], registry=registry
        )
        # Shown from the start: an increase is seen only of what was there before it.
        for outcome in _OUTCOMES.values():
            self._pages.labels(outcome, _NONE)
        for why in _NOT_TOLD:
            self._skipped.labels(why)

    def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Durable on return. Raises Unavailable."""
        receipts = self._inner.append(drafts)
        for draft, receipt in zip(drafts, receipts, strict=True):
            if receipt.taken is Taken.NEW:
                self._count(draft)
        return receipts

    def _count(self, draft: Draft) -> None:
        event = orjson.loads(draft.body)
        outcome = _OUTCOMES.get(event["type"])
        if outcome is None:
            return
        self._pages.labels(outcome, event["data"].get("channel", _NONE)).inc()
        if outcome == "skipped":
            self._skipped.labels(event["data"]["why"]).inc()


class Standing(Collector):
    """What waits, and whether the loop turns, looked up at each scrape."""

    def __init__(self, views: Engine, last_turn: Callable[[], Duration]) -> None:
        self._views = views
        self._last_turn = last_turn

    def describe(self) -> list[Metric]:
        """Nothing to say without looking."""
        return []

    def collect(self) -> Iterator[Metric]:
        turn = GaugeMetricFamily(
            "wakeful_pager_turn_age_seconds", "How long ago the pager's loop last came round"
        )
        turn.add_metric([], max(0, clock.monotonic() - self._last_turn()) / SECOND)
        yield turn
        try:
            with self._views.connect() as connection:
                found = connection.execute(_WAITING).one()
        except SQLAlchemyError as error:  # that the loop stands must be seen all the more
            _log.error("the pager's messages cannot be read for metrics", error=type(error).__name__)
            return
        waiting = GaugeMetricFamily("wakeful_pages_waiting", "Messages that are to go out and have not")
        waiting.add_metric([], found.number)
        oldest = GaugeMetricFamily("wakeful_pages_oldest_seconds", "How long the oldest of them has waited")
        oldest.add_metric([], 0 if found.oldest is None else max(0, clock.now() - found.oldest) / SECOND)
        yield from (waiting, oldest)
