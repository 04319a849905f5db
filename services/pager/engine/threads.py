"""Which alerts a thread of messages tells of: what a system that was told of several at once calls back with."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from services.pager.engine.tables import MESSAGES
from services.pager.telling.compose import thread_of

_LATEST: Final = 2_000
"""Messages of a person that are looked through: days of them, at their most."""


def alerts_of(connection: Connection, person: str, thread: str) -> Sequence[str]:
    """A thread of one alert has its id; one of several was sent to that person as one."""
    grouped = (
        select(MESSAGES.c.bundle, MESSAGES.c.alert_id)
        .where(
            MESSAGES.c.person == person,
            MESSAGES.c.state == "sent",
            MESSAGES.c.bundle != MESSAGES.c.key,
        )
        .order_by(MESSAGES.c.ended_at.desc())
        .limit(_LATEST)
    )
    bundles: dict[str, list[str]] = {}
    for row in connection.execute(grouped):
        bundles.setdefault(row.bundle, []).append(row.alert_id)
    return next((ids for ids in bundles.values() if thread_of(ids) == thread), [thread])
