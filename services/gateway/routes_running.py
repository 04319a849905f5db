"""How it runs: the probe of the door's own, health, readiness, what was rejected, and what operations must see to.

Readiness is about the log's present: a door that is up while nobody watches is not ready.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from sqlalchemy import Engine

from services.gateway.fold import DoorFold
from services.gateway.rejected import RejectedFacts
from services.gateway.shapes import Operations, Rejected, Trouble
from shared.blind import Watch, why
from shared.instants import Duration, Instant, show_instant
from shared.log.base import DoorLog, least_present
from shared.security.rights import Actor, Right
from shared.security.tokens import Kind
from shared.store import operations
from shared.web.access import needs, open_to_all
from shared.web.problems import forbidden, later

PROBE: Final = "probe"
"""The name of the prober's own system token."""

System = Annotated[Actor, needs(kinds=frozenset({Kind.SYSTEM}))]
Reader = Annotated[Actor, needs(Right.READ)]
Admin = Annotated[Actor, needs(Right.ADMIN)]


def running_routes(
    log: DoorLog, fold: DoorFold, rejected: RejectedFacts, views: Engine | None, blind: "Blindness"
) -> APIRouter:
    """`/probe`, `/rejected` and `/operations`, under `/api/v1`."""
    router = APIRouter(tags=["running"])

    @router.put("/probe", status_code=204)
    def probe(system: System) -> Response:
        """The door's own test: in by the public door, and durable, by the very path that facts take."""
        if system.id != PROBE:
            raise forbidden("the probe is the door's own")
        log.probe()
        return Response(status_code=204)

    @router.get("/rejected")
    def rejected_facts(
        reader: Reader, home: str | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> Rejected:
        """Facts that the log holds and that changed nothing, with the reason, the latest first."""
        return Rejected(rejected=rejected.shown(reader, fold, home, limit))

    @router.get("/operations")
    def to_see_to(_admin: Admin) -> Operations:
        """What whoever runs the system must see to: blindness, and homes that are not watched."""
        troubles = [*_blind(blind), *_door(fold), *(_told(views) if views is not None else ())]
        return Operations(present=show_instant(least_present(log)), troubles=troubles)

    return router


def health_routes(blind: "Blindness", begun: Callable[[], bool]) -> APIRouter:
    """`/healthz` and `/readyz`, outside `/api/v1`. `begun`: whether every service has, since the process started."""
    router = APIRouter(tags=["running"])

    @router.get("/healthz", dependencies=[open_to_all("a supervisor has no token; it learns nothing else")])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @router.get("/readyz", dependencies=[open_to_all("a load balancer has no token; it learns nothing else")])
    def readyz() -> dict[str, str]:
        """Every service watches, and the log's present is fresh."""
        since = blind.since()
        if since is not None:
            stands = f"not watched since {show_instant(since)}" if since else "not watched since the start"
            raise later(503, "blind", "Nobody is watching", f"{stands}: {blind.reason()}", 5_000)
        if not begun():
            detail = "the services are still coming back to where they stood; what is sent is taken meanwhile"
            raise later(503, "starting", "Nobody is watching yet", detail, 1_000)
        return {"status": "ready"}

    return router


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


def _blind(blind: Blindness) -> Iterator[Trouble]:
    since = blind.since()
    if since is not None:
        yield Trouble(kind="monitor_blind", since=show_instant(since), reason=blind.reason())


def _door(fold: DoorFold) -> Iterator[Trouble]:
    for home_id, since in sorted(fold.aside.items()):
        reason = (
            "the door's fold failed: it takes everything and refuses nothing; restart with a fixed version"
        )
        yield Trouble(
            kind="monitor_blind", since=show_instant(since), home_id=home_id, service="gateway", reason=reason
        )


def _told(views: Engine) -> Iterator[Trouble]:
    with views.connect() as connection:
        found = operations.latest(connection, only_open=True)
    for each in found:
        if each.kind == operations.MONITOR_BLIND and each.home_id is None and each.service is None:
            continue  # that is known here at once, and better
        since = show_instant(each.since)
        yield Trouble(
            kind=each.kind, since=since, home_id=each.home_id, service=each.service, reason=each.detail
        )
