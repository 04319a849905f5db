"""One connection to the door: uvicorn's httptools protocol, with what that leaves out, an end to waiting.

- A head and a body must come in time, a body the longer the more of it comes (`Patience`): a phone on a bad line gets
  through, one byte every ten seconds does not.
- Whoever does not read what is written to them is cut off; until then one buffer is all they cost.
- A body that is refused early is read and thrown away, so that the sender lives to read the answer.
- Where there are too many connections, one that does nothing makes way; if all are busy, the new one gets a 503.
- What is no HTTP gets a problem, never in the place of an answer to something else.
- A wish for another protocol is overheard (some clients wish for HTTP/2 with every request), and the body is not lost.

Nothing is decided here by what a request says; which bodies are too large is the app's to answer.
"""

import asyncio
from functools import cache
from itertools import islice
from typing import Any, Final, cast

import httptools
import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.web.patience import Patience, room
from shared.web.problems import MEDIA_TYPE, Problem, later

NOT_HTTP: Final = Problem(400, "not-http", "Not HTTP", "this cannot be read as a request of HTTP/1.1")
LONG_HEAD: Final = Problem(
    431, "long-head", "Headers too long", "send shorter headers, 32 KiB at most together"
)
LONG_TARGET: Final = Problem(414, "long-address", "Address too long", "send a shorter address, 8 KiB at most")
LATE: Final = Problem(
    408, "too-slow", "Too slow", "the request did not come to its end in time; send it again"
)
FULL: Final = later(503, "full", "No room", "too many connections at once; come again", 5_000)

_NOTHING, _HEAD, _BODY = "nothing", "head", "body"
_LOOKED_AT: Final = 64


class Connection(HttpToolsProtocol):
    """To be given to uvicorn as `http`; `patient` makes one with other limits."""

    patience = Patience()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._wrong: Problem | None = None
        self._reading, self._taken, self._began = _HEAD, 0, self.loop.time()
        self._overheard = 0  # bytes still to come of the body of a request that wished for another protocol
        if len(self.connections) > (self.patience.connections or room()) and not self._made_way():
            self._refuse(FULL)
        else:
            self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._timer, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._overheard:
            data = self._feed_overheard(data)
        try:
            while data:
                data = self._feed(data)
        except httptools.HttpParserError:
            self._refuse(self._wrong or NOT_HTTP)
            return
        if self._reading is not _NOTHING:
            self._look_later()

    # -- what the parser says --------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading, self._taken, self._began = _HEAD, 0, self.loop.time()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.patience.target:
            self._wrong = LONG_TARGET
            raise ValueError(LONG_TARGET.kind)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._taken += len(name) + len(value) + 4
        if self._taken > self.patience.head:
            self._wrong = LONG_HEAD
            raise ValueError(LONG_HEAD.kind)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._reading, self._taken, self._began = _BODY, 0, self.loop.time()
        self._overheard = self._announced() if self.parser.should_upgrade() else 0
        if len(self.pipeline) > self.patience.pipelined:
            self.transport.abort()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._taken += len(body)
        if self._taken > self.patience.discarded:
            self.transport.close()

    def on_message_complete(self) -> None:
        if self._overheard:
            return  # the parser reads no body here; `_feed_overheard` does
        super().on_message_complete()
        self._reading = _NOTHING

    # -- another protocol, wished for ------------------------------------------------------------------------

    def _feed(self, data: bytes) -> bytes:
        """Feed the parser; what is left where it stopped at a wish for another protocol."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as wish:
            self.parser = httptools.HttpRequestParser(self)
            rest = data[wish.args[0] :]
            return self._feed_overheard(rest) if self._overheard else rest
        return b""

    def _feed_overheard(self, data: bytes) -> bytes:
        """Take what is still to come of such a request's body; what is left belongs to the next one."""
        body, rest = data[: self._overheard], data[self._overheard :]
        self._overheard -= len(body)
        if body:
            self.on_body(body)
        if not self._overheard:
            self.on_message_complete()
        return rest

    def _announced(self) -> int:
        """How long its body is. Raises ValueError where it does not say: such a body could not be told from what
        follows it."""
        known = dict(self.headers)
        if self.scope["method"] == "CONNECT" or b"transfer-encoding" in known:
            raise ValueError("no body of unknown length beside a wish for another protocol")
        return int(known.get(b"content-length", b"0"))

    # -- waiting ---------------------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.patience.unread_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_at(max(self._deadline(), self.loop.time() + 0.05), self._look)

    def _look(self) -> None:
        """Whether what is being read has come in time; an idle connection is left to uvicorn's keep-alive."""
        self._timer = None
        if self._reading is _NOTHING or self.transport.is_closing():
            return
        if self.loop.time() < self._deadline():
            self._look_later()
        else:
            self._refuse(LATE)

    def _deadline(self) -> float:
        if self._reading is _HEAD:
            return self._began + self.patience.head_within_s
        return self._began + self.patience.body_slack_s + self._taken / self.patience.body_rate

    # -- ending ----------------------------------------------------------------------------------------------

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _made_way(self) -> bool:
        """Close whoever has done nothing for the longest, of some that are looked at."""
        some = (cast(Connection, each) for each in islice(self.connections, _LOOKED_AT))
        idle = [each for each in some if each is not self and each._idle()]
        if not idle:
            return False
        min(idle, key=lambda each: each._began).transport.abort()
        return True

    def _refuse(self, problem: Problem) -> None:
        """Answer and close; where something else is being answered, let that come first, and close then."""
        if not self._idle() and (self.cycle.response_started or not self.cycle.more_body):
            self._reading = _NOTHING
            self.cycle.keep_alive = False
            self.flow.pause_reading()
            return
        had_its_answer = self._reading is _BODY and self._idle()
        if not had_its_answer and not self.transport.is_closing():
            self.transport.write(_bytes_of(problem))
        self.transport.close()


def patient(patience: Patience) -> type[Connection]:
    """A `Connection` with these limits."""
    return type("PatientConnection", (Connection,), {"patience": patience})


@cache
def _bytes_of(problem: Problem) -> bytes:
    body = orjson.dumps(problem.body())
    headers: dict[str, Any] = {
        "content-type": MEDIA_TYPE,
        "content-length": len(body),
        **(problem.headers or {}),
        "connection": "close",
    }
    lines = "".join(f"{name.lower()}: {value}\r\n" for name, value in headers.items())
    return STATUS_LINE[problem.status_code] + lines.encode("ascii") + b"\r\n" + body
