"""The only place that reads a clock of the machine. Everything else is told what time it is."""

import time
from typing import Final

from shared.instants import Duration, Instant

# Only Linux tells how long it slept; elsewhere the time asleep is missing, and the wall clock seems to jump by it.
_STEADY: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> Instant:
    """The machine's wall clock, UTC, whole milliseconds. It may step; never measure a wait with it."""
    return time.time_ns() // 1_000_000


def monotonic() -> Duration:
    """Milliseconds that only ever grow, also while the machine sleeps: for waiting and for *blind*."""
    return time.clock_gettime_ns(_STEADY) // 1_000_000


def precise() -> float:
    """Seconds, as finely as the machine can tell, from some moment of this process: for how long an answer took."""
    return time.perf_counter()
