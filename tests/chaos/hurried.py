"""Night cover as it is judged in a chaotic night, which lasts minutes: what the rules wait for takes seconds here, in
the processes and in whoever judges them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Final

from services.cover import overruns, shortages
from shared.instants import SECOND, Duration

_SHORT: Final[tuple[tuple[ModuleType, str, Duration], ...]] = (
    (shortages, "GRACE", SECOND),
    (shortages, "CHILD_GRACE", SECOND // 2),
    (shortages, "AGAIN", 6 * SECOND),
    (shortages, "CHILD_AGAIN", 4 * SECOND),
    (overruns, "LONGEST", 5 * SECOND),
)


def hurry() -> None:
    """From here on, in this process."""
    for module, name, short in _SHORT:
        assert getattr(module, name) > short
        setattr(module, name, short)


@contextmanager
def hurried() -> Iterator[None]:
    """In here."""
    usual = [(module, name, getattr(module, name)) for module, name, _ in _SHORT]
    hurry()
    try:
        yield
    finally:
        for module, name, value in usual:
            setattr(module, name, value)
