"""Every service in one process over one log: a runner each, that read the same records and decode each of them once.

Nothing runs here; who turns the runners is `services.up`'s.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from sqlalchemy import Engine

from services import monitors
from services.alerts import reading
from services.alerts import running as alerts
from shared.blind import BLIND_AFTER
from shared.facts import Fact
from shared.instants import Duration
from shared.log.base import Log, Record, fact_of
from shared.runner import Runner
from shared.runner.deciding import Undecided
from shared.runner.observer import Observer
from shared.runner.service import Service
from shared.web.live import Notifier

DECODED: Final = 8192
"""Facts that are kept for whoever reads them next."""


def runners(
    log: Log,
    views: Engine,
    notifier: Notifier,
    *,
    observer: Observer | None = None,
    blind_after: Duration = BLIND_AFTER,
) -> dict[str, Runner]:
    """The runners by their services' names, over migrated views. `notifier`: wakes the streams of the feed;
    `blind_after`: how long one that decides waits for the others."""
    once = lru_cache(maxsize=DECODED)(fact_of)  # nobody changes a fact: all who read it may have the same one
    undecided = Undecided()
    made = {
        name: Runner(
            log,
            views,
            _decoding(service, once),
            observer=observer,
            undecided=undecided if name in alerts.SERVICE.after else None,
        )
        for name, service in monitors.SERVICES.items()
        if name != alerts.SERVICE.name
    }
    feed = replace(alerts.SERVICE, decode=partial(reading.decode, inner=once))
    feeding = alerts.make_runner(
        log, views, notifier, observer=observer, service=feed, blind_after=blind_after, undecided=undecided
    )
    return made | {feed.name: feeding}


def _decoding(service: Service, decode: Callable[[Record], Fact]) -> Service:
    return replace(service, decode=decode) if service.decode is fact_of else service
