"""The gateway as an app: its routes, its limits, its doorkeeper, its problems, and whatever other routers the
composition root mounts beside them (`services/up.py`).

Nothing is decided here; every route declares who may call it, or the app does not come up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from fastapi import APIRouter
from sqlalchemy import Engine

from services.gateway import openapi
from services.gateway.answering.answers import Answers
from services.gateway.answering.standing import Standings
from services.gateway.door import Door, Shows
from services.gateway.families import FAMILIES
from services.gateway.hot import HotPath
from services.gateway.inhand import InHand
from services.gateway.limits import BATCH_BYTES, FACT_BYTES, BodyLimit
from services.gateway.plans.routes import plan_routes
from services.gateway.prompts.routes import prompt_routes
from services.gateway.routes_access import access_routes
from services.gateway.routes_devices import device_routes
from services.gateway.routes_facts import fact_routes
from services.gateway.routes_homes import home_routes
from services.gateway.routes_running import health_routes, running_routes
from services.gateway.shares import Limits, Shares
from services.gateway.starting import caught_up
from services.gateway.troubles import Blindness, Troubles
from shared import clock
from shared.blind import BLIND_AFTER
from shared.instants import Duration, Instant
from shared.log.base import DoorLog
from shared.security.access import Access
from shared.security.keys import KeyRing
from shared.security.sayings import Sayings
from shared.security.ways import Address, Ways
from shared.web import access as web_access
from shared.web import problems
from shared.web.app import App

API: Final = "/api/v1"
NEVER_LIMITED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Whoever watches over us must be answered."""
LARGER: Final = {f"{API}/facts:batch": BATCH_BYTES}


_KINDS: Final = {
    ("POST", f"{API}/facts:batch"): "batch",
    ("GET", f"{API}/alerts/stream"): "stream",
    **{("PUT", f"{API}/{family}"): "fact" for family in FAMILIES},
}


def kind_of(method: str, path: str) -> str:
    """Of which kind a request is, for the share that its token has of the door."""
    if path in NEVER_LIMITED:
        return "free"
    return _KINDS.get((method, path)) or _KINDS.get((method, path.rpartition("/")[0]), "other")


@dataclass(frozen=True)
class Deps:
    """What the gateway stands on."""

    log: DoorLog
    keys: KeyRing
    access: Access
    views: Engine | None = None
    """The read models' database, for what operations must see to."""
    snapshot: Engine | None = None
    """Where the door's own snapshot is; None: the log is read from its start."""
    routers: Sequence[APIRouter] = ()
    """Routers of other services, under `/api/v1`."""
    pages: Sequence[APIRouter] = ()
    """Routers outside it."""
    shows: Shows | None = None
    """Whether a reader is shown an alert: what a commissioner may answer."""
    standings: Standings | None = None
    """How an alert stands: what the door asks of an answer to it; None: it asks nothing."""
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], Instant] = clock.now
    monotonic: Callable[[], Duration] = clock.monotonic
    blind_after: Duration = BLIND_AFTER
    in_hand: InHand | None = None
    """Where the prober asks what the door has in hand."""
    services: Callable[[], Instant | None] = lambda: None
    """Since when some service has stood still."""
    begun: Callable[[], bool] = lambda: True
    """Whether every service has begun."""
    unreachable: Callable[[Address], str | None] = lambda _address: None
    """What is wrong with a way of reaching somebody, and what to do; None: nothing."""


def make_app(deps: Deps) -> App:
    """The app. Reads the log to its end first: it lets nobody in before it knows what it has acknowledged."""
    fold, rejected = caught_up(deps.log, deps.snapshot)
    door = Door(deps.log, deps.keys, deps.access.people, fold, deps.shows, deps.standings)
    blind = Blindness(deps.log, deps.monotonic, deps.blind_after, deps.services)
    troubles = Troubles(blind, fold, deps.views, Sayings(deps.keys.operations_key))
    app = App(title="Wakeful", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.fold = fold
    app.state.troubles = troubles
    app.state.answers = Answers(door, deps.access.people, deps.standings, deps.now)
    web_access.install(app, deps.access, deps.now)
    own = (
        fact_routes(door),
        home_routes(fold),
        access_routes(deps.access, fold, deps.now, Ways(deps.keys.ways_key), deps.unreachable),
        device_routes(deps.access, fold, deps.now),
        prompt_routes(deps.keys, fold, deps.now),
        plan_routes(deps.access.people, fold, deps.now),
        running_routes(deps.log, fold, rejected, troubles, deps.now),
    )
    for router in (*own, *deps.routers):
        app.include_router(router, prefix=API)
    for router in (
        health_routes(blind, deps.begun),
        openapi.document_route(app, f"{API}/openapi.json"),
        *deps.pages,
    ):
        app.include_router(router)
    app.add_middleware(BodyLimit, larger=LARGER)
    problems.install(app)
    app.wrap(partial(HotPath, routes=app.routes, limits=LARGER, usual=FACT_BYTES))
    app.wrap(partial(Shares, kind_of=kind_of, limits=deps.limits, monotonic=deps.monotonic))
    app.wrap(problems.Faults)
    app.wrap((deps.in_hand or InHand()).layer)
    return app
