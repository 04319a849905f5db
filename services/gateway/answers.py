"""Which problems each operation may be answered with, put into the OpenAPI document: made from what the operation takes
and who may call it, so that no route has to repeat it and none forgets.

What an operation answers where all is well is its own; nothing here runs for a request.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from shared.web.access import gates
from shared.web.problems import MEDIA_TYPE

_SAID: Final[Mapping[int, str]] = {
    400: "Cannot be read: no JSON, or no HTTP",
    401: "No token, or one that is not good; the phone keeps what it has",
    403: "Not the sender's to do",
    404: "Nothing here that the reader may see",
    408: "Did not come to its end in time",
    409: "Another fact has this id; or it cannot be done as things stand",
    413: "Too large",
    414: "The address is too long",
    422: "Wrong, or refused: `errors` says what would be accepted",
    429: "Too many at once; send the same again after `Retry-After` seconds",
    431: "The headers are too long",
    503: "Not now; send the same again after `Retry-After` seconds",
}
_ANYWHERE: Final = (400, 408, 413, 414, 431, 503)
"""What the connection itself may be answered."""
_WAITS: Final = (429, 503)


def with_problems(document: dict[str, Any], app: FastAPI) -> None:
    """Give every operation its problems."""
    document["components"]["responses"] = {_name(status): _response(status) for status in _SAID}
    for method, path, route, open_to_all in _operations(app):
        operation = document["paths"][path][method]
        answers = operation["responses"]
        answers.pop("422", None)  # FastAPI's own, which is not what is answered here
        declared = {status for status in _SAID if str(status) in answers}
        for status in sorted(_statuses(operation, path, route, open_to_all) | declared):
            answers[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
        if open_to_all:
            operation["security"] = []
    document["components"]["schemas"].pop("HTTPValidationError", None)
    document["components"]["schemas"].pop("ValidationError", None)


def _operations(app: FastAPI) -> Iterator[tuple[str, str, APIRoute, bool]]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and context.include_in_schema:
            is_open = any(gate.open_because for gate in gates(context.dependant))
            for method in context.methods or ():
                yield method.lower(), context.path or "", route, is_open


def _statuses(operation: Mapping[str, Any], path: str, route: APIRoute, open_to_all: bool) -> set[int]:
    takes_body, records = "requestBody" in operation, "facts" in route.tags
    found = set(_ANYWHERE) | ({422} if operation.get("parameters") or takes_body else set())
    found |= {429} if path.startswith("/api/") else set()
    found |= set() if open_to_all else {401, 403}
    found |= {401} if open_to_all and takes_body else set()  # a code that is wrong
    found |= {404} if not records and (operation.get("parameters") or takes_body) else set()
    return found | ({409} if records and "{" in path else set())


def _name(status: int) -> str:
    return f"Problem{status}"


def _response(status: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "description": _SAID[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in _WAITS:
        seconds = {"schema": {"type": "integer", "minimum": 1}, "description": "In seconds", "required": True}
        said["headers"] = {"Retry-After": seconds}
    return said
