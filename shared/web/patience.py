"""How long the door waits for a connection and how much it holds for one; how many there may be at once.

Plain figures and the system's limit of open files. What is done when one is reached is `connection`'s.
"""

import resource
from dataclasses import dataclass
from functools import cache
from typing import Final

RESERVED: Final = 512
"""Files that the process needs for itself: logs, databases, static files."""


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds and bytes; the page for operators (docs/operating.md) says what each is good for."""

    head_within_s: float = 15.0
    """Request line and headers, from their first byte or from the connection's beginning."""
    head: int = 32 << 10
    target: int = 8 << 10
    body_slack_s: float = 20.0
    """A body has so long, and a second more for every `body_rate` bytes of it that have come."""
    body_rate: int = 1 << 10
    discarded: int = 16 << 20
    """Of a body that was refused early: read and thrown away, so that its sender lives to read why."""
    unread_s: float = 30.0
    """Whoever does not read what is written to them for so long is cut off."""
    pipelined: int = 1_000
    """Requests sent before the answers to those before them."""
    connections: int | None = None
    """At once; None: what the limit of open files leaves room for."""


@cache
def room() -> int:
    """How many connections the limit of open files leaves room for, at least 64."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(64, soft - RESERVED) if soft != resource.RLIM_INFINITY else 1 << 20


def raise_limit() -> int:
    """Let this process open as many files as the system lets it; how many that is. A connection is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 1 << 16)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):  # a system that has another limit beside this one
            return soft
        room.cache_clear()
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
