"""The feed over HTTP: the list, one alert with its life, the stream, and the page. Read-only, over its own tables.

Each route declares who may call it; *what* they see is asked by one predicate in `feed`, whichever way they came. The
composition root mounts both routers and says where the watch stands.
"""

from collections.abc import AsyncIterable
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.alerts.feed import Feed, Wanted
from services.alerts.page import feed_page
from services.alerts.shapes import Alerts, AlertWithLife, life_shape, listing_shape
from services.alerts.storypage import alert_page
from services.alerts.stream import PRESENT_EVERY, Streams
from services.alerts.watch import Watch
from shared import clock
from shared.events.errors import FieldError
from shared.instants import Duration, Instant, parse_instant
from shared.security.rights import Actor, Right
from shared.web.access import Doorkeeper, needs
from shared.web.cursors import cursor_of, mark_of
from shared.web.pages import PageProblem, Pages
from shared.web.places import places_of
from shared.web.problems import Problem, invalid, missing
from shared.web.session import csrf_of, page_needs

TEMPLATES: Final = Path(__file__).parent / "templates"
"""To be given to `Pages`."""

Reader = Annotated[Actor, needs(Right.READ)]


def api_routes(feed: Feed, streams: Streams) -> APIRouter:
    """`/api/v1/alerts`, to be mounted under `/api/v1`."""
    router = APIRouter(prefix="/alerts", tags=["alerts"])

    @router.get("", response_model_exclude_none=True)
    def alerts(
        reader: Reader,
        open: Annotated[bool | None, Query(description="Only open ones, or only those that are not.")] = None,  # noqa: A002
        kind: str | None = None,
        home: str | None = None,
        placement: str | None = None,
        since: Annotated[str | None, Query(description="An instant: raised at or after it.")] = None,
        cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Alerts:
        """Alerts that the reader may see, the last raised first; new ones do not shift a page that was begun."""
        wanted = Wanted(open, kind, home, placement, _instant("since", since))
        listing = feed.listing(reader, wanted, mark_of(cursor), limit)
        return listing_shape(listing, cursor_of(listing.next))

    @router.get("/stream", response_class=EventSourceResponse)
    async def stream(
        request: Request, _reader: Reader, after: Annotated[int | None, Depends(_resumed)]
    ) -> AsyncIterable[ServerSentEvent]:
        """Server-sent events. `alert`: one step of one alert's life; `id` is its position, and after `Last-Event-ID`
        nothing is left out and nothing comes twice. Neither given: from now on. `present` comes first, and every few
        seconds: how far the watch has come. `reset`: the feed was made anew, read `/alerts` again."""
        keeper: Doorkeeper = request.app.state.doorkeeper

        async def who() -> Actor | None:
            try:
                actor = (await keeper.caller(request)).actor
            except Problem:
                return None
            return actor if Right.READ in actor.rights else None

        async for event in streams.tell(who, after):
            yield event

    @router.get("/{alert_id}", response_model_exclude_none=True)
    def alert(reader: Reader, alert_id: str) -> AlertWithLife:
        """One alert, its life, and who was told and answered, in order."""
        found = feed.alert(reader, alert_id)
        if found is None:
            raise missing(
                "there is no such alert among those that you may see; `GET /api/v1/alerts` lists them"
            )
        return life_shape(*found, feed.sends(reader, alert_id))

    return router


def page_routes(
    feed: Feed, watch: Watch, pages: Pages, deaf_after: Duration = 3 * PRESENT_EVERY
) -> APIRouter:
    """The feed's pages, to be mounted at the root. `pages` must know `TEMPLATES`. A page that has heard nothing for
    `deaf_after` says that it is not live."""
    router = APIRouter(include_in_schema=False)
    page_reader = page_needs(pages, Right.READ)

    def show(request: Request, reader: Actor, home_id: str | None, template: str) -> Response:
        page = feed_page(feed, watch, reader, home_id, clock.now())
        if page is None:
            what = "There is no such home, or it is not among those that you may see."
            html = pages.html("wrong.html", title="No such home here", what=what)
            raise PageProblem(missing(what), html)
        return pages.render(
            template,
            page=page,
            reader=reader.id,
            places=places_of(reader),
            csrf=csrf_of(request),
            deaf_after=deaf_after,
        )

    @router.get("/")
    def whole(request: Request, reader: Annotated[Actor, page_reader]) -> Response:
        return show(request, reader, None, "feed.html")

    @router.get("/feed-part")
    def whole_part(request: Request, reader: Annotated[Actor, page_reader]) -> Response:
        return show(request, reader, None, "feed_part.html")

    @router.get("/homes/{home_id}")
    def of_home(request: Request, reader: Annotated[Actor, page_reader], home_id: str) -> Response:
        return show(request, reader, home_id, "feed.html")

    @router.get("/homes/{home_id}/feed-part")
    def of_home_part(request: Request, reader: Annotated[Actor, page_reader], home_id: str) -> Response:
        return show(request, reader, home_id, "feed_part.html")

    def story(request: Request, reader: Actor, alert_id: str, template: str) -> Response:
        page = alert_page(feed, watch, reader, alert_id, clock.now())
        if page is None:
            what = "There is no such alert, or it is not among those that you may see."
            raise PageProblem(missing(what), pages.html("wrong.html", title="No such alert here", what=what))
        return pages.render(
            template,
            page=page,
            reader=reader.id,
            places=places_of(reader),
            csrf=csrf_of(request),
            deaf_after=deaf_after,
        )

    @router.get("/alerts/{alert_id}")
    def of_alert(request: Request, reader: Annotated[Actor, page_reader], alert_id: str) -> Response:
        return story(request, reader, alert_id, "alert.html")

    @router.get("/alerts/{alert_id}/feed-part")
    def of_alert_part(request: Request, reader: Annotated[Actor, page_reader], alert_id: str) -> Response:
        return story(request, reader, alert_id, "alert_part.html")

    return router


def _instant(field: str, text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise invalid([FieldError(field, text, str(error))]) from error


def _resumed(
    after: Annotated[
        str | None, Query(description="Begin behind this position; `Last-Event-ID` wins.")
    ] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> int | None:
    """The position behind which a stream begins. Raises a 422 Problem before anything is streamed."""
    return _position("Last-Event-ID", last_event_id) if last_event_id else _position("after", after)


def _position(field: str, text: str | None) -> int | None:
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    remedy = "give the `id` of the last event that you have, or `position` of `GET /api/v1/alerts`"
    raise invalid([FieldError(field, text[:40], remedy)])
