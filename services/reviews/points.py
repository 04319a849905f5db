"""Anchor points: the last word on each, and actions that are not done by their date (DOMAIN.md §5). Pure.

What an assessment says of the room as a whole is `rooms.py`; where a point lies and what is to be done about it, in
words, is the read model's (`saved.py`).
"""

from typing import Any, Final, NamedTuple

from services.reviews.calendar import Day, day_at, day_of, days_on, over, show_day
from shared.alerting import Resolution
from shared.facts import Fact
from shared.home.plans import shared_text
from shared.instants import NEVER, Instant
from shared.openalerts import OpenAlert, Telling

KIND: Final = "ligature_action_overdue"
ACTED_WITHIN: Final = 7
"""Days after the assessment, where no `action_due` is stated."""
OPEN: Final = "open"


class Point(NamedTuple):
    """One anchor point, as the last word on it says."""

    room: str
    """Of the latest assessment that lists it."""
    listed_at: Instant
    """The own time of that."""
    high: bool
    action_due: Day
    status: str
    status_at: Instant
    """The own time of the last word on its status."""
    gone: bool = False
    """*A point that a later assessment does not list is closed for good.* It is remembered for what is told late."""

    @property
    def awaits(self) -> bool:
        """*Rated `high` and `open`.*"""
        return self.high and self.status == OPEN and not self.gone


class Points:
    """The anchor points of a home."""

    __slots__ = ("alerts", "by_id", "changed", "due")

    def __init__(self) -> None:
        self.by_id: dict[str, Point] = {}
        self.alerts: dict[str, OpenAlert] | None = None
        """The open alerts, by point, where there are any."""
        self.due: Instant = NEVER
        """When an action is overdue next."""
        self.changed: dict[str, dict[str, Any] | None] | None = None
        """The points whose rows have changed since last asked, each with what an assessment since then says of it in
        words."""

    # -- facts

    def assessed(self, zone: str, fact: Fact, telling: Telling, *, latest: bool) -> None:
        """A room was assessed. `latest`: by own time; else what it alone lists was closed for good by the latest."""
        room, own = shared_text(fact.data["room"]), fact.observed_at
        listed = {point["point_id"]: point for point in fact.data["anchor_points"]}
        if latest:
            for id_, point in self.by_id.items():
                if point.room == room and not point.gone and id_ not in listed:
                    self.by_id[id_] = point._replace(gone=True)
                    self._changed(zone, id_, telling, Resolution.REVIEWED, None)
        day = day_at(zone, own)
        for id_, told in listed.items():
            before = self.by_id.get(id_)
            if before is None or before.listed_at <= own:
                self.by_id[id_] = _listed(before, told, room, own, day, gone=not latest)
                self._changed(zone, id_, telling, Resolution.REVIEWED, told)
        self.reckon(zone)

    def point_changed(self, zone: str, fact: Fact, telling: Telling) -> None:
        """A point was made safe, or is open again; *back to `open` it has its old date*."""
        id_, own = fact.data["point_id"], fact.observed_at
        point = self.by_id.get(id_)
        if point is None or point.gone or point.status_at > own:
            return
        self.by_id[id_] = point._replace(status=shared_text(fact.data["status"]), status_at=own)
        self._changed(zone, id_, telling, Resolution.RESTORED, None)
        self.reckon(zone)

    def _changed(
        self, zone: str, id_: str, telling: Telling, how: Resolution, words: dict[str, Any] | None
    ) -> None:
        """*Closed `restored` by `anchor_point.changed` to mitigated or removed, `reviewed` by a later assessment that
        does not list it as high and open, or gives it a date not yet over.*"""
        self._note(id_, words)
        alert, point = self.alert(id_), self.by_id[id_]
        if alert is not None and (not point.awaits or over(zone, point.action_due) >= telling.at):
            telling.resolved(alert, how)
            self._closed(id_)

    def _note(self, id_: str, words: dict[str, Any] | None = None) -> None:
        """Its row has changed."""
        if self.changed is None:
            self.changed = {}
        self.changed[id_] = words or self.changed.get(id_)

    def alert(self, id_: str) -> OpenAlert | None:
        """The open alert over that point."""
        return None if self.alerts is None else self.alerts.get(id_)

    def opened(self, id_: str, alert: OpenAlert) -> None:
        """An alert is open."""
        if self.alerts is None:
            self.alerts = {}
        self.alerts[id_] = alert

    def _closed(self, id_: str) -> None:
        if self.alerts is not None:
            del self.alerts[id_]
            self.alerts = self.alerts or None

    # -- time

    def reckon(self, zone: str) -> None:
        """When an action is overdue next."""
        dates = [point.action_due for id_, point in self.by_id.items() if self._waits(id_, point)]
        self.due = over(zone, min(dates)) if dates else NEVER

    def time_passed(self, zone: str, due: Instant, telling: Telling) -> None:
        """*A point rated `high` and `open` whose `action_due` is over → `ligature_action_overdue`.*"""
        if self.due > due:
            return
        for id_ in sorted(id_ for id_, point in self.by_id.items() if self._waits(id_, point)):
            action_due = self.by_id[id_].action_due
            since = over(zone, action_due)
            if since <= due:
                facts = {"action_due": show_day(action_due)}
                raised = telling.raised(KIND, {"point_id": id_}, since, facts)
                self.opened(id_, OpenAlert(raised, since, facts))
                self._note(id_)
        self.reckon(zone)

    def _waits(self, id_: str, point: Point) -> bool:
        return point.awaits and self.alert(id_) is None


def _listed(
    before: Point | None, told: dict[str, Any], room: str, own: Instant, day: Day, *, gone: bool
) -> Point:
    """As an assessment of that date lists it; *the last word, by own time, holds*, where it was made safe or opened
    again since."""
    due = told.get("action_due")
    action_due = days_on(day, ACTED_WITHIN) if due is None else day_of(due)
    status, status_at = shared_text(told["status"]), own
    if before is not None and before.status_at > own:
        status, status_at = before.status, before.status_at
    return Point(room, own, told["rating"] == "high", action_due, status, status_at, gone)
