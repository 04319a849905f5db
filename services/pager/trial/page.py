"""The page by which somebody answers a test: opening it changes nothing, its one button says "I have it".

The link is signed for one person and one test (`services.pager.answering.links`); it opens nothing else.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlalchemy import Engine

from services.pager.answering.links import Link, Links, Purpose, Refused
from services.pager.trial import book, words
from shared import clock
from shared.instants import Instant
from shared.store.engine import writing
from shared.web.access import open_to_all
from shared.web.pages import Pages
from shared.words.times import length

TEMPLATES: Final = Path(__file__).parent / "templates"
_SIGNED: Final = open_to_all("the link itself is signed, for one person and one test")
_OVER: Final = "This link is over. Nothing is to be done: the next test brings a new one."
_STRANGE: Final = "This link does not open anything. A part of it may be missing."


def link_of(links: Links, url: str) -> Callable[[str, str, Instant], str]:
    """Makes the link of a test for a person. `url`: where people come in."""

    def link(test_id: str, person_id: str, at: Instant) -> str:
        return f"{url}/t/{links.token(person_id, [test_id], Purpose.TEST, at)}"

    return link


def page_routes(views: Engine, links: Links, pages: Pages) -> APIRouter:
    """`/t/{token}`, outside the API."""
    router = APIRouter(include_in_schema=False)

    def found(token: str) -> tuple[Link, str, Instant] | HTMLResponse:
        """The link, the test's home and when that began."""
        link = links.read(token, clock.now())
        if isinstance(link, Refused):
            return _wrong(pages, link is Refused.EXPIRED)
        if link.purpose is not Purpose.TEST:
            return _wrong(pages, False)
        with views.connect() as connection:
            test = book.find(connection, link.alert_ids[0])
        return _wrong(pages, True) if test is None else (link, *test)

    @router.get("/t/{token}", dependencies=[_SIGNED])
    def show(token: str) -> HTMLResponse:
        known = found(token)
        if isinstance(known, HTMLResponse):
            return known
        _, home_id, began = known
        ago = length(clock.now() - began)
        return pages.render("trial.html", home_id=home_id, ago=ago, label=words.ANSWER, said="")

    @router.post("/t/{token}", dependencies=[_SIGNED])
    def answer(token: str) -> HTMLResponse:
        known = found(token)
        if isinstance(known, HTMLResponse):
            return known
        link, home_id, began = known
        now = clock.now()
        with writing(views) as connection:
            if not book.answered(connection, link.alert_ids[0], link.person_id, now):
                return _wrong(pages, True)
        said = f"Thank you: {home_id} sees that you can be reached. You may close this page."
        return pages.render("trial.html", home_id=home_id, ago=length(now - began), label="", said=said)

    return router


def _wrong(pages: Pages, over: bool) -> HTMLResponse:
    status, title, what = (410, "This link is over", _OVER) if over else (404, "Nothing here", _STRANGE)
    return pages.render("wrong.html", status, title=title, what=what)
