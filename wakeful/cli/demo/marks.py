"""The marks of the drawn sample night. Every one has a shape of its own, so that nothing depends on colour; a terminal
without Unicode gets plain letters.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from services.cover.night import Band
from shared.home.own_times import Check
from shared.instants import MINUTE


class Mark(NamedTuple):
    """How something is drawn: its sign, the plain one, its style, and what it means."""

    sign: str
    plain: str
    style: str
    means: str


SEEN: Final = Mark("●", "o", "green", "seen")
CAME_LATE: Final = Mark("◐", "c", "cyan", "seen, its record came late")
ATTEMPT: Final = Mark("○", "-", "yellow", "tried, not seen")
NOT_FOUND: Final = Mark("✕", "x", "bold red", "looked for, not found")
AWAY: Final = Mark("░", "~", "blue", "away")
OVER: Final = Mark("━", "=", "bold red", "over the ceiling")
GRACE: Final = Mark("━", "=", "yellow", "over the ceiling")
WATCHED: Final = Mark("·", ".", "bright_black", "a check is promised")
RAISED: Final = Mark("▲", "^", "bold red", "alert raised")
WORSENED: Final = Mark("2", "2", "bold red", "worsened, to this level")
RESOLVED: Final = Mark("▼", "v", "bold green", "closed")
RECORD: Final = Mark("•", "*", "bright_black", "")
AWAKE: Final = Mark("▬", "_", "green", "enough awake on record")
RESTING: Final = Mark("◇", "b", "yellow", "short: on a break")
LAPSED: Final = Mark("□", "?", "bold red", "short: no sign of being awake")
NOBODY: Final = Mark("▽", "!", "bold red", "short: nobody on duty")
LEGEND: Final = (SEEN, CAME_LATE, ATTEMPT, NOT_FOUND, AWAY, WATCHED, OVER, RAISED, WORSENED, RESOLVED)
LEGEND_OF_COVER: Final = (AWAKE, RESTING, LAPSED)
_WEIGHT: Final = (NOT_FOUND, ATTEMPT, CAME_LATE, SEEN)
"""Of several checks in one column the first of these is drawn."""
_SHORT: Final = (NOBODY, LAPSED, RESTING)


def mark_of(check: Check) -> Mark:
    """How a check is drawn."""
    outcome = check.fact.data["outcome"]
    if outcome == "not_found":
        return NOT_FOUND
    if not check.valid:
        return ATTEMPT
    return CAME_LATE if check.fact.appended_at - check.fact.entered_at > MINUTE else SEEN


def heavier(there: Mark | None, mark: Mark) -> Mark:
    """Which of two in one column is drawn."""
    if there in _WEIGHT and _WEIGHT.index(there) < _WEIGHT.index(mark):
        return there
    return mark


def mark_of_bands(bands: Iterable[Band], child: str | None) -> Mark | None:
    """How the cover of a column is drawn: the worst of it; None where nobody was required. `child`: of whoever is with
    that child; None: of the house."""
    marks = [_mark_of_band(band, child) for band in bands if band.required]
    return next((mark for mark in _SHORT if mark in marks), AWAKE if marks else None)


def _mark_of_band(band: Band, child: str | None) -> Mark:
    if not band.short:
        return AWAKE
    role = "waking" if child is None else "one_to_one"
    states = {each.state for each in band.staff if each.role == role and each.placement_id == child}
    return LAPSED if "lapsed" in states else RESTING if "on_break" in states else NOBODY
