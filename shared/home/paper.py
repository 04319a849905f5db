"""A plan's check rules on paper: the minutes of a local week in which each is in force, and what they then ask. No
instants, no zones; the clocks' changes are `shared.schedule`'s.
"""

from collections.abc import Sequence
from typing import Any, Final

from shared.instants import MINUTE, Duration, parse_duration
from shared.schedule import MINUTES, Window, parse_local_time

WEEK: Final = 7 * MINUTES
"""Minutes of a local week."""
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_TOLERANCE: Final = 15 * MINUTE
TIMES_GRACE: Final = 5 * MINUTE


def default_grace(ceiling: Duration) -> Duration:
    """A `grace`, default 2 min for ceilings ≤ 15 min, else 5 min (DOMAIN.md §3)."""
    return 2 * MINUTE if ceiling <= 15 * MINUTE else 5 * MINUTE


def ceiling_of(rule: dict[str, Any]) -> tuple[Duration, Duration]:
    """The ceiling and the grace of an interval rule."""
    ceiling = parse_duration(rule["ceiling"])
    return ceiling, default_grace(ceiling) if rule.get("grace") is None else parse_duration(rule["grace"])


def times_of(rule: dict[str, Any]) -> list[tuple[int, Duration, Duration]]:
    """The times of a rule that lists some, as minutes of the day, each with its tolerance and its grace."""
    tolerance = parse_duration(rule["tolerance"]) if rule.get("tolerance") else DEFAULT_TOLERANCE
    grace = TIMES_GRACE if rule.get("grace") is None else parse_duration(rule["grace"])
    return [(parse_local_time(time), tolerance, grace) for time in rule["times"]]


def is_interval(rule: dict[str, Any]) -> bool:
    """Whether it is an interval rule; else it lists times."""
    return rule.get("times") is None


def window_of(rule: dict[str, Any]) -> Window:
    """The window of an interval rule, or of a night cover."""
    days = rule.get("days")
    return Window(
        parse_local_time(rule["from"]),
        parse_local_time(rule["to"]),
        frozenset(WEEKDAYS.index(day) for day in days) if days else None,
    )


def minutes_of(window: Window) -> list[int]:
    """The minutes of the local week in which the window is in force; Sunday night runs into Monday."""
    length = (window.end - window.start) % MINUTES or MINUTES
    return [
        (day * MINUTES + window.start + minute) % WEEK
        for day in (range(7) if window.days is None else window.days)
        for minute in range(length)
    ]


def week_of(rules: Sequence[dict[str, Any]]) -> list[int | None]:
    """For each minute of the local week the place of the interval rule in force then, in `rules`."""
    week: list[int | None] = [None] * WEEK
    for place, rule in enumerate(rules):
        if is_interval(rule):
            for minute in minutes_of(window_of(rule)):
                week[minute] = place
    return week
