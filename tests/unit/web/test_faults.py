"""What goes wrong under an app: told once, and never a reader who has simply gone away."""

import asyncio
from collections.abc import Callable
from typing import Any

import anyio
import pytest
import structlog
from sqlalchemy.exc import OperationalError
from starlette.types import Message, Receive, Scope, Send

from shared.web.problems import BrokenOff, Faults

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/api/v1/alerts/stream", "headers": []}


def answered(error: Exception, *, begun: bool) -> tuple[list[Message], list[Any]]:
    """What was sent and what was logged where a route fails with `error`, its answer begun or not."""

    async def route(_scope: Scope, _receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    sent: list[Message] = []

    async def run() -> None:
        async def send(message: Message) -> None:
            sent.append(message)

        await Faults(route)(dict(SCOPE), receive, send)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with structlog.testing.capture_logs() as logged:
        asyncio.run(run())
    return sent, logged


@pytest.mark.parametrize("gone", [anyio.BrokenResourceError, anyio.ClosedResourceError])
def test_a_reader_who_leaves_a_stream_is_no_fault(gone: Callable[[], Exception]) -> None:
    sent, logged = answered(ExceptionGroup("tasks", [gone(), ExceptionGroup("inner", [gone()])]), begun=True)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert logged == []


def test_a_fault_beside_a_reader_who_leaves_is_told() -> None:
    with pytest.raises(BrokenOff):
        answered(ExceptionGroup("tasks", [anyio.BrokenResourceError(), KeyError("x")]), begun=True)


def test_a_fault_before_the_answer_is_a_500_that_repeats_nothing() -> None:
    sent, logged = answered(ValueError("She was crying."), begun=False)
    assert sent[0]["status"] == 500
    assert b"crying" not in sent[1]["body"]
    assert [line["event"] for line in logged] == ["fault"]
    assert "crying" not in str(logged)


def test_a_database_that_is_away_is_a_503_to_come_again_and_no_fault() -> None:
    away = OperationalError("SELECT 1", {}, ConnectionRefusedError("postgres:secret@db"))
    sent, logged = answered(away, begun=False)
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"1") in sent[0]["headers"]
    assert b"secret" not in sent[1]["body"]
    assert [line["event"] for line in logged] == ["the database is away; whoever comes is told to come again"]
    assert "secret" not in str(logged)
