"""How children stand tonight, and the record of a night, over HTTP (API.md). Read-only, over the service's own tables
and the log's index of facts by home. Who may see what is asked by the one predicate of `shared.security.rights`.
"""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Engine, RowMapping, select

from services.checks.model import ChecksMonitor
from services.checks.record import NightRecord, night_record
from services.checks.shapes import Night, Tonight, night_shape, tonight_shape
from services.checks.tables import HOMES, PLACEMENTS
from shared import clock
from shared.events.errors import FieldError
from shared.instants import Instant, parse_instant
from shared.log.base import Log, fact_of
from shared.security.rights import Actor, Right, scope_clause
from shared.web.access import needs
from shared.web.problems import invalid, missing

Reader = Annotated[Actor, needs(Right.READ)]

_Night = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
"""The evening's date, of the years in which facts may lie."""

_STANDING: Final = (
    select(PLACEMENTS, HOMES.c.provider_id, HOMES.c.zone)
    .join(HOMES, HOMES.c.home_id == PLACEMENTS.c.home_id)
    .subquery("standing")
)


def api_routes(views: Engine, log: Log) -> APIRouter:
    """`/homes/{id}/tonight` and `/placements/{id}/nights/{date}`, to be mounted under `/api/v1`."""
    router = APIRouter(tags=["checks"])

    def seen_by(reader: Actor, **where: Any) -> list[RowMapping]:
        query = select(_STANDING).where(scope_clause(reader, _STANDING))
        for column, value in where.items():
            query = query.where(_STANDING.c[column] == value)
        with views.connect() as connection:
            return list(
                connection.execute(query.order_by(_STANDING.c.room, _STANDING.c.placement_id)).mappings()
            )

    @router.get("/homes/{home_id}/tonight", response_model_exclude_none=True)
    def tonight(reader: Reader, home_id: str) -> Tonight:
        """The children of a home whom the reader may see: last seen, due, away, missed."""
        rows = seen_by(reader, home_id=home_id, in_force=True)
        if not rows:
            raise missing(
                "no child whom you may see is in force in this home; `GET /api/v1/homes` lists the homes"
            )
        return tonight_shape(home_id, rows)

    @router.get("/placements/{placement_id}/nights/{night_of}", response_model_exclude_none=True)
    def night(
        reader: Reader,
        placement_id: str,
        night_of: _Night,
        as_of: Annotated[
            str | None, Query(description="An instant: the night as it was known then. Now, where not given.")
        ] = None,
    ) -> Night:
        """A child's night from noon of the date to the next noon, local: gaps, checks, compliance by time and by gaps,
        the longest gap, alerts."""
        rows = seen_by(reader, placement_id=placement_id)
        if not rows:
            raise missing("there is no such placement among those that you may see")
        known = _instant(as_of)
        records = [(row["home_id"], _record(log, row, placement_id, night_of, known)) for row in rows]
        home_id, record = max(records, key=lambda pair: pair[1].compliance.watched)
        return night_shape(home_id, placement_id, night_of, record)

    return router


def _record(log: Log, row: RowMapping, placement_id: str, night_of: date, as_of: Instant) -> NightRecord:
    facts = [fact_of(record) for record in log.home(row["home_id"], ChecksMonitor.topics, as_of)]
    return night_record(facts, row["zone"], placement_id, night_of, as_of)


def _instant(as_of: str | None) -> Instant:
    if as_of is None:
        return clock.now()
    try:
        return min(parse_instant(as_of), clock.now())  # nobody knows yet what will be known then
    except ValueError as error:
        raise invalid([FieldError("as_of", as_of, str(error))]) from error
