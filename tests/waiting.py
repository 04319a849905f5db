"""Waiting for the thing itself. How long anything takes is no test's business: one with a limit of its own fails on a
machine that is busy with something else, and says nothing about the product."""

import inspect
import time
from collections.abc import Callable
from typing import Final

LONG_S: Final = 300.0
"""Far more than anything takes, on a machine that has ten times as much to do: a bound, and no promise. A test's own
time limit is longer still, so that what was waited for is told."""


def until(
    so: Callable[[], object],
    saw: Callable[[], object] | None = None,
    *,
    meanwhile: Callable[[], object] | None = None,
    pause_s: float = 0.02,
) -> None:
    """Wait until it is so. What never comes to be is told with its source, and with what was seen at last: `saw`, or
    what `so` itself gave. `meanwhile` is done before each look but the first."""
    end = time.monotonic() + LONG_S
    while not (last := so()):
        if time.monotonic() > end:
            seen = last if saw is None else saw()
            raise AssertionError(
                f"never came to be within {LONG_S:.0f} s: {_source(so)}\nseen at last: {seen!r}"
            )
        if meanwhile is not None:
            meanwhile()
        time.sleep(pause_s)


def _source(so: Callable[[], object]) -> str:
    """The lines that say what was waited for."""
    try:
        return inspect.getsource(so).strip()
    except (OSError, TypeError):
        return repr(so)
