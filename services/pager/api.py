"""On-call over HTTP: who is on call now and next, a rota's days, silences. Read-only, over the monitor's own tables.
Who may see what is asked by the one predicate of `shared.security.rights`.
"""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Query
from sqlalchemy import Connection, Engine, null, select

from services.pager import desk_rows, oncall
from services.pager.desk import DeskHome
from services.pager.shapes import (
    OnCallShape,
    RotaShape,
    Sees,
    SilencesShape,
    on_call_shape,
    rota_shape,
    silences_shape,
)
from services.pager.tables import HOMES, PLACEMENTS
from shared import clock
from shared.events.errors import FieldError
from shared.events.fields import Id
from shared.instants import DAY, Duration, Instant, parse_instant
from shared.log.base import Log
from shared.security.rights import Actor, Right, scope_clause
from shared.web.access import needs
from shared.web.problems import invalid, missing

Reader = Annotated[Actor, needs(Right.READ)]
Home = Annotated[Id, Query(description="The home's id.")]
LONGEST: Final[Duration] = 92 * DAY
"""How much of a rota is shown at once."""


def api_routes(views: Engine, _log: Log, now: Callable[[], Instant] = clock.now) -> APIRouter:
    """`/on-call`, `/on-call/{home}/rotas/{rota}` and `/silences`, to be mounted under `/api/v1`."""
    router = APIRouter(tags=["on-call"])

    def found(reader: Actor, home_id: str) -> tuple[DeskHome, Sees]:
        with views.connect() as connection:
            if not _may_read(connection, reader, home_id):
                raise missing(
                    "there is no such home among those that you may see; `GET /api/v1/homes` lists them"
                )
            return desk_rows.home(connection, home_id), _sees(connection, reader, home_id)

    @router.get("/on-call", response_model_exclude_none=True)
    def on_call(reader: Reader, home: Home) -> OnCallShape:
        """A home's policy with who is behind each step now and next, when nobody will be, and whether the home counts
        as watched."""
        house, sees = found(reader, home)
        return on_call_shape(house, now(), sees)

    @router.get("/on-call/{home_id}/rotas/{rota}", response_model_exclude_none=True)
    def rota(
        reader: Reader,
        home_id: Id,
        rota: Id,
        start: Annotated[
            str | None, Query(alias="from", description="An instant; now, if not given.")
        ] = None,
        end: Annotated[
            str | None, Query(alias="to", description="An instant; 14 days later, if not given.")
        ] = None,
    ) -> RotaShape:
        """Who is on call by a rota, from when to when, overrides included, as it is written now. One that nobody has
        written has nobody."""
        house, _ = found(reader, home_id)
        begins = now() if start is None else _instant("from", start)
        ends = begins + oncall.COMING if end is None else _instant("to", end)
        if not begins < ends <= begins + LONGEST:
            raise invalid([FieldError("to", end or "", "an instant after from, at most 92 days later")])
        return rota_shape(home_id, rota, oncall.stretches(house, rota, begins, ends))

    @router.get("/silences", response_model_exclude_none=True)
    def silences(reader: Reader, home: Home) -> SilencesShape:
        """A home's silences that are not over: what messages they hold back, from when to when, and who says so."""
        house, sees = found(reader, home)
        return silences_shape(house, now(), sees)

    return router


def _may_read(connection: Connection, reader: Actor, home_id: str) -> bool:
    """Whether the reader may see the home as a whole: a commissioner, where a child of theirs is in force."""
    whole = select(HOMES.c.home_id, HOMES.c.provider_id, null().label("commissioner_id"))
    known = whole.where(HOMES.c.provider_id.is_not(None)).subquery()
    theirs = select(PLACEMENTS.c.home_id).where(
        PLACEMENTS.c.home_id == home_id,
        PLACEMENTS.c.in_force,
        PLACEMENTS.c.commissioner_id == reader.scope.commissioner_id,
    )
    clause = scope_clause(reader, known, their_homes=connection.scalars(theirs).all())
    return (
        connection.execute(select(known.c.home_id).where(known.c.home_id == home_id, clause)).first()
        is not None
    )


def _sees(connection: Connection, reader: Actor, home_id: str) -> Sees:
    """What of the home's children the reader may see."""
    joined = PLACEMENTS.join(HOMES, HOMES.c.home_id == PLACEMENTS.c.home_id)
    columns = (
        PLACEMENTS.c.home_id,
        PLACEMENTS.c.placement_id,
        PLACEMENTS.c.commissioner_id,
        HOMES.c.provider_id,
    )
    children = select(*columns).select_from(joined).subquery()
    query = select(children.c.placement_id).where(
        children.c.home_id == home_id, scope_clause(reader, children)
    )
    return Sees(reader.scope.commissioner_id, frozenset(connection.scalars(query)).__contains__)


def _instant(field: str, text: str) -> Instant:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise invalid([FieldError(field, text, str(error))]) from error
