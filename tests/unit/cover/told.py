"""Nights of cover written down for tests of one part: the facts of a scenario that is told to nobody."""

from datetime import date

from services.cover.night import Band, CoverNight, cover_night
from shared.events.decode import fact_of_event
from shared.facts import Fact
from shared.instants import Instant, show_instant
from tests.scenarios.night import Night

EVENING = date(2026, 3, 2)


def facts_of(night: Night) -> list[Fact]:
    """What was told, as a reader of the log decodes it."""
    return [fact_of_event(topic, at, event) for topic, at, event in night.moves if topic is not None]


def as_known(night: Night, as_of: str, day: date = EVENING) -> CoverNight:
    """The record of that night, as it was known then."""
    return cover_night(facts_of(night), "Europe/London", day, night.instant(as_of))


def clock(at: Instant) -> str:
    """`22:10`, `22:10:30`."""
    return show_instant(at)[11:-5].removesuffix(":00")


def drawn(bands: tuple[Band, ...]) -> list[str]:
    """One line a band: `22:00-22:10 1/2 short: W1 awake`."""
    return [
        f"{clock(band.start)}-{clock(band.end)} {band.evidenced}/{band.required}"
        + (" short" if band.short else "")
        + (": " if band.staff else "")
        + ", ".join(
            f"{each.staff_id} {each.state}{' relieving' if each.relieving else ''}" for each in band.staff
        )
        for band in bands
    ]
