"""The engine's way to its database: a thread that writes, so that no lane waits for another's disk or lock.

    1. Take all that waits to be written.
    2. In one transaction (on Postgres: one each, which there do not wait for each other's disk), run each.
    3. Where one raises, nothing of it all is written: run each in a transaction of its own.
    4. Only now tell each what came of it.

What is written never lives here.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine

from shared.instants import SECOND, Duration
from shared.store import ledger
from shared.store.engine import writing

T = TypeVar("T")
_AT_ONCE: Final = 100
_READERS: Final = 2
"""Threads for the planner and the publisher: nobody else has them, so that nobody else can hold them up."""
_APART: Final = 8
"""Threads for what lanes look up: addresses, words."""

SERVICE: Final = "pager"
"""Whose home-partitions the engine writes for."""


async def woken(event: asyncio.Event, within: Duration) -> None:
    """Wait for it, but not longer. (Not by `wait_for`: in Python 3.11 that may lose a cancellation.)"""
    with suppress(TimeoutError):
        async with asyncio.timeout(within / SECOND):
            await event.wait()


class Store:
    """`write` and `read` from the engine's loop; `close` when nothing is under way any more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._group = _AT_ONCE if engine.dialect.name == "sqlite" else 1
        self._queue: queue.SimpleQueue[tuple[Callable[[Connection], Any], Future[Any]] | None]
        self._queue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="pager-store", daemon=True)
        self._thread.start()
        self._readers = ThreadPoolExecutor(_READERS, "pager-reads")
        self._others = ThreadPoolExecutor(_APART, "pager-looks")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """`work` in a transaction that writes; durable on return. Raises what it raises, and what the database does."""
        done: Future[T] = Future()
        self._queue.put((work, done))
        return await asyncio.wrap_future(done)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """`work` in a transaction that reads."""

        def run() -> T:
            with self._engine.connect() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def apart(self, work: Callable[[], T]) -> T:
        """What a lane looks up elsewhere, in a thread of their own: the loop's own threads are anybody's, and who waits
        there for a name server would hold everybody up."""
        return await asyncio.get_running_loop().run_in_executor(self._others, work)

    def close(self) -> None:
        """Let the thread end."""
        self._queue.put(None)
        self._thread.join()
        self._readers.shutdown(cancel_futures=True)
        self._others.shutdown(cancel_futures=True)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            group = [first]
            ends = False
            while len(group) < self._group:
                with suppress(queue.Empty):
                    more = self._queue.get_nowait()
                    if more is not None:
                        group.append(more)
                        continue
                    ends = True
                break
            self._write(group)
            if ends:
                return

    def _write(self, group: list[tuple[Callable[[Connection], Any], Future[Any]]]) -> None:
        try:
            with writing(self._engine) as connection:
                results = [work(connection) for work, _ in group]
        except BaseException as error:
            if len(group) == 1:
                _fail(group[0][1], error)
                return
            for each in group:
                self._write([each])
            return
        for (_, done), result in zip(group, results, strict=True):
            if not done.cancelled():
                with suppress(Exception):  # cancelled in between: nobody waits
                    done.set_result(result)


def _fail(done: Future[Any], error: BaseException) -> None:
    with suppress(Exception):  # cancelled: nobody waits
        done.set_exception(error)


def guard(connection: Connection, epochs: Mapping[int, int], partitions: Collection[int]) -> None:
    """Nobody else writes for these home-partitions until the transaction ends, and they are still owned. Raises
    LostOwnership. One query, however many they are: it comes before every send."""
    found = ledger.epochs(connection, SERVICE, partitions)
    for partition in sorted(partitions):
        if partition not in found or found[partition] != epochs.get(partition):
            raise ledger.LostOwnership(
                f"{SERVICE}, partition {partition}: the engine sends for epoch {epochs.get(partition)}, the ledger has "
                f"{found.get(partition, 'none')}"
            )
