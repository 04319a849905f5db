"""What a plan version says: its rules, which are in force when, what two plans' words mean beside each other.

Pure functions of plan texts and a zone. No placement, no check and no deadline is known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from shared.instants import parse_duration
from tests.oracle.local import MINUTE, days_around, instant_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 7 * 1440


@dataclass(frozen=True)
class Rule:
    """An interval rule: a local window that starts on `days`, a ceiling and a grace in milliseconds."""

    start: str
    end: str
    ceiling: int
    grace: int
    days: tuple[str, ...]

    def window(self, zone: str, day: date) -> tuple[int, int] | None:
        """The half-open window that starts on local date `day`, if one does ("overnight where to ≤ from")."""
        if WEEKDAYS[day.weekday()] not in self.days:
            return None
        last = day + timedelta(days=1) if self.end <= self.start else day
        return instant_of(zone, day, self.start), instant_of(zone, last, self.end)

    def week(self) -> list[tuple[int, int]]:
        """Its windows as minutes of a local week; the last may run over the end of the week."""
        start, length = _minute(self.start), (_minute(self.end) - _minute(self.start)) % 1440 or 1440
        return [
            (WEEKDAYS.index(d) * 1440 + start, WEEKDAYS.index(d) * 1440 + start + length) for d in self.days
        ]


@dataclass(frozen=True)
class Item:
    """One local time of a `times` list."""

    wall: str
    tolerance: int
    grace: int


@dataclass(frozen=True)
class Version:
    """A plan version and the instant at which its time has come."""

    number: int
    comes: int
    rules: tuple[Rule, ...]
    items: tuple[Item, ...]


def _minute(wall: str) -> int:
    return int(wall[:2]) * 60 + int(wall[3:5])


def read_rules(checks: list[dict[str, Any]]) -> tuple[Rule, ...]:
    """The interval rules of a plan's `checks` (default grace "2 min for ceilings ≤ 15 min, else 5 min")."""
    rules = []
    for one in checks:
        if not one.get("ceiling"):
            continue
        ceiling = parse_duration(one["ceiling"])
        usual = 2 * MINUTE if ceiling <= 15 * MINUTE else 5 * MINUTE
        grace = parse_duration(one["grace"]) if one.get("grace") else usual
        rules.append(Rule(one["from"], one["to"], ceiling, grace, tuple(one.get("days") or WEEKDAYS)))
    return tuple(rules)


def read_items(checks: list[dict[str, Any]]) -> tuple[Item, ...]:
    """The local times of a plan's `checks` ("default 15 min; grace default 5 min")."""
    return tuple(
        Item(
            wall, parse_duration(one.get("tolerance") or "PT15M"), parse_duration(one.get("grace") or "PT5M")
        )
        for one in checks
        for wall in one.get("times") or ()
    )


def overlaps(checks: list[dict[str, Any]]) -> bool:
    """Whether two windows of one plan overlap on some local day of the week."""
    taken = sorted(window for rule in read_rules(checks) for window in rule.week())
    if not taken:
        return False
    around = [*taken, (taken[0][0] + WEEK, taken[0][1] + WEEK)]
    return any(later[0] < earlier[1] for earlier, later in pairwise(around))


def lowers(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether `new` protects less than `old`.

    "Longer ceiling, shorter or fewer windows or times, fewer waking staff, no one-to-one, a closed or dropped
    ligature or suicide prevention plan." Windows are compared instant by instant of a local week, times by number.
    """
    old_rules, new_rules = read_rules(old["checks"]), read_rules(new["checks"])
    edges = {edge % WEEK for rule in (*old_rules, *new_rules) for pair in rule.week() for edge in pair}
    for at in edges:
        was, now = _ceiling(old_rules, at), _ceiling(new_rules, at)
        if was is not None and (now is None or now > was):
            return True
    if len(read_items(new["checks"])) < len(read_items(old["checks"])):
        return True
    if _lowers_cover(old.get("night_cover") or {}, new.get("night_cover") or {}):
        return True
    return any(old.get(part) and not new.get(part) for part in ("ligature_plan", "suicide_prevention"))


def _lowers_cover(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """ "Fewer waking staff, no one-to-one", or a minute of night cover that is not covered any more."""
    if (new.get("waking_staff") or 0) < (old.get("waking_staff") or 0):
        return True
    if old.get("dedicated") and not new.get("dedicated"):
        return True
    was, now = _cover_rules(old), _cover_rules(new)
    edges = {edge % WEEK for rule in (*was, *now) for pair in rule.week() for edge in pair}
    return any(_ceiling(was, at) is not None and _ceiling(now, at) is None for at in edges)


def _cover_rules(cover: dict[str, Any]) -> tuple[Rule, ...]:
    night = night_window(cover)
    return () if night is None else (night,)


def night_window(cover: dict[str, Any]) -> Rule | None:
    """The window of a night cover, every night; None where it states none."""
    if not cover.get("from") or not cover.get("to"):
        return None
    return Rule(cover["from"], cover["to"], 0, 0, WEEKDAYS)


def _ceiling(rules: Iterable[Rule], at: int) -> int | None:
    for rule in rules:
        if any(start <= at < end or start <= at + WEEK < end for start, end in rule.week()):
            return rule.ceiling
    return None


class Timeline:
    """Which version and which interval rule is in force at any instant of one stay. Never changed."""

    def __init__(self, zone: str, versions: Iterable[Version]) -> None:
        self.zone = zone
        self.versions = tuple(versions)
        self._rules: dict[int, tuple[Version, Rule] | None] = {}

    def version_at(self, at: int) -> Version | None:
        """ "The highest-numbered of those whose time has come." """
        come = [version for version in self.versions if version.comes <= at]
        return max(come, key=lambda version: version.number) if come else None

    def rule_at(self, at: int) -> tuple[Version, Rule] | None:
        """The one interval rule in force at `at`, with its version."""
        if at not in self._rules:
            self._rules[at] = self._find(at)
        return self._rules[at]

    def _find(self, at: int) -> tuple[Version, Rule] | None:
        version = self.version_at(at)
        for rule in version.rules if version else ():
            for day in days_around(self.zone, at, at):
                window = rule.window(self.zone, day)
                if version and window and window[0] <= at < window[1]:
                    return version, rule
        return None

    def changes(self, after: int, to: int) -> list[int]:
        """Every instant in (after, to] at which what is in force may change."""
        found = {version.comes for version in self.versions}
        if to > after:
            for day in days_around(self.zone, after, to):
                for version in self.versions:
                    for rule in version.rules:
                        found.update(rule.window(self.zone, day) or ())
        return sorted(at for at in found if after < at <= to)

    def items(self, first: int, last: int) -> list[tuple[int, Version, Item]]:
        """The `times` items in [first, last] that count: "if its version is in force at t"."""
        if last < first:
            return []
        found = []
        for version in self.versions:
            for item in version.items:
                for day in days_around(self.zone, first, last):
                    at = instant_of(self.zone, day, item.wall)
                    if first <= at <= last and self.version_at(at) is version:
                        found.append((at, version, item))
        return sorted(found, key=lambda one: (one[0], one[2].wall))
