"""Sending generated cases: a few connections that are kept open, each sending as soon as it was answered."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.load.fuzzing.cases import Case
from tests.load.fuzzing.judging import Judge
from tests.load.fuzzing.world import Headers

CONNECTIONS: Final = 8
ANSWERED_WITHIN: Final = 30.0
_UNSENT: Final = frozenset({"content-length", "transfer-encoding", "host", "connection", "authorization"})


async def send_all(port: int, cases: Iterator[tuple[Case, Headers]], judge: Judge) -> None:
    """All of them, over several connections at once."""
    await asyncio.gather(*(_send(port, cases, judge) for _ in range(CONNECTIONS)))


async def _send(port: int, cases: Iterator[tuple[Case, Headers]], judge: Judge) -> None:
    wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for case, headers in cases:
        sent = encoded(case, headers)
        wire = wire or await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        wire[1].write(sent)
        try:
            status, content, body, keep = await asyncio.wait_for(_answer(wire[0], case), ANSWERED_WITHIN)
        except (OSError, EOFError, TimeoutError):
            status, content, body, keep = 0, "", b"", False
        judge.take(case, sent, status, content, body)
        if not keep:
            wire[1].close()
            wire = None
    if wire is not None:
        wire[1].close()


async def _answer(reader: asyncio.StreamReader, case: Case) -> tuple[int, str, bytes, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    fields = dict(_field(line) for line in lines if line)
    status, content = int(first[9:12]), fields.get("content-type", "")
    if content.startswith("text/event-stream"):  # it has no end
        await reader.readuntil(b"\n\n")
        return status, content, b"", False
    body = b""
    if "content-length" in fields and case.method != "HEAD":
        body = await reader.readexactly(int(fields["content-length"]))
    elif "transfer-encoding" in fields:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    return status, content, body, fields.get("connection") != "close"


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()


def encoded(case: Case, headers: Headers) -> bytes:
    """The request's bytes."""
    path = case.template
    for name, value in case.path.items():
        path = path.replace("{" + name + "}", quote(_text(value), safe=""))
    if case.query:
        path += "?" + urlencode({name: _query(value) for name, value in case.query.items()}, doseq=True)
    body = b"" if case.body is None else _body(case.body)
    own = {name: value for name, value in case.headers.items() if name.lower() not in _UNSENT}
    lines = [f"{case.method} {path} HTTP/1.1", "Host: door"]
    lines += [f"{name}: {_line(value)}" for name, value in {**own, **headers}.items() if _token(name)]
    lines += ["Content-Type: application/json"] if case.body is not None else []
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def _body(body: Any) -> bytes:
    """JSON, and what is none of it: NaN, half characters."""
    if isinstance(body, bytes):
        return body
    return json.dumps(body, default=str).encode()


def _text(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text.encode("utf-8", "surrogatepass")


def _query(value: Any) -> Any:
    return [_text(each) for each in value] if isinstance(value, list) else _text(value)


def _token(name: str) -> bool:
    return name.isascii() and name.replace("-", "").replace("_", "").isalnum()


def _line(value: str) -> str:
    return "".join(letter for letter in value if letter >= " " and letter != "\x7f")
