"""The coming days of a rota as a strip: a band for each stretch, its place and width as shares. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from services.pager.oncall import Stretch
from shared.instants import DAY, Instant
from shared.schedule import local_date, midnight

_TONES: Final = 4
"""People are told apart by tones that come again; who it is stands beside the strip."""


class Band(NamedTuple):
    """One stretch."""

    left: str
    width: str
    tone: str
    """gap, or which of the tones."""


def strip(coming: Sequence[Stretch]) -> tuple[Band, ...]:
    """The stretches, which follow each other without holes, over the whole width."""
    start, whole = coming[0].start, coming[-1].end - coming[0].start
    tones: dict[tuple[str, ...], str] = {}
    bands = []
    for each in coming:
        tone = tones.setdefault(each.people, str(len(tones) % _TONES + 1)) if each.people else "gap"
        share = 100 / whole
        bands.append(
            Band(f"{(each.start - start) * share:.3f}%", f"{(each.end - each.start) * share:.3f}%", tone)
        )
    return tuple(bands)


def days(zone: str, start: Instant, end: Instant) -> tuple[tuple[str, str], ...]:
    """Every second local midnight in [start, end): where, and the day that begins."""
    first = local_date(zone, start) + timedelta(days=1)
    found = []
    for number in range(0, (end - start) // DAY, 2):
        day = first + timedelta(days=number)
        share = (midnight(zone, day) - start) / (end - start)
        if 0.03 < share < 0.97:
            found.append((f"{100 * share:.2f}%", f"{day:%a} {day.day}"))
    return tuple(found)
