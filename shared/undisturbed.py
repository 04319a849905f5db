"""Keeping the garbage collector from looking over and over again at what only grows, or is about to go by itself.

Of a million objects that are loaded and stay, each full collection costs the door and the watch up to a second; after
loading they are set apart (`gc.freeze`), so that no later collection looks at them. And what one batch of facts makes
lives as long as the batch: a collection in the middle of it finds all of that alive, and keeps it for the full one.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MANY: Final = 200_000
"""So many new objects are worth setting apart."""
YOUNG: Final = 20_000
"""So many new objects before they are looked at: a batch of a thousand facts makes about as many, which then go."""

_lock = threading.Lock()
_loading = 0
_was_enabled = False


@contextmanager
def undisturbed() -> Iterator[None]:
    """Load what stays. Any number of threads may at one time: the collector comes back with the last of them."""
    global _loading, _was_enabled
    with _lock:
        if _loading == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _loading += 1
    try:
        yield
    finally:
        with _lock:
            _loading -= 1
            if _loading == 0 and _was_enabled:
                if gc.get_count()[0] > MANY:
                    gc.freeze()
                gc.enable()


def look_seldom() -> None:
    """For a process that serves, once its code is loaded: that is set apart, and what is new is looked at seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
