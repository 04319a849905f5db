"""Waiting in an event loop for what the log's writer does in its thread.

One commit answers many at once, and wakes the loop once (`asyncio.wrap_future` would wake it for each). What is asked
in one turn of the loop goes to the writer together, so that one commit has more to take.
"""

import asyncio
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


class Awaiter:
    """For one event loop: futures of other threads as its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._awake = False
        self._asked: list[tuple[asyncio.Future[Any], Callable[[], Future[Any]]]] = []

    def soon(self, ask: Callable[[], Future[T]]) -> "asyncio.Future[T]":
        """`ask` at the end of this turn of the loop, with all that is asked in it; an awaitable of the outcome."""
        mine: asyncio.Future[T] = self._loop.create_future()
        if not self._asked:
            self._loop.call_soon(self._ask)
        self._asked.append((mine, ask))
        return mine

    def _ask(self) -> None:
        asked, self._asked = self._asked, []
        for mine, ask in asked:
            try:
                theirs = ask()
            except Exception as error:
                mine.set_exception(error)
            else:
                theirs.add_done_callback(partial(self._tell, mine))

    def of(self, theirs: Future[T]) -> "asyncio.Future[T]":
        """An awaitable of this loop with the same outcome."""
        mine: asyncio.Future[T] = self._loop.create_future()
        theirs.add_done_callback(partial(self._tell, mine))
        return mine

    def _tell(self, mine: "asyncio.Future[Any]", done: Future[Any]) -> None:
        self._done.append((mine, done))
        if not self._awake:  # set before the loop looks, cleared before it drains: none is left behind
            self._awake = True
            try:
                self._loop.call_soon_threadsafe(self._drain)
            except RuntimeError:  # the loop has ended, and whoever waited in it with it
                self._done.clear()

    def _drain(self) -> None:
        self._awake = False
        while self._done:
            mine, done = self._done.popleft()
            if mine.cancelled():
                continue
            error = done.exception()
            if error is None:
                mine.set_result(done.result())
            else:
                mine.set_exception(error)


_AWAITERS: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Awaiter]" = weakref.WeakKeyDictionary()


def awaiter() -> Awaiter:
    """The running loop's own."""
    loop = asyncio.get_running_loop()
    known = _AWAITERS.get(loop)
    if known is None:
        known = _AWAITERS[loop] = Awaiter(loop)
    return known
