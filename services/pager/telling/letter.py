"""A message's contents, in order, before they are text or HTML: what, where, since when, what next, who was told.

Written for somebody who was asleep a minute ago. No free text from the log is ever in it, and nobody's name: what
people wrote is read on the page, by those who may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.pager.channels.base import Action
from services.pager.telling.given import Occasion, Ways
from services.pager.telling.story import Line, story_lines
from services.pager.telling.titles import name_of, title_of
from services.pager.telling.worded import Worded
from shared.words import Wall, length, told
from shared.words.doing import what_next

ALERTS_AT_MOST: Final = 10
"""Alerts that one message lists; of the rest, how many."""

_TEST: Final = (
    "This is a TEST. Nothing has happened, and nobody is in danger.",
    "Please answer it as you would at night, so that the record shows that it reached you.",
)
_BESIDE: Final = "The home's own people are told by the home's chain. This is so that you know."


@dataclass(frozen=True, slots=True)
class Item:
    """One alert."""

    severity: str
    heading: str
    where: str
    points: tuple[str, ...]
    state: str
    """How it closed, or who has it; empty: it is open and nobody's."""
    story: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The whole message."""

    title: str
    lead: tuple[str, ...]
    items: tuple[Item, ...]
    more: int
    """Alerts that are not listed."""
    next: tuple[tuple[str, str], ...]
    """What to do, by what; empty where nothing is to be done."""
    page: str | None
    actions: tuple[Action, ...]
    foot: tuple[str, ...]


def letter(alerts: Sequence[Worded], occasion: Occasion, ways: Ways) -> Letter:
    """The message about these alerts (worst first, at least one)."""
    over = occasion.status == "resolved"
    listed = alerts[:ALERTS_AT_MOST]
    return Letter(
        title=title_of(alerts, occasion),
        lead=_lead(alerts, occasion),
        items=tuple(_item(alert, occasion) for alert in listed),
        more=len(alerts) - len(listed),
        next=() if over else _next(alerts),
        page=ways.page,
        actions=() if over else ways.actions,
        foot=_foot(listed),
    )


def _lead(alerts: Sequence[Worded], occasion: Occasion) -> tuple[str, ...]:
    count = (f"{len(alerts)} alerts, the worst first.",) if len(alerts) > 1 else ()
    test = _TEST if occasion.purpose == "test" else ()
    return (*test, *count, *((_BESIDE,) if occasion.beside else ()))


def _item(alert: Worded, occasion: Occasion) -> Item:
    wall = Wall(alert.zone, occasion.at)
    words = told(alert, occasion.at)
    level = f" (level {alert.level})" if alert.level > 1 else ""
    until = occasion.at if alert.resolved_at is None else alert.resolved_at
    lasted = length(until - alert.since)
    running = (f"{lasted} {words.running}",) if words.running else ()
    return Item(
        severity=words.severity,
        heading=words.title + level,
        where=_where(alert, words.about),
        points=(*words.points, *running),
        state=words.closed or _taken(alert, wall),
        story=story_lines(alert.story, wall, beside=occasion.beside),
    )


def _where(alert: Worded, subject: str) -> str:
    if alert.placement_id is not None:
        subject = f"placement {subject}"
    return f"home {alert.home_id}" + (f", {subject}" if subject else "")


def _taken(alert: Worded, wall: Wall) -> str:
    if alert.taken_by is None or alert.until is None:
        return ""
    return f"{alert.taken_by} has it until {wall.clock(alert.until)}"


def _next(alerts: Sequence[Worded]) -> tuple[tuple[str, str], ...]:
    kinds = dict.fromkeys(alert.kind for alert in alerts if alert.state != "resolved")
    return tuple((name_of(kind), what) for kind in kinds if (what := what_next(kind)))


def _foot(alerts: Sequence[Worded]) -> tuple[str, ...]:
    zones = {alert.zone for alert in alerts}
    zone = zones.pop() if len(zones) == 1 else "each home"
    alike = "Times are UTC" if zone is None else f"Times are those of {zone}"
    return (f"{alike}. People and children are told by their ids.", *(f"Alert {a.alert_id}" for a in alerts))
