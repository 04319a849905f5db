"""One thing that is reviewed: its date, its triggers, its due instant, and the alerts over it (DOMAIN.md §5). Pure.

There are four of them; what differs is in a table (`What`). Which fact is a review of what, what triggers it, and when
it is watched, is not decided here (`rooms.py`, `protective.py`, `model.py`).
"""

from typing import Any, Final, NamedTuple

from services.reviews.calendar import NO_DATE, Day, a_year_on, day_at, days_on, over, show_day, soon
from shared.alerting import Resolution
from shared.instants import HOUR, LONG_AGO, NEVER, Instant
from shared.openalerts import OpenAlert, Telling

TRIGGERED_FOR: Final = 24 * HOUR
"""*Its oldest uncleared trigger + 24 h.*"""
BY_DATE: Final = "date"
DUE_SOON: Final = "review_due_soon"


class What(NamedTuple):
    """What is reviewed: a row of the table of §5."""

    name: str
    """As `review_due_soon` names it in `facts.what`."""
    about: str | None
    """The field that an alert names its subject by; None: it is about the home itself."""
    days: int
    """The longest until the next review, in days; 0: 12 months."""
    triggers: frozenset[str]

    @property
    def overdue(self) -> str:
        """The kind of the alert when it is overdue."""
        return f"{self.name}_overdue"

    def longest(self, day: Day) -> Day:
        """The latest date of the next review where the last one was on `day`."""
        return days_on(day, self.days) if self.days else a_year_on(day)


_OF_A_CHILD: Final = frozenset(("self_harm", "ligature_incident", "room_change", "return", "level_change"))
ROOM: Final = What("room_ligature_review", "room", 0, frozenset(("new_child", "works", "ligature_incident")))
LIGATURE: Final = What("ligature_plan_review", "placement_id", 28, _OF_A_CHILD)
SUICIDE: Final = What("suicide_plan_review", "placement_id", 28, _OF_A_CHILD)
SUITABILITY: Final = What("suitability_review", None, 0, frozenset())


class Trigger(NamedTuple):
    """Why a review is due within 24 h, beside any date."""

    name: str
    own: Instant
    """Its own time: *a review clears the triggers whose own time is not later than its own*."""
    at: Instant
    """When it took effect: *it counts 24 h from* then."""


class Reviewed:
    """One thing that is reviewed. Small: a home has one for each room, and two for each child at the most."""

    __slots__ = (
        "_look",
        "changed",
        "date",
        "forward",
        "last_at",
        "name",
        "overdue",
        "reviewed_at",
        "soon",
        "triggers",
        "watched",
        "what",
    )

    def __init__(self, what: What, name: str) -> None:
        self.what = what
        self.name = name
        """Of its subject: the room, the placement or the home."""
        self.watched = False
        self.last_at: Instant = LONG_AGO
        """The own time of the latest review, or when the plan first stated it, where that is later."""
        self.reviewed_at: Instant = LONG_AGO
        """The own time of the latest review on record."""
        self.date: Day = NO_DATE
        self.forward: tuple[tuple[Instant, Day], ...] = ()
        """The dates that plan versions have brought forward since the last review, by when they came into force."""
        self.triggers: tuple[Trigger, ...] = ()
        """The uncleared ones, in the order in which they took effect."""
        self.overdue: OpenAlert | None = None
        self.soon: OpenAlert | None = None
        self._look: Instant = NEVER
        """When time alone does something to it, watched or not, while no alert is open over it."""
        self.changed = True
        """Since its row was last asked for."""

    # -- what is known of it

    def watch(self, zone: str) -> None:
        """It is watched from now on."""
        self.watched = True
        self.reckon(zone)

    def first_stated(self, zone: str, at: Instant, review_by: Day) -> None:
        """*A part first stated is reviewed as of the date on which its version came into force; triggers up to that
        instant are not its own.*"""
        self.last_at, self.forward, self.triggers = at, (), ()
        self.date = _earlier(review_by, self.what.longest(day_at(zone, at)))
        self.watch(zone)

    def brought_forward(self, zone: str, at: Instant, review_by: Day) -> None:
        """*A `review_by` that differs from the version before can bring a date forward, never put it back.*"""
        self.forward = (*self.forward, (at, review_by))
        self.date = _earlier(self.date, review_by)
        self.reckon(zone)

    def reviewed(self, zone: str, own: Instant, next_review: Day) -> bool:
        """A review, by its own time; whether it is the latest. *It is dated, and the latest is told, by its own time.*
        It *clears the triggers whose own time is not later than its own*. An earlier one moves nothing."""
        self.changed = True
        self.reviewed_at = max(self.reviewed_at, own)
        if own < self.last_at:
            return False
        self.last_at = own
        self.forward = tuple(told for told in self.forward if told[0] > own)
        self.date = _earlier(next_review, self.what.longest(day_at(zone, own)))
        for _, day in self.forward:
            self.date = _earlier(self.date, day)
        self.triggers = tuple(trigger for trigger in self.triggers if trigger.own > own)
        self.reckon(zone)
        return True

    def triggered(self, zone: str, trigger: Trigger) -> None:
        """A trigger, unless a review that is known already has cleared it."""
        if trigger.own > self.last_at:
            self.triggers = (*self.triggers, trigger)
            self.reckon(zone)

    def lapsed(self, zone: str, lasting: frozenset[str]) -> None:
        """Of its triggers only those named stay."""
        self.triggers = tuple(trigger for trigger in self.triggers if trigger.name in lasting)
        self.reckon(zone)

    def due(self, zone: str) -> tuple[Instant, str]:
        """*The earlier of its date (when that day is over) and its oldest uncleared trigger + 24 h*; which it is."""
        by_date = over(zone, self.date) if self.date else NEVER
        if self.triggers:
            oldest = min(self.triggers, key=lambda trigger: trigger.at)
            if oldest.at + TRIGGERED_FOR < by_date:
                return oldest.at + TRIGGERED_FOR, oldest.name
        return by_date, BY_DATE

    def mark(self, zone: str) -> Instant:
        """When it is due soon; NEVER where there is no date."""
        return soon(zone, self.date) if self.date else NEVER

    def reckon(self, zone: str) -> None:
        """Something of it has changed."""
        self.changed = True
        due = self.due(zone)[0]
        self._look = due if self.soon is not None else min(due, self.mark(zone))

    # -- what is told of it

    def next_look(self) -> Instant:
        """When time alone does something to it."""
        return self._look if self.watched and self.overdue is None else NEVER

    def time_passed(self, zone: str, upto: Instant, telling: Telling) -> None:
        """All that lies at or before `upto` has passed. *Due soon: not while the same thing is overdue; closed
        `superseded` when it becomes overdue.*"""
        if self.next_look() > upto:
            return
        due, because = self.due(zone)
        if due <= upto:
            self._close_soon(Resolution.SUPERSEDED, telling)
            facts: dict[str, Any] = {"because": because}
            if self.reviewed_at != LONG_AGO:
                facts["last"] = show_day(day_at(zone, self.reviewed_at))
            self.overdue = self._open(self.what.overdue, due, facts, telling)
        elif self.soon is None:
            facts = {"what": self.what.name, "date": show_day(self.date)}
            self.soon = self._open(DUE_SOON, self.mark(zone), facts, telling, which=self.what.name)
        self.reckon(zone)

    def after_review(self, zone: str, telling: Telling) -> None:
        """*Closed `reviewed` when, after a review (a closing one too), the due instant is not past*; due soon, by a
        review."""
        self._close_soon(Resolution.REVIEWED, telling)
        if self.due(zone)[0] >= telling.at:
            self._close_overdue(Resolution.REVIEWED, telling)
        self.reckon(zone)

    def end(self, how: Resolution, telling: Telling) -> None:
        """It is watched no more."""
        self.watched = False
        self.changed = True
        self._close_soon(how, telling)
        self._close_overdue(how, telling)

    def _open(
        self, kind: str, since: Instant, facts: dict[str, Any], telling: Telling, which: str | None = None
    ) -> OpenAlert:
        subject = {} if self.what.about is None else {self.what.about: self.name}
        return OpenAlert(telling.raised(kind, subject, since, facts, which=which), since, facts)

    def _close_soon(self, how: Resolution, telling: Telling) -> None:
        if self.soon is not None:
            telling.resolved(self.soon, how)
            self.soon = None

    def _close_overdue(self, how: Resolution, telling: Telling) -> None:
        if self.overdue is not None:
            telling.resolved(self.overdue, how)
            self.overdue = None


def _earlier(one: Day, other: Day) -> Day:
    """The earlier of two dates, either of which may be none."""
    return min(one, other) if one and other else one or other
