"""The hours in which a message of severity notify may go: 08:00 to 20:00 of the home's zone (DOMAIN.md §6)."""

from datetime import timedelta
from typing import Final

from shared.instants import Instant
from shared.schedule import local_date, local_instant

FROM: Final = 8 * 60
TO: Final = 20 * 60


def opens(zone: str, now: Instant) -> Instant:
    """The first instant, from `now` on, at which such a message may go."""
    day = local_date(zone, now)
    if now < (begins := local_instant(zone, day, FROM)):
        return begins
    if now < local_instant(zone, day, TO):
        return now
    return local_instant(zone, day + timedelta(days=1), FROM)
