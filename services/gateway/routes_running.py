"""How it runs: the probe of the door's own, health, readiness, what was rejected, and what operations must see to.

Readiness is about the log's present: a door that is up while nobody watches is not ready.
"""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from services.gateway.fold import DoorFold
from services.gateway.rejected import RejectedFacts
from services.gateway.shapes import HasIt, HaveIt, Operations, Rejected
from services.gateway.troubles import Blindness, Troubles
from shared.events.errors import FieldError
from shared.instants import Instant, parse_instant, show_instant
from shared.log.base import DoorLog, least_present
from shared.security.rights import Actor, Right
from shared.security.tokens import Kind
from shared.web.access import needs, open_to_all
from shared.web.problems import forbidden, invalid, later

PROBE: Final = "probe"
"""The name of the prober's own system token."""

System = Annotated[Actor, needs(kinds=frozenset({Kind.SYSTEM}))]
Reader = Annotated[Actor, needs(Right.READ)]
Admin = Annotated[Actor, needs(Right.ADMIN)]


def running_routes(
    log: DoorLog, fold: DoorFold, rejected: RejectedFacts, troubles: Troubles, now: Callable[[], Instant]
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
        return Operations(present=show_instant(least_present(log)), troubles=troubles.now())

    @router.post("/operations/{entry_id}/acknowledge")
    def acknowledge(admin: Admin, entry_id: str, given: HaveIt) -> HasIt:
        """You have it: nobody is told of it again until then. It closes nothing."""
        until = None if given.until is None else _instant(given.until)
        entry = troubles.have(entry_id, admin.id, given.action, until, now())
        return HasIt(
            id=entry.id,
            acknowledged_by=entry.acknowledged_by,
            action=entry.action,
            until=None if entry.until is None else show_instant(entry.until),
            resolved=None if entry.resolved is None else show_instant(entry.resolved),
        )

    return router


def _instant(text: str) -> Instant:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise invalid([FieldError("until", text, str(error))]) from error


def health_routes(blind: Blindness, begun: Callable[[], bool]) -> APIRouter:
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
