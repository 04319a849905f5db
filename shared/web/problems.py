"""Problems: every answer that is not what was asked for, as `application/problem+json` (RFC 9457).

`type`, `title`, `status`, `detail` and, where fields are to blame, `errors: [{field, value, remedy}]`.
FastAPI's own refusals are put into the same form. Nothing here decides what is a problem, and no body,
secret or name is repeated in one.
"""

import json
import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, Final, cast

import anyio
import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import clock
from shared.events.errors import WITHHELD, FieldError
from shared.instants import SECOND, Duration
from shared.log.base import Unavailable
from shared.store.outage import is_outage

MEDIA_TYPE: Final = "application/problem+json"
_SECRETS: Final = frozenset({"pin", "code", "token", "name", "reach", "password"})
"""Fields whose value is never repeated, wherever they stand."""

_log = structlog.get_logger("web")


class Problem(HTTPException):
    """A problem, to be raised anywhere under a route. `kind` is its stable slug (`conflict`), by which
    scripts tell problems apart; the title says the same in words."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.kind = kind
        self.title = title
        self.errors = list(errors)

    def body(self) -> dict[str, Any]:
        """The problem as JSON."""
        body: dict[str, Any] = {
            "type": f"urn:wakeful:{self.kind}",
            "title": self.title,
            "status": self.status_code,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [{"field": e.field, "value": e.value, "remedy": e.remedy} for e in self.errors]
        return body

    def response(self) -> Response:
        return Response(_json(self.body()), self.status_code, headers=self.headers, media_type=MEDIA_TYPE)


def _json(body: Mapping[str, Any]) -> bytes:
    """What was sent may be repeated in a problem, and need not be what UTF-8 or 64 bits can hold."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        errors = [{**error, "value": WITHHELD} for error in body.get("errors", ())]
        return json.dumps({**body, "errors": errors}, ensure_ascii=False).encode("utf-8", "replace")


def unauthorised(detail: str, kind: str = "unauthorised") -> Problem:
    """401: nobody known is asking. The phone keeps what it has."""
    challenge = 'Bearer realm="wakeful"' + ("" if kind == "unauthorised" else ', error="invalid_token"')
    return Problem(401, kind, "Say who you are", detail, headers={"WWW-Authenticate": challenge})


def forbidden(detail: str, errors: Sequence[FieldError] = ()) -> Problem:
    """403: somebody known asks for what is not theirs to do."""
    return Problem(403, "forbidden", "Not yours to do", detail, errors)


def missing(detail: str) -> Problem:
    """404: there is none, or none that the reader may see; the answer does not say which."""
    return Problem(404, "not-found", "Nothing here", detail)


def invalid(errors: Sequence[FieldError], detail: str = "") -> Problem:
    """422: fields are wrong; each says what to write instead."""
    return Problem(
        422, "invalid", "Fields are wrong", detail or f"{len(errors)} to put right; see errors", errors
    )


def later(status: int, kind: str, title: str, detail: str, wait: Duration) -> Problem:
    """429 or 503: the same again after `wait`."""
    seconds = max(1, -(-wait // SECOND))
    return Problem(status, kind, title, detail, headers={"Retry-After": str(seconds)})


def unavailable(error: Unavailable) -> Problem:
    """503: the log takes nothing right now. Nothing was half-taken."""
    return later(503, "unavailable", "Not now", str(error), error.retry_after)


def install(app: FastAPI) -> None:
    """Answer every refusal and every fault of `app` with a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_middleware(Faults)


async def _http(_request: Request, error: Exception) -> Response:
    known = cast(HTTPException, error)
    return (known if isinstance(known, Problem) else _of_status(known)).response()


def _of_status(error: HTTPException) -> Problem:
    status = HTTPStatus(error.status_code)
    slug = status.phrase.lower().replace(" ", "-")
    detail = f"{error.detail}; /api/v1/openapi.json says what there is"
    return Problem(status, slug, status.phrase, detail, headers=error.headers)


async def _validation(_request: Request, error: Exception) -> Response:
    found = [_field(one) for one in cast(RequestValidationError, error).errors()]
    return invalid(found).response()


def _field(error: Mapping[str, Any]) -> FieldError:
    path = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
    hidden = not _SECRETS.isdisjoint(path) or not isinstance(error.get("input"), str | int | float | bool)
    value = None if error["type"] == "missing" else WITHHELD if hidden else error["input"]
    return FieldError(".".join(path) or "body", value, error["msg"])


async def _unavailable(_request: Request, error: Exception) -> Response:
    return unavailable(cast(Unavailable, error)).response()


_TELL_AGAIN: Final[Duration] = 10 * SECOND
"""How often it is told that the database is away: everybody who comes meanwhile comes again and again."""


class Faults:
    """Answers 500 to whatever went wrong under it, and says where, once: a traceback may quote what was sent, so
    none goes further. A database that cannot serve for the moment is no fault of ours: 503, the same again later."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._told_away: Duration | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if begun and _left(error):
                return
            away = is_outage(error)
            if away:
                self._tell_away(scope, error)
            else:
                _tell(scope, error)
            if begun or scope["type"] != "http":
                raise BrokenOff from None
            await (_away() if away else _fault()).response()(scope, receive, send)

    def _tell_away(self, scope: Scope, error: Exception) -> None:
        now = clock.monotonic()
        if self._told_away is None or now - self._told_away >= _TELL_AGAIN:
            self._told_away = now
            _log.error("the database is away; whoever comes is told to come again", **_place(scope, error))


def _fault() -> Problem:
    return Problem(500, "fault", "Our fault", "this went wrong here, not with you; send it again")


def _away() -> Problem:
    detail = "the database does not answer for the moment; send it again"
    return later(503, "unavailable", "Not now", detail, SECOND)


def _left(error: BaseException) -> bool:
    """Whether this is only that the reader of a stream has gone away."""
    if isinstance(error, BaseExceptionGroup):
        return all(_left(each) for each in error.exceptions)
    return isinstance(error, anyio.BrokenResourceError | anyio.ClosedResourceError)


class BrokenOff(Exception):  # noqa: N818
    """An answer that had begun could not be ended: the connection is closed."""


def _tell(scope: Scope, error: Exception) -> None:
    _log.error("fault", **_place(scope, error))


def _place(scope: Scope, error: Exception) -> dict[str, Any]:
    """Where it went wrong."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    route = getattr(scope.get("route"), "path", None)
    return {"route": route, "error": type(error).__name__, "where": where}
