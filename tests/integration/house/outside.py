"""An outside service that hears the dead man's ping: a real HTTP server on this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Final

from tests.waiting import LONG_S

SECRET: Final = "/ping/4f1c-secret"


class Outside:
    """The service outside: hears pings, and answers each with the status that is set then."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}{SECRET}"
        self.fail_url = f"{self.url}/fail"
        self.heard: Queue[tuple[str, int]] = Queue()
        self.status = 200

    def wait_for(self, status: int, times: int) -> None:
        """Until so many pings were answered with `status`."""
        while times:
            times -= self.heard.get(timeout=LONG_S)[1] == status


@contextmanager
def listening() -> Iterator[Outside]:
    """One, for as long as it is needed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = service.status
            self.send_response(status)
            self.end_headers()
            service.heard.put((self.path, status))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nothing on the test's standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service = Outside(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
