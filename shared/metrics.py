"""Metrics, in the field's units and names, on a registry of their own; and the routes that show them.

Counted here is what the runners tell (`shared.runner.observer`), what the door answers, and, at each scrape, what
stands in the read models. No home and no placement is ever a label: a metric is read by more people than an alert.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.security.rights import Right
from shared.store.operations import KINDS
from shared.store.tables import ASIDES, OPERATIONS
from shared.web.access import needs_unless_here
from shared.web.app import App

_LAG: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 15, 60)
_DOOR: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a timestamp beside each counter, which nobody reads

GONE: Final = "gone"
"""The status of a request that nobody waited to have answered: no fault of ours, and no answer."""

_log = structlog.get_logger("watch")


class Stamped(Protocol):
    """What is asked of the log."""

    @property
    def steps_back(self) -> int: ...


class Metrics:
    """All metrics of one process. It is the runners' observer. Safe from any thread."""

    def __init__(
        self,
        log: Stamped,
        views: Engine,
        blind_since: Callable[[], Instant | None],
        folder: Path | None = None,
    ) -> None:
        """`folder`: where the log lies; the room left there is told."""
        self.registry = registry = CollectorRegistry()
        self._facts = Counter(
            "wakeful_facts", "Facts read and durable in the read model", ["service"], registry=registry
        )
        self._lag = Gauge(
            "wakeful_present_lag_seconds",
            "How far the machine's clock is ahead of a service's",
            ["service"],
            registry=registry,
        )
        self._detection = Histogram(
            "wakeful_detection_lag_seconds",
            "From the instant an alert was raised at until it was durable",
            ["service", "kind"],
            buckets=_LAG,
            registry=registry,
        )
        self._waiting = Gauge(
            "wakeful_outbox_waiting", "Effects that are not in the log yet", ["service"], registry=registry
        )
        self._age = Gauge(
            "wakeful_outbox_age_seconds",
            "How long the oldest of them has waited",
            ["service"],
            registry=registry,
        )
        self._rejected = Counter(
            "wakeful_rejected", "Facts refused or unreadable", ["service", "reason"], registry=registry
        )
        self._differed = Counter(
            "wakeful_effects_differed",
            "Effects whose id the log holds with other content",
            ["service"],
            registry=registry,
        )
        self._unavailable = Counter(
            "wakeful_log_unavailable",
            "Times that the log or the database could not be reached",
            ["service"],
            registry=registry,
        )
        self.door = Histogram(
            "wakeful_door_seconds",
            "How long the door takes to answer",
            ["route", "status"],
            buckets=_DOOR,
            registry=registry,
        )
        self._standing = _Standing(log, views, blind_since, folder)
        registry.register(self._standing)

    def begins(self, service: str) -> None:
        """A service is to run here: what is counted of it stands at 0 from now on, so that the first time is a rise,
        and an alarm can tell 0 from nothing at all."""
        for counted in (self._facts, self._differed, self._unavailable, self._waiting, self._age, self._lag):
            counted.labels(service)
        self._standing.services.append(service)

    # -- the observer (shared.runner.observer.Observer)

    def applied(self, service: str, facts: int) -> None:
        self._facts.labels(service).inc(facts)

    def reached(self, service: str, clock: Instant, lag: Duration) -> None:
        self._lag.labels(service).set(lag / SECOND)

    def detected(self, service: str, kind: str, lag: Duration) -> None:
        self._detection.labels(service, kind).observe(max(0, lag) / SECOND)

    def outbox(self, service: str, waiting: int, age: Duration) -> None:
        self._waiting.labels(service).set(waiting)
        self._age.labels(service).set(age / SECOND)

    def rejected(self, service: str, reason: str) -> None:
        self._rejected.labels(service, reason).inc()
        _log.warning("a fact was refused", service=service, reason=reason)

    def set_aside(self, service: str, home_id: str, reason: str) -> None:
        fault, _, _ = reason.partition(
            ":"
        )  # what follows may repeat what somebody wrote; operations shows it
        _log.error("a home is set aside: it is not watched", service=service, home_id=home_id, fault=fault)

    def differed(self, service: str, event_id: str) -> None:
        self._differed.labels(service).inc()
        _log.error("the log holds this event with other content", service=service, event_id=event_id)

    def unavailable(self, service: str, error: Exception) -> None:
        self._unavailable.labels(service).inc()
        _log.error("the log or the database cannot be reached", service=service, error=_without_values(error))

    # -- over HTTP

    def routes(self) -> APIRouter:
        """`/metrics`: for whoever asks from this machine, or with the right to administer."""
        router = APIRouter(include_in_schema=False)

        @router.get("/metrics", dependencies=[needs_unless_here(Right.ADMIN)])
        def metrics() -> Response:
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        return router

    def install(self, app: App) -> None:
        """Time whatever the app answers."""
        app.wrap(partial(_Timed, door=self.door))


class _Standing(Collector):
    """What stands in the log and the read models, looked up at each scrape."""

    def __init__(
        self,
        log: Stamped,
        views: Engine,
        blind_since: Callable[[], Instant | None],
        folder: Path | None,
    ) -> None:
        self._log = log
        self._views = views
        self._blind_since = blind_since
        self._folder = folder
        self.services: list[str] = []

    def describe(self) -> list[Metric]:
        """Nothing to say without looking."""
        return []

    def collect(self) -> Iterator[Metric]:
        since = self._blind_since()
        blind = GaugeMetricFamily(
            "wakeful_blind_seconds", "For how long nobody has been watching; 0: somebody is"
        )
        blind.add_metric([], 0 if since is None else max(0, clock.now() - since) / SECOND)
        steps = CounterMetricFamily(
            "wakeful_append_time_steps_back", "Times that the machine's clock went back"
        )
        steps.add_metric([], self._log.steps_back)
        yield from (blind, steps)
        if self._folder is not None:
            free = GaugeMetricFamily("wakeful_disk_free_bytes", "Room left on the disk that holds the log")
            free.add_metric([], shutil.disk_usage(self._folder).free)
            yield free
        try:
            yield from self._in_the_read_models()
        except SQLAlchemyError as error:  # blindness must be seen all the more when the database is gone
            _log.error("the read models cannot be read for metrics", error=_without_values(error))

    def _in_the_read_models(self) -> list[Metric]:
        aside = GaugeMetricFamily("wakeful_homes_set_aside", "Homes that are not watched", labels=["service"])
        alerts = GaugeMetricFamily("wakeful_alerts_open", "Alerts that are open", labels=["kind"])
        operations = GaugeMetricFamily(
            "wakeful_operations_open", "What whoever runs the system must see to", labels=["kind"]
        )
        with self._views.connect() as connection:
            by_service = select(ASIDES.c.service, func.count().label("homes")).group_by(ASIDES.c.service)
            homes = dict.fromkeys(self.services, 0)
            homes |= {row.service: row.homes for row in connection.execute(by_service)}
            for service, number in homes.items():
                aside.add_metric([service], number)
            for kind, count in connection.execute(_OPEN):
                alerts.add_metric([kind], count)
            troubles = dict.fromkeys(KINDS, 0) | {
                row.kind: row.number for row in connection.execute(_TROUBLES)
            }
            for kind, number in troubles.items():
                operations.add_metric([kind], number)
        return [aside, alerts, operations]


# The feed's table by its name: `shared` knows no service.
_OPEN: Final = text(
    "SELECT kind, count(*) FROM alerts_alerts WHERE state IN ('raised', 'acknowledged') GROUP BY kind"
)

_TROUBLES: Final = (
    select(OPERATIONS.c.kind, func.count().label("number"))
    .where(OPERATIONS.c.resolved.is_(None))
    .group_by(OPERATIONS.c.kind)
)


def _without_values(error: Exception) -> str:
    """What went wrong. SQLAlchemy's own text repeats the statement's values, which are what somebody wrote."""
    cause = getattr(error, "orig", None) or error
    said = type(cause).__name__
    return said if isinstance(cause, SQLAlchemyError) else f"{said}: {cause}"


class _Timed:
    """Times each request by its route, never by the ids in it. Streams are not timed: they last."""

    def __init__(self, app: ASGIApp, *, door: Histogram) -> None:
        self._app = app
        self._door = door
        self._known: dict[tuple[str, str], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = clock.precise()
        status = GONE

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = f"{message['status'] // 100}xx"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            status = "5xx"
            raise
        finally:
            route = getattr(scope.get("route"), "path", "other")
            if not route.endswith("/stream"):
                self._of(route, status).observe(clock.precise() - began)

    def _of(self, route: str, status: str) -> Any:
        key = (route, status)
        child = self._known.get(key)
        if child is None:
            child = self._known[key] = self._door.labels(route, status)
        return child
