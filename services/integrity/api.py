"""Records that look wrong, and what was decided about them, over HTTP (API.md). Read-only, over the service's own
tables. Who may see what is asked by the one predicate of `shared.security.rights`.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Engine

from services.integrity.reading import Wanted, listing
from services.integrity.shapes import Anomalies, Pattern, listing_shape
from shared.log.base import Log
from shared.security.rights import Actor, Right
from shared.web.access import needs
from shared.web.cursors import cursor_of, mark_of

Reader = Annotated[Actor, needs(Right.READ)]


def api_routes(views: Engine, log: Log) -> APIRouter:
    """`/anomalies`, to be mounted under `/api/v1`."""
    router = APIRouter(prefix="/anomalies", tags=["integrity"])

    @router.get("", response_model_exclude_none=True)
    def anomalies(
        reader: Reader,
        home: str | None = None,
        pattern: Pattern | None = None,
        placement: str | None = None,
        open: Annotated[  # noqa: A002
            bool | None, Query(description="Only those that nobody has decided on yet, or only the others.")
        ] = None,
        cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Anomalies:
        """Patterns in the records that are worth a human look, the last raised first, with the entries that made them
        and what was decided. New ones do not shift a page that was begun."""
        wanted = Wanted(home, pattern, placement, open)
        page = listing(views, reader, wanted, mark_of(cursor), limit)
        return listing_shape(page, cursor_of(page.next))

    return router
