"""How a worker stands, for whoever supervises it: does it run, does it watch all that it owns.

A worker that owns nothing is ready: it is there to take over. No rule lives here.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fastapi import APIRouter

from shared import clock
from shared.blind import Watch
from shared.instants import Duration, Instant, show_instant
from shared.web.access import open_to_all
from shared.web.problems import later


class Crewed(Protocol):
    """What is asked of a crew."""

    @property
    def owned(self) -> frozenset[int]: ...

    def clocks(self) -> dict[int, Instant | None]:
        """How far each owned home-partition has come; None: it has not begun."""
        ...


class Owning(Protocol):
    """What is asked of an ownership."""

    failed: Exception | None


class Standing:
    """How a worker stands. Asked from any thread; it remembers what it saw last."""

    def __init__(
        self, crews: Mapping[str, Crewed], ownerships: Sequence[Owning], blind_after: Duration
    ) -> None:
        self._crews = crews
        self._ownerships = ownerships
        self._blind_after = blind_after
        self._watches: dict[tuple[str, int], Watch] = {}

    def blind_since(self) -> Instant | None:
        """Since when some home-partition that is owned has not been watched (0: never yet); None while all are."""
        now = clock.monotonic()
        known, self._watches = self._watches, {}
        blind: list[Instant] = []
        for name, crew in self._crews.items():
            for partition, reached in crew.clocks().items():
                watch = known.get((name, partition)) or Watch(self._blind_after)
                watch.see(reached or 0, now)
                self._watches[name, partition] = watch
                since = watch.blind_since(now)
                if since is not None:
                    blind.append(since)
        return min(blind, default=None)

    def failed(self) -> Exception | None:
        """Why nothing will be owned any more, if that is so."""
        return next((each.failed for each in self._ownerships if each.failed is not None), None)


def health_routes(standing: Standing) -> APIRouter:
    """`/healthz` and `/readyz`."""
    router = APIRouter()

    @router.get("/healthz", dependencies=[open_to_all("a supervisor has no token; it learns nothing else")])
    def healthz() -> dict[str, str]:
        """The process answers, and may own something."""
        failed = standing.failed()
        if failed is not None:
            raise later(503, "ended", "This worker owns nothing, and will not", str(failed), 5_000)
        return {"status": "ok"}

    @router.get("/readyz", dependencies=[open_to_all("a supervisor has no token; it learns nothing else")])
    def readyz() -> dict[str, str]:
        """All that it owns is watched."""
        since = standing.blind_since()
        if since is not None:
            stands = f"not watched since {show_instant(since)}" if since else "not watched since the start"
            detail = f"{stands}: see to the broker, the database and the gateway's probe; this process's log says more"
            raise later(503, "blind", "Somebody is not watched here", detail, 5_000)
        return {"status": "ready"}

    return router
