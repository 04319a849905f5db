"""An app whose outermost layers are its own: what every request comes through first.

FastAPI puts seven layers around whatever is added to it; a route that must be quick is reached before them
(`services/gateway/hot.py`). No route lives here.
"""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send


class App(FastAPI):
    """A FastAPI app that can be wrapped and still is the app."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._outermost: ASGIApp = super().__call__

    def wrap(self, layer: Callable[[ASGIApp], ASGIApp]) -> None:
        """Put a layer around all there is so far."""
        self._outermost = layer(self._outermost)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self._outermost(scope, receive, send)
