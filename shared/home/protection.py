"""Does a new plan version protect less than the one in force? DOMAIN.md §3, Plan changes.

Compared on paper, minute by minute of the local week, so that it does not depend on when it is asked. Grace and
tolerance route alerts and are not protection.
"""

from shared.home.paper import WEEK, minutes_of
from shared.home.plans import PlanTerms
from shared.instants import NEVER, Duration
from shared.schedule import MINUTES, parse_local_time


def lowered(before: PlanTerms, after: PlanTerms) -> list[str]:
    """What `after` lowers: *longer ceiling, shorter or fewer windows or times, fewer waking staff, no one-to-one, a
    closed or dropped ligature or suicide prevention plan* (§3). Empty if nothing."""
    if before is after:
        return []
    found = _of_checks(before, after) + _of_cover(
        before.data["night_cover"] or {}, after.data["night_cover"] or {}
    )
    for part in ("ligature_plan", "suicide_prevention"):
        if before.data[part] and not after.data[part]:
            found.append(f"no {part}")
    return found


def _of_checks(before: PlanTerms, after: PlanTerms) -> list[str]:
    found = []
    old, new = _ceilings(before), _ceilings(after)
    if any(o < NEVER and n == NEVER for o, n in zip(old, new, strict=True)):
        found.append("shorter or fewer windows")
    if any(o < n < NEVER for o, n in zip(old, new, strict=True)):
        found.append("longer ceiling")
    if len(after.items) < len(before.items):
        found.append("fewer times")
    return found


def _ceilings(terms: PlanTerms) -> list[Duration]:
    """The ceiling in each minute of the local week; NEVER where no rule is in force."""
    week = [NEVER] * WEEK
    for window, rule in zip(terms.windows, terms.intervals, strict=True):
        for minute in minutes_of(window):
            week[minute] = rule.ceiling
    return week


def _of_cover(before: dict[str, object], after: dict[str, object]) -> list[str]:
    found = []
    if _staff(after) < _staff(before):
        found.append("fewer waking staff")
    if before.get("dedicated") and not after.get("dedicated"):
        found.append("no one-to-one")
    if not _night(before) <= _night(after):
        found.append("shorter night cover")
    return found


def _staff(cover: dict[str, object]) -> int:
    staff = cover.get("waking_staff")
    return staff if isinstance(staff, int) else 0


def _night(cover: dict[str, object]) -> frozenset[int]:
    """The local minutes of the day in which waking cover is asked for at all."""
    start, end = cover.get("from"), cover.get("to")
    if not isinstance(start, str) or not isinstance(end, str):
        return frozenset()
    first = parse_local_time(start)
    length = (parse_local_time(end) - first) % MINUTES or MINUTES
    return frozenset((first + minute) % MINUTES for minute in range(length))
