"""Pages: templates rendered with what every page needs, static files, and the headers that keep a browser strict.

A service brings its own folder of templates, which stand on `templates/base.html` and `components.html` here. Nothing
is fetched from elsewhere, nothing is built, and no script or style stands in a page itself. No page lives here.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import Problem

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"

CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_NO_STORE: Final = {"cache-control": "no-store"}
_HEADERS: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Pages:
    """Renders templates; those of `folders` come before the shared ones."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._env = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in (*folders, TEMPLATES)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals["static"] = static_url

    def html(self, template: str, **context: Any) -> str:
        """A template filled in."""
        return self._env.get_template(template).render(**context)

    def render(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The page as an answer that no cache keeps: what one reader may see is for that reader."""
        return HTMLResponse(self.html(template, **context), status, _NO_STORE)


class PageProblem(Problem):
    """A problem that is answered with a page, for whoever reads it in a browser."""

    def __init__(self, problem: Problem, html: str) -> None:
        super().__init__(
            problem.status_code, problem.kind, problem.title, problem.detail, problem.errors, problem.headers
        )
        self._html = html

    def response(self) -> HTMLResponse:
        return HTMLResponse(self._html, self.status_code, {**(self.headers or {}), **_NO_STORE})


@lru_cache
def static_url(name: str) -> str:
    """Where a static file is, with a mark of its content, so that a new one is fetched at once."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?{mark}"


def install(app: FastAPI, public_url: str) -> None:
    """Give an app with pages its static files and the strict headers."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(StrictHeaders, https=urlsplit(public_url).scheme == "https")


class StrictHeaders:
    """Puts the strict headers on every answer that does not bring its own. `https`: the public URL is https."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if https:
            self._headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-cache")  # asks each time whether it has changed
            await send(message)

        await self._app(scope, receive, send_with_headers)
