"""Signing in on a page: a token is traded for a cookie, and every form proves that it came from one of our pages.

The cookie carries the token itself: one thing to end, one expiry, one lookup, and nothing more to keep. A link
may carry a token after `#`, which a browser never sends to a server. Who may do what is never decided here.
"""

import hmac
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.params import Depends
from fastapi.responses import RedirectResponse

from shared.security.rights import Right
from shared.security.tokens import Kind, Standing, Token
from shared.web.access import COOKIES, Doorkeeper, Gate, needs, open_to_all
from shared.web.pages import PageProblem, Pages
from shared.web.problems import Problem, unauthorised

_TOO_LONG: Final = 512
_WRONG: Final = (
    "This token does not open the feed. It may have ended, or a part of it may be missing. "
    "Ask whoever gave it to you for a new one."
)
_TOO_OLD: Final = "This form is too old"
_ELSEWHERE: Final = "That form came from another site. Sign in here."


@dataclass(frozen=True)
class PageGate(Gate):
    """A gate before a page: who is not signed in gets the page to do so, who may not see it one that says so."""

    pages: Pages = field(default_factory=Pages)

    async def __call__(self, request: Request) -> Any:
        try:
            return await super().__call__(request)
        except Problem as problem:
            raise _as_page(self.pages, problem) from problem


def page_needs(pages: Pages, *rights: Right) -> Any:
    """Declare a page: a good token or cookie, with any one of the `rights`. Gives the Actor."""
    return Depends(PageGate(frozenset(rights), pages=pages))


@dataclass(frozen=True)
class FormGate(PageGate):
    """A gate before what a form of a page does. A browser sends the cookie along whoever asks, so it counts only with
    what the session's own pages know (`csrf`); a token in `Authorization` counts as it does everywhere."""

    async def __call__(self, request: Request) -> Any:
        try:
            token = await self._token(request)
            self.ask(token.actor)
        except PageProblem:
            raise
        except Problem as problem:
            raise _as_page(self.pages, problem) from problem
        request.state.actor = token.actor
        return token

    async def _token(self, request: Request) -> Token:
        keeper: Doorkeeper = request.app.state.doorkeeper
        if request.headers.get("Authorization"):
            return await keeper.caller(request)
        secret = _cookie(request)
        if not secret:
            raise unauthorised("sign in first")
        token = await keeper.good(secret)
        given = (await request.form()).get("csrf")
        if not isinstance(given, str) or not csrf_matches(request, given):
            problem = Problem(403, "form-too-old", _TOO_OLD, "load the page anew, and send the form again")
            html = self.pages.html("wrong.html", title=_TOO_OLD, what="Go back and try again.")
            raise PageProblem(problem, html)
        return token


def form_needs(pages: Pages, right: Right, kinds: frozenset[Kind] = frozenset(Kind)) -> Any:
    """Declare what a form of a page does: sent from a page of a session of one of the `kinds`, with the `right`. Gives
    the Token."""
    return Depends(FormGate(frozenset({right}), kinds, pages=pages))


def _as_page(pages: Pages, problem: Problem) -> PageProblem:
    if problem.status_code == 401:
        return PageProblem(problem, pages.html("sign_in.html", wrong=""))
    html = pages.html("wrong.html", title="This page is not yours to see", what=problem.detail)
    return PageProblem(problem, html)


def csrf_of(request: Request) -> str:
    """What every form of this session carries: made from the token, tells nothing of it, is never stored."""
    secret = _cookie(request)
    return hmac.digest(secret.encode(), b"wakeful: a form of this session", "sha256").hex()


def csrf_matches(request: Request, given: str) -> bool:
    """Whether a form came from a page of this very session."""
    return hmac.compare_digest(csrf_of(request).encode(), given.encode())


def from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site sent this form (signing in has no session to prove it by)."""
    return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")


def session_routes(pages: Pages, public_url: str) -> APIRouter:
    """Sign in, ask whether signed in, sign out. Browsers get Secure cookies where the public URL is https."""
    router = APIRouter(include_in_schema=False)
    https = urlsplit(public_url).scheme == "https"
    cookie: dict[str, Any] = {
        "key": COOKIES[0] if https else COOKIES[1],
        "path": "/",
        "secure": https,
        "httponly": True,
        "samesite": "strict",
    }

    @router.get("/sign-in", dependencies=[open_to_all("it shows a form and nothing else")])
    def sign_in_page() -> Response:
        return pages.render("sign_in.html", wrong="")

    @router.post("/session", dependencies=[open_to_all("here a token is traded for a cookie")])
    async def sign_in(request: Request, token: Annotated[str, Form()] = "") -> Response:
        if from_elsewhere(request):
            return pages.render("sign_in.html", 403, wrong=_ELSEWHERE)
        secret = token.strip()
        if not await _reads(request.app.state.doorkeeper, secret):
            return pages.render("sign_in.html", 401, wrong=_WRONG)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(value=secret, **cookie)
        return answer

    @router.get("/session", dependencies=[needs(Right.READ)], status_code=204)
    def signed_in() -> None:
        """204 while signed in, else 401."""

    @router.post(
        "/session/end", dependencies=[open_to_all("it asks for its own session's form, and only ends it")]
    )
    def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        if _cookie(request) and not csrf_matches(request, csrf):
            return pages.render("wrong.html", 403, title=_TOO_OLD, what="Go back and try again.")
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(**cookie)
        return answer

    return router


def _cookie(request: Request) -> str:
    return next((request.cookies[name] for name in COOKIES if name in request.cookies), "")


async def _reads(keeper: Doorkeeper, secret: str) -> bool:
    token = await keeper.token(secret) if 0 < len(secret) <= _TOO_LONG else None
    return (
        token is not None
        and token.standing(keeper.now()) is Standing.GOOD
        and Right.READ in token.actor.rights
    )
