"""`/a/<token>`: the page on which somebody answers, and the address to which one tap posts.

    GET, HEAD   shows, and changes nothing: mail scanners and previews open links
    POST        answers; from the page's form, or (`have`, `cannot`) without any body, as a button in a message does

The token is the secret: it stands in no log and no metric (both name the route), goes out in no `Referer`, is kept by
no cache and found by no search. Whoever asks for no page (`Accept`) is answered in JSON.
"""

from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse

from services.pager.answering.desk import AnswerDesk, Opened, Shut
from services.pager.answering.giving import Given, Tap, said
from services.pager.answering.links import Purpose
from services.pager.answering.page import answer_page
from shared.instants import show_instant
from shared.web.access import open_to_all
from shared.web.pages import PageProblem, Pages
from shared.web.problems import Problem

TEMPLATES: Final = Path(__file__).parent / "templates"
"""To be given to `Pages`."""

_WHY_OPEN: Final = "the link itself is signed for one person, who is asked for what they may see and do now"
_ACTION_AT_MOST: Final = 200
_HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
}
_SHUT: Final[dict[Shut, tuple[int, str, str, str]]] = {
    Shut.EXPIRED: (
        410,
        "link-expired",
        "This link is over",
        "A link answers for a day. Sign in to see what is open now; if it is urgent, call the home.",
    ),
    Shut.FORGED: (
        404,
        "not-found",
        "This link opens nothing",
        "A part of it may be missing. Open it from the message again, or sign in to see what is open now.",
    ),
    Shut.NOT_THEIRS: (
        404,
        "not-found",
        "Nothing here is yours to see",
        "What this link was about is no longer yours to see. Sign in to see what is.",
    ),
}


class Filled:
    """What the page's form sends. Nothing of it is needed where a button in a message posts."""

    def __init__(
        self,
        say: Annotated[str, Form()] = "",
        only: Annotated[str, Form()] = "",
        take: Annotated[str, Form()] = "",
        do: Annotated[str, Form()] = "",
        other: Annotated[str, Form()] = "",
        minutes: Annotated[str, Form()] = "",
        form: Annotated[str, Form()] = "",
    ) -> None:
        self.cannot = say == "cannot"
        self.over = bool(take)
        self.only = take or only or None
        self.action = (" ".join(other.split()) or " ".join(do.split()))[:_ACTION_AT_MOST] or None
        self.minutes = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else None
        self.form = form[:20] or None
        self.says_something = say in ("have", "cannot") or self.only is not None


def answer_routes(desk: AnswerDesk, pages: Pages) -> APIRouter:
    """The page and the taps, to be mounted at the root. `pages` must know `TEMPLATES`."""
    router = APIRouter(include_in_schema=False)
    here: dict[str, Any] = {"dependencies": [open_to_all(_WHY_OPEN)]}

    async def opened(request: Request, token: str) -> Opened:
        found = await desk.open(token)
        if isinstance(found, Shut):
            raise _shut(request, pages, found)
        return found

    def shown(at_hand: Opened, status: int = 200, **words: str) -> Response:
        page = answer_page(at_hand.seen, at_hand.link, desk.now(), **words)
        html = pages.render("answer.html", status, page=page)
        html.headers.update(_HEADERS)
        return html

    @router.api_route("/a/{token}", methods=["GET", "HEAD"], **here)
    async def show(request: Request, token: str) -> Response:
        return shown(await opened(request, token))

    @router.post("/a/{token}", **here)
    async def answer(request: Request, token: str, filled: Annotated[Filled, Depends()]) -> Response:
        at_hand = await opened(request, token)
        tap = tap_of(at_hand, filled)
        if tap is None:
            return shown(at_hand)
        try:
            at_hand, given = await desk.take(at_hand, tap, filled.only)
        except Problem as problem:
            if not _wants_page(request):
                raise
            return shown(at_hand, problem.status_code, wrong=_words(problem))
        note = said(given, tap, desk.now())
        if _wants_page(request):
            return shown(at_hand, note=note)
        return JSONResponse(_told(given, note), headers=_HEADERS)

    return router


def tap_of(opened: Opened, filled: Filled) -> Tap | None:
    """What was tapped: a link of one purpose says that and nothing else, whatever was filled in. None: nothing."""
    purpose = opened.link.purpose
    if purpose is Purpose.CANNOT or (purpose is Purpose.SHOW and filled.cannot):
        return Tap("decline", opened.token, form=filled.form)
    if purpose is Purpose.SHOW and not filled.says_something:
        return None
    return Tap("acknowledge", opened.token, filled.form, filled.over, filled.action, filled.minutes)


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _shut(request: Request, pages: Pages, shut: Shut) -> Problem:
    status, kind, title, what = _SHUT[shut]
    problem = Problem(status, kind, title, what, headers=_HEADERS)
    if not _wants_page(request) and request.method == "POST":
        return problem
    return PageProblem(problem, pages.html("shut.html", title=title, what=what))


def _words(problem: Problem) -> str:
    remedies = "; ".join(error.remedy for error in problem.errors)
    text = f"{problem.detail}: {remedies}" if remedies else str(problem.detail)
    return f"{text[:1].upper()}{text[1:]}."


def _told(given: list[Given], note: str) -> dict[str, Any]:
    alerts = [
        {"alert_id": each.alert.alert_id, "answer": each.decided.value}
        | ({} if each.hand is None else {"by": each.hand.by, "until": show_instant(each.hand.until)})
        for each in given
    ]
    return {"said": note, "alerts": alerts}
