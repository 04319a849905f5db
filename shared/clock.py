"""The only place that reads a clock of the machine. Everything else is told what time it is."""

import time

from shared.instants import Duration, Instant


def now() -> Instant:
    """The machine's wall clock, UTC, whole milliseconds. It may step; never measure a wait with it."""
    return time.time_ns() // 1_000_000


def monotonic() -> Duration:
    """Milliseconds that only ever grow, from some moment of this process: for waiting and for *blind*."""
    return time.monotonic_ns() // 1_000_000


def precise() -> float:
    """Seconds, as finely as the machine can tell, from some moment of this process: for how long an answer took."""
    return time.perf_counter()
