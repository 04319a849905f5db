"""A door that listens on a port of this machine, as the running house's does, and clients that talk to it byte by
byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from shared.web.connection import patient
from shared.web.patience import Patience
from tests.waiting import LONG_S


@contextmanager
def listening(app: ASGIApp, patience: Patience | None = None) -> Iterator[int]:
    """The app behind a real socket, in a thread; its port."""
    up = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            up.set()

    connection = patient(patience or Patience())
    config = uvicorn.Config(
        app,
        port=0,
        http=connection,
        ws="none",
        log_level="error",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    up.wait()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


class Wire:
    """One connection, byte by byte."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LONG_S)

    def send(self, *parts: bytes) -> Self:
        for part in parts:
            self.socket.sendall(part)
        return self

    def answer(self) -> tuple[int, bytes]:
        """The next answer's status and body. Raises ConnectionError where the connection is closed instead."""
        head = self._until(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        body = b""
        while len(body) < length:
            body += self._some(length - len(body))
        return int(head[9:12]), body

    def closed(self) -> bool:
        """Waits until the other side closes; False if it says something instead."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        self.socket.close()

    def _until(self, mark: bytes) -> bytes:
        got = b""
        while not got.endswith(mark):
            got += self._some(1)
        return got

    def _some(self, most: int) -> bytes:
        some = self.socket.recv(most)
        if not some:
            raise ConnectionError("closed before the answer came")
        return some

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def request(
    method: bytes, path: bytes, headers: bytes = b"", body: bytes = b"", *, length: int | None = None
) -> bytes:
    """A whole request; `length` is what `Content-Length` says, -1 for nothing."""
    said = len(body) if length is None else length
    counted = b"Content-Length: %d\r\n" % said if said >= 0 else b""
    return b"%b %b HTTP/1.1\r\nHost: door\r\n%b%b\r\n%b" % (method, path, headers, counted, body)
