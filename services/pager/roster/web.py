"""`/on-call` and `/on-call/{home}`: the pages of on-call, for the provider's own people. Nothing is changed here.

A commissioner has no business with a provider's rotas, and sees none of them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine

from services.pager import desk_rows
from services.pager.desk import DeskHome
from services.pager.roster.page import home_on_call
from shared import clock
from shared.instants import Instant, show_instant
from shared.security.rights import Actor, HomeRef, Right
from shared.web.pages import PageProblem, Pages
from shared.web.places import places_of
from shared.web.problems import missing
from shared.web.session import csrf_of, page_needs
from shared.words import exact_clock

TEMPLATES: Final = Path(__file__).parent / "templates"
"""To be given to `Pages`."""
HOMES_AT_MOST: Final = 200
_NOT_HERE: Final = "There is no such home, or its on-call is not yours to see."


def roster_routes(
    views: Engine,
    blind: Callable[[], Instant | None],
    pages: Pages,
    clock_now: Callable[[], Instant] = clock.now,
) -> APIRouter:
    """The pages, to be mounted at the root. `pages` must know `TEMPLATES`."""
    router = APIRouter(include_in_schema=False)
    gate = page_needs(pages, Right.READ, Right.MANAGE)

    def show(request: Request, reader: Actor, houses: list[DeskHome], template: str) -> Response:
        now, since = clock_now(), blind()
        zone = houses[0].zone if len({house.zone for house in houses}) == 1 else None
        return pages.render(
            template,
            homes=[home_on_call(house, now) for house in houses[:HOMES_AT_MOST]],
            more=len(houses) - HOMES_AT_MOST,
            shown_at=exact_clock(now, zone),
            blind_since="" if since is None else exact_clock(since, zone),
            now=show_instant(now),
            reader=reader.id,
            places=places_of(reader),
            csrf=csrf_of(request),
        )

    def theirs(reader: Actor) -> list[DeskHome]:
        with views.connect() as connection:
            return [house for house in desk_rows.homes(connection) if _shown_to(reader, house)]

    @router.get("/on-call")
    def all_homes(request: Request, reader: Annotated[Actor, gate]) -> Response:
        houses = theirs(reader)
        return show(request, reader, houses, "on_call_home.html" if len(houses) == 1 else "on_call.html")

    @router.get("/on-call/{home_id}")
    def of_home(request: Request, reader: Annotated[Actor, gate], home_id: str) -> Response:
        houses = [house for house in theirs(reader) if house.home_id == home_id]
        if not houses:
            html = pages.html("wrong.html", title="No such home here", what=_NOT_HERE)
            raise PageProblem(missing(_NOT_HERE), html)
        return show(request, reader, houses, "on_call_home.html")

    return router


def _shown_to(reader: Actor, house: DeskHome) -> bool:
    if reader.scope.commissioner_id is not None:
        return False
    return reader.scope.reaches(HomeRef(house.home_id, house.provider_id or ""))
