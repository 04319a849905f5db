"""Blind: the log's present has not moved for `blind_after` of the machine's *monotonic* clock
(ARCHITECTURE.md).

Whatever the reason. The page, the metrics and readiness each feed one of these and ask it. It reads no clock.
"""

from typing import Final

from shared.instants import SECOND, Duration, Instant

BLIND_AFTER: Final[Duration] = 60 * SECOND


class Watch:
    """Watches one present (the log's, or a service's clock)."""

    def __init__(self, blind_after: Duration = BLIND_AFTER) -> None:
        self._blind_after = blind_after
        self._present: Instant | None = None
        self._moved_at: Duration | None = None

    def see(self, present: Instant, monotonic: Duration) -> Duration:
        """The present, as read now. How far it moved at once (0: not at all, or never seen before)."""
        before = self._present
        if before is not None and present <= before:
            return 0
        self._present, self._moved_at = present, monotonic
        return 0 if before is None else present - before

    def blind_since(self, monotonic: Duration) -> Instant | None:
        """The instant up to which was watched, if nothing has been since for `blind_after` or more; else
        None.

        A present that was never seen is nothing to say anything about: see it when the process starts."""
        if self._moved_at is None or monotonic - self._moved_at < self._blind_after:
            return None
        return self._present
