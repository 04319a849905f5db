"""When a home's daily test is due. Pure.

At the local time that the home's policy names, once a day. Where nobody ran at that hour it is made up for within
`LATE_AT_MOST`; after that it is left to the next day, so that nobody is woken by a test in the night.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

from shared.instants import HOUR, Duration, Instant
from shared.schedule import local_date
from shared.schedule.local import local_instant, parse_local_time

LATE_AT_MOST: Final[Duration] = HOUR
_NAMESPACE: Final = UUID("b5c5e7cf-2f5d-5a0e-8c4f-4b8f0a7b9d31")


def due(policy: Mapping[str, Any] | None, zone: str, now: Instant) -> date | None:
    """The local day whose test is due now; None: none is. Whether it was made already is asked of the book."""
    if policy is None or not (stated := policy.get("test_at")):
        return None
    today = local_date(zone, now)
    at = local_instant(zone, today, parse_local_time(stated))
    return today if at <= now < at + LATE_AT_MOST else None


def daily_id(home_id: str, day: date) -> str:
    """The id of that day's test: whoever makes it first, makes it."""
    return str(uuid5(_NAMESPACE, f"{home_id} {day.isoformat()}"))
