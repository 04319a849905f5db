"""The short way to the routes by which facts come: the same endpoints, declared and documented like all others,
reached without the layers that FastAPI puts around a route (a third of the cost of a durable PUT).

An ASGI middleware, inside whatever others an app has: what it does not know goes the ordinary way. Bodies are
limited while they stream in, there and here.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.limits import announced, too_large
from shared.log.base import Unavailable
from shared.web.problems import Problem, unavailable

Endpoint = Callable[[Request, bytes], Awaitable[Response]]
"""A request and its whole body."""


class HotRoute(APIRoute):
    """A route whose endpoint takes the request and its body's bytes, and asks its gate itself, of whoever the
    *fact* is by. `limit` is how large a body may be."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        endpoint: Endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            return await endpoint(request, await request.body())

        return handle


class HotPath:
    """Calls hot routes directly; all else goes on to `app`."""

    def __init__(self, app: ASGIApp, *, routes: list[Any], limits: dict[str, int], usual: int) -> None:
        self._app = app
        self._fixed: dict[tuple[str, str], _Target] = {}
        self._by_id: dict[tuple[str, str], _Target] = {}
        for context in iter_route_contexts(routes):
            route, path = context.original_route, context.path or ""
            if isinstance(route, HotRoute):
                target = _Target(route, limits.get(path, usual))
                known = self._by_id if path.endswith("/{event_id}") else self._fixed
                for method in route.methods or ():
                    known[method, path.removesuffix("/{event_id}")] = target

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = self._target(scope) if scope["type"] == "http" and not scope.get("root_path") else None
        if target is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = target.route
        request = Request(scope, receive)
        try:
            body = await _body(scope, receive, target.limit)
            if body is None:
                return
            response = await target.endpoint(request, body)
        except Problem as problem:
            response = problem.response()
        except Unavailable as error:
            response = unavailable(error).response()
        await response(scope, receive, send)

    def _target(self, scope: Scope) -> "_Target | None":
        method, path = scope["method"], scope["path"]
        target = self._fixed.get((method, path))
        if target is None:
            family, _, event_id = path.rpartition("/")
            target = self._by_id.get((method, family))
            if target is None or not event_id:
                return None
            scope["path_params"] = {"event_id": event_id}
        return target


class _Target:
    __slots__ = ("endpoint", "limit", "route")

    def __init__(self, route: HotRoute, limit: int) -> None:
        self.route = route
        self.endpoint: Endpoint = route.endpoint
        self.limit: Final = limit


async def _body(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body; None if the sender went away. Raises the 413 Problem as soon as it is too large."""
    if announced(scope) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    taken = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        taken += len(part)
        if taken > limit:
            raise too_large(limit)
        if not message.get("more_body", False):
            return b"".join((*parts, part)) if parts else bytes(part)
        parts.append(part)
