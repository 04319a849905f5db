"""Blind: the log's present has not moved for `blind_after` of the machine's *monotonic* clock
(ARCHITECTURE.md).

Whatever the reason. The page, the metrics and readiness each feed one of these and ask it. It reads no clock.
"""

from collections.abc import Iterable
from typing import Final

from shared.instants import SECOND, Duration, Instant, show_duration

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


def clock_said(off: Duration) -> str:
    """A machine's clock that jumped by `off` and is not believed, and what to do: for people."""
    way = "forward" if off > 0 else "back"
    remedy = "put it right (NTP), and all goes on by itself; if it is right now, restart Wakeful"
    return f"the machine's clock jumped {_seconds(abs(off))} {way}; {remedy}"


def blind_anywhere_since(watches: Iterable[Watch], monotonic: Duration) -> Instant | None:
    """Since when the present of one of these has stood still, the longest; None while none does."""
    stands = [watch.blind_since(monotonic) for watch in watches]
    return min((since for since in stands if since is not None), default=None)


def why(off: Duration, ahead: Duration, *, stands: bool) -> str:
    """Why nobody is watching, and what to do: for people. `off` and `ahead` are the log's (`SqliteLog.clock_off`);
    `stands`: the log's present does, else it is a service that does."""
    if off:
        return clock_said(off)
    if ahead > SECOND:
        remedy = "set the clock right (NTP): until it has caught up, time stands still here"
        return f"the machine's clock is {_seconds(ahead)} behind the log; {remedy}"
    if stands:
        return "the door's probe does not get in, or the disk does not answer; see the process's log"
    return "a service stands still; see to the disk and to the process's log"


def _seconds(length: Duration) -> str:
    return show_duration(round(length / SECOND) * SECOND)
