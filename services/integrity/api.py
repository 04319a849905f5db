"""Records that look wrong, and what was decided about them, over HTTP (API.md). Read-only, over the service's own
tables. Who may see what is asked by the one predicate of `shared.security.rights`.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from sqlalchemy import Engine

from services.integrity.reading import Mark, Wanted, listing
from services.integrity.shapes import Anomalies, Pattern, listing_shape
from shared.events.errors import FieldError
from shared.instants import NEVER
from shared.log.base import Log
from shared.security.rights import Actor, Right
from shared.web.access import needs
from shared.web.problems import invalid

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
        page = listing(views, reader, wanted, _mark(cursor), limit)
        return listing_shape(page, _cursor(page.next))

    return router


def _cursor(mark: Mark | None) -> str | None:
    return None if mark is None else urlsafe_b64encode(orjson.dumps([*mark])).decode()


def _mark(cursor: str | None) -> Mark | None:
    if cursor is None:
        return None
    try:
        raised_at, alert_id = orjson.loads(urlsafe_b64decode(cursor))
        if not (type(raised_at) is int and type(alert_id) is str and abs(raised_at) < NEVER):
            raise TypeError(cursor)  # what a database holds, and nothing larger
        return Mark(raised_at, alert_id)
    except (ValueError, TypeError) as error:
        remedy = "give `next` of the page before as it came, or nothing for the first page"
        raise invalid([FieldError("cursor", cursor[:80], remedy)]) from error
