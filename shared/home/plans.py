"""What a plan version asks for, compiled: interval rules and times with their timetable, night cover, which parts.

Equal plans of one zone share one compiled `PlanTerms`, so that a million placements do not hold a million copies.
Free text never comes this far. When a version is in force is the fold's business.
"""

from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from shared.events.canonical import canonical
from shared.home.completeness import PlanParts
from shared.home.paper import ceiling_of, is_interval, times_of, window_of
from shared.instants import MINUTE, Duration, Instant, parse_duration
from shared.schedule import Timetable, Window, overlap, timetable

PROOF_EVERY: Final = 60 * MINUTE
"""A plan that states no `proof_every` means 60 min (DOMAIN.md §4)."""


class IntervalRule(NamedTuple):
    """The longest time between two valid checks while its window is in force, and the grace after it."""

    ceiling: Duration
    grace: Duration


class TimesItem(NamedTuple):
    """One local time at which the child is to be seen, give or take `tolerance`."""

    minute: int
    tolerance: Duration
    grace: Duration


class NightCover:
    """The waking cover that a plan asks for, and when. Immutable."""

    __slots__ = ("_windows", "dedicated", "proof_every", "waking_staff")

    def __init__(self, zone: str, cover: dict[str, Any]) -> None:
        self._windows: Timetable = timetable(zone, (window_of(cover),))
        self.waking_staff: int = cover.get("waking_staff") or 0
        self.dedicated: bool = bool(cover.get("dedicated"))
        """Whether the child has a one-to-one worker."""
        stated = cover.get("proof_every")
        self.proof_every: Duration = PROOF_EVERY if stated is None else parse_duration(stated)

    def asks(self, at: Instant) -> tuple[bool, Instant]:
        """Whether its window holds `at`, and until when (left out) the answer stands."""
        stretch = self._windows.stretch(at)
        return stretch.index is not None, stretch.end


class PlanTerms:
    """The checkable terms of a plan in one zone. Immutable and shared; compare by identity."""

    __slots__ = ("__weakref__", "intervals", "items", "night", "text", "timetable", "windows")

    def __init__(self, zone: str, text: bytes) -> None:
        terms = orjson.loads(text)
        windows, intervals, items = _compiled(terms["checks"])
        self.text: bytes = text
        """Canonical JSON of the terms: what is stored, and what makes plans equal."""
        self.windows: tuple[Window, ...] = windows
        self.intervals: tuple[IntervalRule, ...] = intervals
        self.items: tuple[TimesItem, ...] = items
        self.timetable: Timetable = timetable(zone, windows, tuple(item.minute for item in items))
        cover = terms["night_cover"]
        self.night: NightCover | None = None
        """None: no waking cover is asked for, or no window says when."""
        if cover is not None and None not in (cover.get("from"), cover.get("to")):
            self.night = NightCover(zone, cover)

    @property
    def data(self) -> dict[str, Any]:
        """`checks` and `night_cover` as the plan states them (without words), and which parts it has."""
        terms: dict[str, Any] = orjson.loads(self.text)
        return terms


def _compiled(
    rules: list[dict[str, Any]],
) -> tuple[tuple[Window, ...], tuple[IntervalRule, ...], tuple[TimesItem, ...]]:
    windows: list[Window] = []
    intervals: list[IntervalRule] = []
    items: list[TimesItem] = []
    for rule in rules:
        if is_interval(rule):
            windows.append(window_of(rule))
            intervals.append(IntervalRule(*ceiling_of(rule)))
        else:
            items += [TimesItem(*item) for item in times_of(rule)]
    return tuple(windows), tuple(intervals), tuple(items)


def overlapping(rules: list[dict[str, Any]]) -> tuple[int, int] | None:
    """The first two interval rules of a plan, by place in its `checks`, whose windows overlap: refused (§3)."""
    places = [place for place, rule in enumerate(rules) if is_interval(rule)]
    both = overlap([window_of(rules[place]) for place in places])
    return None if both is None else (places[both[0]], places[both[1]])


_RULE_FIELDS: Final = ("from", "to", "ceiling", "grace", "days", "times", "tolerance")


def terms_of(zone: str, plan: dict[str, Any]) -> PlanTerms:
    """The terms of a plan's `data` (of `plan.agreed`, or a home's `default_plan`), shared where equal."""
    cover = plan.get("night_cover")
    text = canonical(
        {
            "checks": [
                {field: rule[field] for field in _RULE_FIELDS if rule.get(field) is not None}
                for rule in plan["checks"]
            ],
            "night_cover": None
            if cover is None
            else {key: value for key, value in cover.items() if key != "meaning" and value is not None},
            "ligature_plan": plan.get("ligature_plan") is not None,
            "suicide_prevention": plan.get("suicide_prevention") is not None,
        }
    )
    return shared_terms(zone, text)


@lru_cache(maxsize=65_536)
def shared_terms(zone: str, text: bytes) -> PlanTerms:
    """The one `PlanTerms` for these canonical terms."""
    return PlanTerms(zone, text)


@lru_cache(maxsize=65_536)
def shared_text(text: str) -> str:
    """The one string for all that equal it: every child of a commissioner names the same one."""
    return text


_ASKED_AGAIN: Final = 512
"""Monitors of one process read the same facts shortly after each other, and make the same of them."""
_STATED: Final = ("rooms", "default_plan", "statement_of_purpose")


Registrations: TypeAlias = tuple[tuple[Instant, dict[str, Any]], ...]
"""What was registered of a home, by when it takes effect."""


def registration(since: Instant, told: dict[str, Any]) -> Registrations:
    """One registration: what the fold needs of it for later, shared where equal. Not to be changed."""
    return _shared_registration(since, orjson.dumps({field: told.get(field) for field in _STATED}))


@lru_cache(maxsize=_ASKED_AGAIN)
def _shared_registration(since: Instant, text: bytes) -> Registrations:
    return ((since, _shared_statement(text)),)


@lru_cache(maxsize=65_536)
def _shared_statement(text: bytes) -> dict[str, Any]:
    statement: dict[str, Any] = orjson.loads(text)
    return statement


class PlanVersion(NamedTuple):
    """One version of a placement's plan. Number 0 is the home's default plan."""

    number: int
    since: Instant
    """When its time had come: the later of `effective_from` and `appended_at` (§3)."""
    terms: PlanTerms
    parts: PlanParts | None = None
    """What is kept of an agreed version beside its terms; the default plan has none."""

    @property
    def data(self) -> dict[str, Any]:
        """The terms as JSON."""
        return self.terms.data


@lru_cache(maxsize=_ASKED_AGAIN)
def default_version(since: Instant, terms: PlanTerms) -> PlanVersion:
    """Version 0 from `since` on, shared where equal."""
    return PlanVersion(0, since, terms)
