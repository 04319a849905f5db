"""What a page must know of the watch itself: how far it has come, whether it is blind, which homes are set aside.

Filled in by the composition root, from the log's present, the machine's monotonic clock and the store. No thresholds
live here: who is blind, and since when, is decided elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from shared.instants import Instant
from shared.store.tables import ASIDES


@dataclass(frozen=True, slots=True)
class Watch:
    """Three questions, each answered at once and from any thread (`asides` may read the store; the others may not)."""

    watched_to: Callable[[], Instant | None]
    """The instant up to which every deadline has been looked at; None before anything was."""
    blind: Callable[[], Instant | None]
    """Since when nobody has been watching; None while somebody is."""
    asides: Callable[[], Mapping[str, Instant]]
    """The homes that are set aside, and since when they are not watched."""


def set_aside(views: Engine) -> dict[str, Instant]:
    """The homes that any service has set aside, by the store, and since when: what `asides` answers."""
    query = select(ASIDES.c.home_id, func.min(ASIDES.c.since).label("since")).group_by(ASIDES.c.home_id)
    with views.connect() as connection:
        return {row.home_id: row.since for row in connection.execute(query)}
