"""A short memory of what was looked up, so that the hot path asks no disk. Bounded, and forgetful: what another
process changed is noticed within two seconds, what this one changes at once (`forget`).

It holds whatever it is given; what that means is its owner's business.
"""

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from shared import clock
from shared.instants import SECOND, Duration

REMEMBERED_FOR: Final[Duration] = 2 * SECOND
AT_MOST: Final = 50_000

T = TypeVar("T")


class Memory(Generic[T]):
    """Values by key. Safe for use from several threads."""

    def __init__(self, monotonic: Callable[[], Duration] = clock.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Duration, T]] = {}
        self._forgotten = 0

    def get(self, key: str) -> T | None:
        """The value, if it was looked up a moment ago."""
        known = self._known.get(key)
        return None if known is None or self._monotonic() >= known[0] else known[1]

    def look_up(self, key: str, look: Callable[[], T | None]) -> T | None:
        """What `look` finds, remembered (an absence is not: whoever was added is there at once)."""
        begun, until = self._forgotten, self._monotonic() + REMEMBERED_FOR
        found = look()
        with self._lock:
            if found is not None and begun == self._forgotten:  # else it may have changed while we looked
                if len(self._known) >= AT_MOST:
                    self._known.clear()
                self._known[key] = (until, found)
        return found

    def forget(self) -> None:
        """Forget everything: the next look-up is a real one."""
        with self._lock:
            self._forgotten += 1
            self._known.clear()
