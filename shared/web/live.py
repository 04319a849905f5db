"""Waking whoever waits for news: one shared notifier between the thread that commits and the streams that read.

It carries no news, only that there is some: what is new is read from the store, by each reader at its own pace, so a
slow reader holds nobody up and nothing is lost between two readings. No queue will ever live here.
"""

import asyncio
import contextlib
import threading


class Notifier:
    """Counts commits. `notify` and `close` may be called from any thread; `wait` from any event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._count = 0
        self._closed = False

    @property
    def count(self) -> int:
        """How often there was news. Take it before reading the store, and wait for what comes after it."""
        return self._count

    @property
    def closed(self) -> bool:
        """True once the process is going down: streams end."""
        return self._closed

    def notify(self) -> None:
        """Say that something was committed. Where another process commits, call it every second: a look is cheap."""
        with self._lock:
            self._count += 1
            self._wake()

    def close(self) -> None:
        """Say that the process is going down. Waiting ends at once, for ever. Call it as soon as the signal comes:
        a server waits for its open streams before it tells anybody that it is stopping."""
        with self._lock:
            self._closed = True
            self._wake()

    async def wait(self, after: int, timeout_s: float) -> bool:
        """Wait until `count` is past `after`; False if the time was over first. At once when closed."""
        woken = asyncio.Event()
        waiter = (asyncio.get_running_loop(), woken)
        with self._lock:
            if self._closed or self._count > after:
                return True
            self._waiting.add(waiter)
        try:
            await asyncio.wait_for(woken.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._waiting.discard(waiter)
        return True

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for loop, woken in waiting:
            with contextlib.suppress(RuntimeError):  # its loop has ended meanwhile
                loop.call_soon_threadsafe(woken.set)
