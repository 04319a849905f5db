"""A client of an ASGI app for plain tests: the app runs in an event loop of its own thread, as it does in a
server, and any number of threads may call at once."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI

from tests.waiting import LONG_S

T = TypeVar("T")

ELSEWHERE = ("192.0.2.7", 4711)
"""Where the client comes from: not from this machine itself, which operations' routes let in without a token."""


class Client:
    """Calls an app; `run` runs anything else in its loop, with `raw`, the client itself."""

    def __init__(self, app: FastAPI) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=ELSEWHERE)
        json = {"Content-Type": "application/json"}
        self.raw = httpx.AsyncClient(transport=transport, base_url="http://door.test", headers=json)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(LONG_S)

    def request(
        self, method: str, path: str, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return self.run(self.raw.request(method, path, content=content, headers=headers))

    def put(self, path: str, content: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("PUT", path, content, headers)

    def post(self, path: str, content: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("POST", path, content, headers)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("GET", path, None, headers)

    def close(self) -> None:
        self.run(self.raw.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
