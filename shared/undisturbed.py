"""Loading much at once without the garbage collector: it would look over and over again at what is only growing.

Of a million objects that are loaded and stay, each full collection costs the door and the watch up to a second; after
loading they are set apart (`gc.freeze`), so that no later collection looks at them.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MANY: Final = 200_000
"""So many new objects are worth setting apart."""

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
