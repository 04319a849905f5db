"""A slow, second reading of DOMAIN.md §4, written from the page alone: what the cover service's part of
`wakeful.alerts` must hold. Children, plans and absences are those of the reading of §3 (`tests.oracle.house`).
"""

from typing import Any

from tests.oracle.checks import end_of, first_ones, told_by_home
from tests.oracle.cover.night import CoverNight
from tests.oracle.house import House
from tests.oracle.telling import Teller


def alerts(lines: list[dict[str, Any]], until: int | None = None) -> list[dict[str, Any]]:
    """The envelopes of the cover service's alerts, by `at`, alert id and lifecycle.

    `lines` as in the replay contract (EVENTS.md); `until` in ms since 1970 (default: the last `appended_at`).
    """
    told = [event for night in _nights(lines, until) for event in night.teller.events]
    return [event[4] for event in sorted(told, key=lambda one: one[:4])]


def refused(lines: list[dict[str, Any]], until: int | None = None) -> list[str]:
    """The ids of the facts that may not stand, by home, in the home's order."""
    return [fact_id for night in _nights(lines, until) for fact_id in night.refused]


def _nights(lines: list[dict[str, Any]], until: int | None) -> list[CoverNight]:
    """Every home's facts, played to the end."""
    until = end_of(lines) if until is None else until
    nights = []
    for home_id, told in told_by_home(lines, until):
        night = CoverNight(House(home_id), Teller(home_id, "cover"))
        night.play(first_ones(told), until)
        nights.append(night)
    return nights
