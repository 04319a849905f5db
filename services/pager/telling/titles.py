"""The one line that says it all: an e-mail's subject, a notification's head, the first words of a text message.

Ids may be long. They are cut in the middle before anything else is: what it is, since when, and the level stay whole.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from services.pager.telling.given import Occasion
from services.pager.telling.worded import Worded
from shared.instants import Instant
from shared.words import TITLES, Wall, about
from shared.words.closing import way_of_closing
from shared.words.times import local_clock

LONGEST: Final = 120
"""Characters of a title, at most."""
_SHORTEST_ID: Final = 6


def title_of(alerts: Sequence[Worded], occasion: Occasion) -> str:
    """The title of a message about these alerts, worst first."""
    worst = alerts[0]
    count = f"{len(alerts)} alerts: " if len(alerts) > 1 else ""
    how = f": {_way(worst)}" if occasion.status == "resolved" and len(alerts) == 1 else ""
    return fitting(
        lambda cut: (
            f"{_mark(occasion)}{_state(worst, occasion, cut)}{count}{headline(worst, occasion.at, cut)}{how}"
        )
    )


def headline(alert: Worded, at: Instant, cut: Callable[[str], str] = str) -> str:
    """What, about whom or what, where, since when, level. `cut`: what is done to each id."""
    wall = Wall(alert.zone, at)
    subject = about(alert)
    level = (f"level {alert.level}",) if alert.level > 1 else ()
    where = (*((cut(subject),) if subject else ()), f"home {cut(alert.home_id)}")
    return ", ".join((f"{name_of(alert.kind)}: {where[0]}", *where[1:], _since(alert, wall), *level))


def name_of(kind: str) -> str:
    """What the kind is called."""
    return TITLES.get(kind, kind.replace("_", " ").capitalize())


def fitting(line: Callable[[Callable[[str], str]], str]) -> str:
    """`line` of ids as long as they may be in LONGEST characters; where that does not help, it is cut at its end."""
    for room in range(LONGEST, _SHORTEST_ID - 1, -1):
        text = line(partial(_cut, room=room))
        if len(text) <= LONGEST:
            return text
    return text[: LONGEST - 1] + "…"


def _cut(id_: str, room: int) -> str:
    if len(id_) <= room:
        return id_
    head = (room - 1) // 2
    return f"{id_[:head]}…{id_[len(id_) - (room - 1 - head) :]}"


def _mark(occasion: Occasion) -> str:
    return "TEST: " if occasion.purpose == "test" else ""


def _state(alert: Worded, occasion: Occasion, cut: Callable[[str], str]) -> str:
    """How it stands, before what it is; nothing where it is told for the first time."""
    if occasion.status == "resolved":
        return (
            "Over. "
            if alert.resolved_at is None
            else f"Over at {_clock(alert, alert.resolved_at, occasion)}. "
        )
    if alert.taken_by is not None and alert.until is not None:
        return f"{cut(alert.taken_by)} has it until {_clock(alert, alert.until, occasion)}. "
    return "Still open. " if occasion.step > 0 or occasion.round > 0 else ""


def _since(alert: Worded, wall: Wall) -> str:
    due = alert.kind.endswith("_overdue") or alert.kind == "plan_missing"
    return f"due by {wall.by(alert.since)}" if due else f"since {wall.clock(alert.since)}"


def _clock(alert: Worded, at: Instant, occasion: Occasion) -> str:
    return local_clock(at, alert.zone, occasion.at)


def _way(alert: Worded) -> str:
    """Comes last: it may be long, and is told below the title in any case."""
    return way_of_closing(alert, alert.how, alert.resolved_by)
