"""The cover of a home's night over HTTP. Read-only, over the service's own tables and the log's index of facts by home.
Who may see what is asked by the one predicate of `shared.security.rights`.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection, Engine, RowMapping, null, select

from services.cover.model import CoverMonitor
from services.cover.night import cover_night
from services.cover.shapes import NightCoverShape, Sees, cover_shape
from services.cover.tables import HOMES, PLACEMENTS
from shared import clock
from shared.events.errors import FieldError
from shared.instants import Instant, parse_instant
from shared.log.base import Log, fact_of
from shared.schedule import noon_night
from shared.security.rights import Actor, Right, scope_clause
from shared.web.access import needs
from shared.web.problems import invalid, missing

Reader = Annotated[Actor, needs(Right.READ)]

_Night = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
"""The evening's date, of the years in which facts may lie."""
_AsOf = Annotated[
    str | None, Query(description="An instant: the night as it was known then. Now, where not given.")
]


def api_routes(views: Engine, log: Log) -> APIRouter:
    """`/homes/{id}/cover` and `/homes/{id}/cover/{date}`, to be mounted under `/api/v1`."""
    router = APIRouter(tags=["cover"])

    def shown(reader: Actor, home_id: str, night_of: date | None, as_of: str | None) -> NightCoverShape:
        known = _instant(as_of)
        with views.connect() as connection:
            home = _home(connection, reader, home_id)
            sees = _sees(connection, reader, home_id)
        if home is None:
            raise missing(
                "there is no such home among those that you may see; `GET /api/v1/homes` lists them"
            )
        night_of = noon_night(home["zone"], known) if night_of is None else night_of
        facts = [fact_of(record) for record in log.home(home_id, CoverMonitor.topics, known)]
        return cover_shape(home_id, night_of, cover_night(facts, home["zone"], night_of, known), sees)

    @router.get("/homes/{home_id}/cover", response_model_exclude_none=True)
    def tonight(reader: Reader, home_id: str, as_of: _AsOf = None) -> NightCoverShape:
        """The cover of the night (noon to noon, local) that holds now, or `as_of`: what was required, who was there and
        awake, on a break or without a proof of wake, from when to when; how long somebody was lacking; who is on
        duty."""
        return shown(reader, home_id, None, as_of)

    @router.get("/homes/{home_id}/cover/{night_of}", response_model_exclude_none=True)
    def night(reader: Reader, home_id: str, night_of: _Night, as_of: _AsOf = None) -> NightCoverShape:
        """The cover of the night from noon of the date to the next noon, local."""
        return shown(reader, home_id, night_of, as_of)

    return router


def _home(connection: Connection, reader: Actor, home_id: str) -> RowMapping | None:
    """The home, if the reader may see it as a whole: a commissioner, where a child of theirs is in force."""
    whole = select(HOMES, null().label("commissioner_id")).where(HOMES.c.zone != "").subquery()
    theirs = select(PLACEMENTS.c.home_id).where(
        PLACEMENTS.c.home_id == home_id,
        PLACEMENTS.c.in_force,
        PLACEMENTS.c.commissioner_id == reader.scope.commissioner_id,
    )
    clause = scope_clause(reader, whole, their_homes=connection.scalars(theirs).all())
    return connection.execute(select(whole).where(whole.c.home_id == home_id, clause)).mappings().first()


def _sees(connection: Connection, reader: Actor, home_id: str) -> Sees:
    """Which of the home's children the reader may see."""
    joined = PLACEMENTS.join(HOMES, HOMES.c.home_id == PLACEMENTS.c.home_id)
    children = select(PLACEMENTS, HOMES.c.provider_id).select_from(joined).subquery()
    query = select(children.c.placement_id).where(
        children.c.home_id == home_id, scope_clause(reader, children)
    )
    return frozenset(connection.scalars(query)).__contains__


def _instant(as_of: str | None) -> Instant:
    if as_of is None:
        return clock.now()
    try:
        return min(parse_instant(as_of), clock.now())  # nobody knows yet what will be known then
    except ValueError as error:
        raise invalid([FieldError("as_of", as_of, str(error))]) from error
