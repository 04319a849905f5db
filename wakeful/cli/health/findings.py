"""What a finding is, and the looks that are the same in a folder (`folder`) and over a broker (`apart`). Each look
gives what it found with the remedy. Nothing is changed.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shared.settings import Settings

ANSWER_WITHIN_S: Final = 5.0
"""How long a running process is waited for."""
AHEAD: Final = 30_000
"""Milliseconds by which the log may be ahead of the machine's clock before it is not believed."""


class Mark(Enum):
    """What a finding is worth."""

    GOOD = "ok"
    NOTE = "note"
    WRONG = "WRONG"


class Finding(NamedTuple):
    """One thing that was looked at."""

    about: str
    mark: Mark
    found: str
    remedy: str = ""


Found = tuple[Mark, str] | tuple[Mark, str, str]
"""A finding, but for what it is about."""
Look = Callable[["Settings"], Iterable[Found]]


def names_of_settings(_settings: "Settings") -> Iterator[Found]:
    """Whether everything that looks like a setting is one."""
    from shared.settings import unknown

    for name, near in unknown():
        yield Mark.WRONG, f"{name} is no setting", f"write {near}" if near else "take it out"


def watchdog(settings: "Settings") -> Iterator[Found]:
    """Whether somebody outside hears of it when nobody watches any more."""
    if settings.watchdog_url is None:
        remedy = "set WAKEFUL_WATCHDOG_URL to an outside service that calls somebody when the pings stop"
        yield Mark.WRONG, "no dead man's ping: if this machine dies, nobody is told", remedy
    else:
        who = "wakeful up" if settings.kafka is None else "wakeful gateway"
        yield Mark.GOOD, f"set: `{who}` pings it while somebody watches"


def clock_beside(last: int) -> Found:
    """The machine's clock beside the last instant of the log."""
    from shared import clock
    from shared.instants import show_duration, show_instant

    ahead = last - clock.now()
    if ahead > AHEAD:
        return (
            Mark.WRONG,
            f"the machine's clock is {show_duration(ahead)} behind the log, which stands at {show_instant(last)}",
            "set the clock right (NTP): until it has caught up, time stands still here",
        )
    return Mark.GOOD, f"not behind the log, which stands at {show_instant(last)}"


def homes_aside(views: "Connection | None") -> Iterator[Found]:
    """The homes that a service does not watch. None: there are no read models yet."""
    from sqlalchemy import select

    from shared.instants import show_instant
    from shared.store.tables import ASIDES

    rows = [] if views is None else views.execute(select(ASIDES)).all()
    for row in rows:
        found = f"home {row.home_id} is not watched by {row.service} since {show_instant(row.since)}: {row.reason}"
        remedy = f"run: wakeful rebuild {row.service} --home {row.home_id}; if it fails, upgrade"
        yield Mark.WRONG, found, remedy
    if not rows:
        yield Mark.GOOD, "none"


def rebuilds_under_way(views: "Connection | None") -> Iterator[Found]:
    """The read models that are being made again."""
    from shared.store import rebuilds

    begun = [] if views is None else rebuilds.under_way(views)
    for each in begun:
        where = f" in home-partition {each.partition}" if each.partition else ""
        come = f"{each.service} is being made again{where}, {each.position} of {each.goal} records"
        yield Mark.NOTE, come, f"if that stands still, run: wakeful rebuild {each.service}"
