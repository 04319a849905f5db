"""Night cover as it is judged in a chaotic night, which lasts minutes: what the rules wait for takes seconds here, in
the processes and in whoever judges them. So does what the pager waits for: the time in which what falls to one person
is gathered, and the lease by which a worker that has died still has him.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Final

from services.cover import overruns, shortages
from services.pager.chain import gathering
from services.pager.engine import claims, lanes
from shared.instants import SECOND, Duration

_SHORT: Final[tuple[tuple[ModuleType, str, Duration], ...]] = (
    (shortages, "GRACE", SECOND),
    (shortages, "CHILD_GRACE", SECOND // 2),
    (shortages, "AGAIN", 6 * SECOND),
    (shortages, "CHILD_AGAIN", 4 * SECOND),
    (overruns, "LONGEST", 5 * SECOND),
    (gathering, "WINDOW", 6 * SECOND),
    (claims, "MARGIN", 2 * SECOND),
)


_SOON: Final[tuple[tuple[ModuleType, str, Duration], ...]] = (
    (gathering, "WINDOW", SECOND // 4),
    (lanes, "FIRST_PAUSE", SECOND // 4),
)


def hurry() -> None:
    """From here on, in this process."""
    _hurry(_SHORT)


def hurry_the_pager() -> None:
    """How long it gathers, and how soon it tries again: from here on, in this process."""
    _hurry(_SOON)


def _hurry(times: Sequence[tuple[ModuleType, str, Duration]]) -> None:
    for module, name, short in times:
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
