"""A receiver that the tests run: an HTTP server on this machine that records what it hears and behaves as it is told.

    with Receiver() as receiver:
        receiver.behave(status(500), status(429, retry_after="7"), ok())  # one after the other; the last stays
        receiver.behave(hang(), path="/r17")                              # for one path alone
        ... send to receiver.url ...
        first, second = receiver.wait(2)
        receiver.down(); receiver.up()                                    # at the same port

It runs in a thread of its own, so that it serves tests with a loop and tests without. `wait` waits for the thing
itself.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

import orjson

from shared import clock
from shared.instants import Instant
from tests.waiting import LONG_S

T = TypeVar("T")
Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Answers one request. When it returns, the connection is closed."""

_DRIP_S: Final = 0.02
_LUMP: Final = b"x" * 65_536


@dataclass(frozen=True, slots=True)
class Heard:
    """One request, as it came."""

    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    at: Instant
    """When its first byte came, by the wall clock."""
    precise: float
    """The same by `clock.precise`, in seconds."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


def ok() -> Behaviour:
    """200, with a short body."""
    return status(200, b'{"status": "taken"}')


def status(code: int, body: bytes = b"", **headers: str) -> Behaviour:
    """A status; `retry_after="7"` is the header `Retry-After: 7`."""
    lines = [f"HTTP/1.1 {code} Sample", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    answer = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return behave


def redirect(to: str, code: int = 307) -> Behaviour:
    """Sends elsewhere."""
    return status(code, location=to)


def hang() -> Behaviour:
    """Takes the request and never answers, until the caller goes or the receiver is closed."""

    async def behave(_writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    return behave


def reset() -> Behaviour:
    """Takes the request and goes."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    return behave


def drip() -> Behaviour:
    """A status line, then headers byte by byte without an end: each byte comes soon, the answer never."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Sample\r\nX-Sample: ")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(_DRIP_S)

    return behave


def flood(code: int = 200) -> Behaviour:
    """A status, and a body without an end, as fast as it is taken."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {code} Sample\r\nConnection: close\r\n\r\n".encode())
        while not writer.is_closing():
            writer.write(_LUMP)
            await writer.drain()

    return behave


class Receiver:
    """The server. Made to be used in a `with`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        """`tls`: with this certificate, else in plain."""
        self._tls = tls
        self._port = 0
        self._heard: list[Heard] = []
        self._changed = threading.Condition()
        self._queues: dict[str | None, list[Behaviour]] = {None: [ok()]}
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="receiver", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.up()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.down()
        self._run(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def port(self) -> int:
        """Where it listens, and will again after it was down."""
        return self._port

    @property
    def url(self) -> str:
        """Its root, without a slash."""
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self._port}"

    @property
    def heard(self) -> list[Heard]:
        """All requests so far, in the order in which they came whole."""
        with self._changed:
            return list(self._heard)

    def behave(self, *behaviours: Behaviour, path: str | None = None) -> None:
        """From now on answer so: the first to the next request, and so on; the last stays. `path`: to requests of that
        path alone, which then have their own."""
        with self._changed:
            self._queues[path] = list(behaviours)

    def wait(self, number: int, path: str | None = None) -> list[Heard]:
        """The requests (of one path, if it is given), once there are so many."""

        def found() -> list[Heard]:
            return [each for each in self._heard if path in (None, each.path)]

        with self._changed:
            come = self._changed.wait_for(lambda: len(found()) >= number, LONG_S)
            assert come, f"not {number} requests of {path}, but {len(found())} of {len(self._heard)}"
            return found()

    def forget(self) -> None:
        """Forget what was heard."""
        with self._changed:
            self._heard.clear()

    def down(self) -> None:
        """Listen no more, and let every connection go: nobody gets through until `up`."""
        self._run(self._down())

    def up(self) -> None:
        """Listen (again, at the same port)."""
        self._run(self._up())

    def _run(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result()

    async def _up(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._begin, "127.0.0.1", self._port, ssl=self._tls, backlog=1024
            )
            self._port = self._server.sockets[0].getsockname()[1]

    async def _down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError
            ):
                heard = await _read(reader)
                await self._note(heard)(writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def _note(self, heard: Heard) -> Behaviour:
        with self._changed:
            queue = self._queues.get(heard.path) or self._queues[None]
            behaviour = queue.pop(0) if len(queue) > 1 else queue[0]
            self._heard.append(heard)
            self._changed.notify_all()
        return behaviour


async def _read(reader: asyncio.StreamReader) -> Heard:
    first = await reader.readexactly(1)
    at, precise = clock.now(), clock.precise()
    head = first + await reader.readuntil(b"\r\n\r\n")
    request, *lines = head.decode("latin-1").rstrip().split("\r\n")
    method, target, _version = request.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, target, headers, body, at, precise)
