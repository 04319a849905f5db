"""What `wakeful doctor` looks at: each look gives findings, with what was found and the remedy. Nothing is changed.

What there is to look at in a folder is `folder`'s, over a broker `apart`'s; what is the same in both is
here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from wakeful.cli.folder import Folder

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shared.settings import Settings
    from wakeful.cli.apart import Apart

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


def look(here: "Folder | Apart") -> list[Finding]:
    """Look at everything. What cannot even be looked at is a finding too."""
    findings: list[Finding] = []
    for about, each in _looks(here).items():
        try:
            findings += [Finding(about, *found) for found in each(here.settings)]
        except Exception as error:
            remedy = "put that right, then look again"
            findings.append(Finding(about, Mark.WRONG, f"{type(error).__name__}: {error}", remedy))
    return findings


def _looks(here: "Folder | Apart") -> Mapping[str, Look]:
    if isinstance(here, Folder):
        from wakeful.cli.health.folder import LOOKS

        return LOOKS
    from wakeful.cli.health.apart import looks

    return looks(here)


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
