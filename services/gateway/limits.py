"""How large a body may be: asked while it streams in, before anything reads it.

Pure ASGI, so that it costs a request next to nothing. What a body says is not looked at here.
"""

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import Problem

FACT_BYTES: Final = 64 << 10
BATCH_BYTES: Final = 4 << 20
BATCH_FACTS: Final = 1_000


class BodyLimit:
    """Answers 413 to a body larger than its path allows: at once where `Content-Length` says so, else as soon
    as it is."""

    def __init__(self, app: ASGIApp, *, usual: int = FACT_BYTES, larger: Mapping[str, int] | None = None):
        self._app = app
        self._usual = usual
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._usual)
        if announced(scope) > limit:
            await too_large(limit).response()(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise too_large(limit)
            return message

        await self._app(scope, counted, send)


def too_large(limit: int) -> Problem:
    """413: final; the phone shows it and goes on."""
    return Problem(
        413,
        "too-large",
        "Too large",
        f"a body here has at most {limit >> 10} KiB; send a shorter text, or fewer facts at once",
    )


def announced(scope: Scope) -> int:
    """How large the body is said to be; 0 where nothing is said."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
