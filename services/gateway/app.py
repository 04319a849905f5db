"""The gateway as an app: its routes, its limits, its doorkeeper, its problems, and whatever other routers the
composition root mounts beside them (`services/up.py`).

Nothing is decided here; every route declares who may call it, or the app does not come up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, FastAPI

from services.gateway import openapi
from services.gateway.door import Door
from services.gateway.fold import DoorFold
from services.gateway.hot import HotPath
from services.gateway.limits import BATCH_BYTES, FACT_BYTES, BodyLimit
from services.gateway.routes_facts import fact_routes
from shared import clock
from shared.instants import Instant
from shared.log.sqlite import SqliteLog
from shared.security.access import Access
from shared.security.keys import KeyRing
from shared.web import access as web_access
from shared.web import problems

API: Final = "/api/v1"
LARGER: Final = {f"{API}/facts:batch": BATCH_BYTES}


@dataclass(frozen=True)
class Deps:
    """What the gateway stands on."""

    log: SqliteLog
    keys: KeyRing
    access: Access
    routers: Sequence[APIRouter] = ()
    """Routers of other services, under `/api/v1`."""
    pages: Sequence[APIRouter] = ()
    """Routers outside it."""
    now: Callable[[], Instant] = field(default=clock.now)


def make_app(deps: Deps) -> FastAPI:
    """The app. Reads the log to its end first: it lets nobody in before it knows what it has acknowledged."""
    fold = DoorFold(deps.log)
    fold.catch_up()
    door = Door(deps.log, deps.keys, deps.access.people, fold)
    app = FastAPI(title="Wakeful", openapi_url=f"{API}/openapi.json", docs_url=None, redoc_url=None)
    web_access.install(app, deps.access, deps.now)
    problems.install(app)
    app.state.fold = fold
    app.openapi = lambda: openapi.complete(app)  # type: ignore[method-assign]
    for router in (fact_routes(door), *deps.routers):
        app.include_router(router, prefix=API)
    for router in deps.pages:
        app.include_router(router)
    app.add_middleware(BodyLimit, larger=LARGER)
    app.add_middleware(HotPath, routes=app.routes, limits=LARGER, usual=FACT_BYTES)
    return app
