"""A slow, second reading of DOMAIN.md §5, written from the page alone: what the reviews service must tell.

Here is only what is raised and closed, and when. Where a thing stands is worked out again from all that took effect,
whenever anything has. Stays, absences, returns, versions, promises and refusals are those of `tests.oracle` (§3).
"""

from typing import Any

from tests.oracle.checks import Night, end_of, first_ones, told_by_home
from tests.oracle.records import Told
from tests.oracle.refusals import is_refused
from tests.oracle.reviews.dates import date_of, fifth_working_day, over
from tests.oracle.reviews.home import ASSESSED, LIGATURE, POINT, SUICIDE, SUITABILITY, Entry, ReviewedHome
from tests.oracle.reviews.meaning import missing, there
from tests.oracle.reviews.points import Point, points
from tests.oracle.reviews.standing import (
    HOME,
    PARTS,
    ROOM,
    Standing,
    home_standing,
    part_standing,
    room_standing,
)
from tests.oracle.telling import Alert, Teller

REVIEWS = (ASSESSED, SUITABILITY, LIGATURE, SUICIDE)
SOON, ACTION = "review_due_soon", "ligature_action_overdue"
Thing = tuple[str, str]
"""(what is reviewed, its subject)"""


def alerts(lines: list[dict[str, Any]], until: int | None = None) -> list[dict[str, Any]]:
    """The envelopes of the reviews service's alerts, by `at`, alert id and lifecycle.

    `lines` as in the replay contract (EVENTS.md); `until` in ms since 1970 (default: the last `appended_at`).
    """
    told = [event for one in _months(lines, until) for event in one.told.events]
    return [event[4] for event in sorted(told, key=lambda one: one[:4])]


def refused(lines: list[dict[str, Any]], until: int | None = None) -> list[str]:
    """The ids of the facts that may not stand, by home, in the home's order."""
    return [fact_id for one in _months(lines, until) for fact_id in one.refused]


def _months(lines: list[dict[str, Any]], until: int | None) -> list["Months"]:
    """Every home's facts, played to the end."""
    until = end_of(lines) if until is None else until
    played = []
    for home_id, told in told_by_home(lines, until):
        played.append(Months(ReviewedHome(home_id)))
        played[-1].play(first_ones(told), until)
    return played


class Months(Night):
    """One home, its clock, and what is open of §5."""

    def __init__(self, home: ReviewedHome) -> None:
        super().__init__(home)
        self.home = home
        home.heard = self._heard
        self.told = Teller(home.id, "reviews")
        """What is told of §5; what the house itself tells (§3) is another service's."""
        self._open: dict[tuple[str, str, str], Alert] = {}
        """By kind, subject and, of what is due soon, what."""
        self._read_at: tuple[int, str | None] = (-1, None)
        self._things: dict[Thing, Standing] = {}
        self._points: dict[str, Point] = {}

    # what stands

    def _read(self) -> None:
        """Work everything out again, if anything has taken effect since."""
        journal, zone = self.home.journal, self.home.zone
        if self._read_at == (len(journal), zone):
            return
        self._read_at = len(journal), zone
        self._things, self._points = {}, {}
        if zone is None:
            return
        standings: dict[Thing, Standing | None] = {(HOME, self.home.id): home_standing(journal, zone)}
        for room in {entry.room for entry in journal if entry.room}:
            standings[ROOM, room] = room_standing(journal, zone, room)
        for placement, _ in self.home.stays():
            for what in PARTS:
                standings[what, placement.id] = part_standing(journal, zone, what, placement.id)
        self._things = {thing: standing for thing, standing in standings.items() if standing is not None}
        self._points = points(journal, zone)

    # in its turn

    def _take(self, fact: Told) -> None:
        if is_refused(self.home, fact) or _closes_alone(fact):
            self.refused.append(fact.id)
        else:
            self.home.take(fact)

    def _heard(self, entry: Entry) -> None:
        """ "What a fact itself raises or closes, it does in its turn." """
        self._read()
        if entry.what == "ended":
            for kind in ("plan_missing", "plan_incomplete"):
                self._close((kind, entry.placement_id, ""), entry.at, "ended", entry.fact)
        if entry.what == "came":
            self._came(entry)
        for key in list(self._open):
            kind, subject, what = key
            if kind == ACTION:
                self._of_a_point(key, entry)
            elif what:
                self._of_a_thing(key, (what, subject), entry)

    def _came(self, entry: Entry) -> None:
        plan = entry.fact.data
        self._close(("plan_missing", entry.placement_id, ""), entry.at, "restored", entry.fact)
        self._close(("plan_incomplete", entry.placement_id, ""), entry.at, "superseded", entry.fact)
        start = next(
            one.fact
            for one in reversed(self.home.journal)
            if one.what == "started" and one.placement_id == entry.placement_id
        )
        lacks = missing(plan, bool(start.data.get("suicide_risk")), self.home.offered)
        if lacks:
            key = "plan_incomplete", entry.placement_id, ""
            facts = {"plan_version": plan["version"], "missing": lacks}
            self._raise(key, entry.at, entry.at, facts, str(plan["version"]))

    def _of_a_thing(self, key: tuple[str, str, str], thing: Thing, entry: Entry) -> None:
        """What the entry closes of an open alert of a reviewed thing."""
        standing = self._things.get(thing)
        is_review = _reviews(entry, thing)
        if standing is None:
            how = "reviewed" if is_review else "superseded" if entry.what == "came" else "ended"
            self._close(key, entry.at, how, entry.fact)
        elif is_review and key[0] == SOON:
            if standing.review is entry.fact:
                self._close(key, entry.at, "reviewed", entry.fact)
        elif is_review and (standing.due is None or standing.due >= entry.at):
            self._close(key, entry.at, "reviewed", entry.fact)

    def _of_a_point(self, key: tuple[str, str, str], entry: Entry) -> None:
        point = self._points.get(key[1])
        if point is not None and point.asks and over(self.home.zone or "UTC", point.due) < entry.at:
            return
        how = "restored" if entry.fact.type == POINT else "reviewed"
        self._close(key, entry.at, how, entry.fact)

    # as time passes

    def _settle(self, at: int) -> None:
        while due := [one for one in self._passed(at, made_past=True) if one[0] < at]:
            self._fire(min(due), at)

    def _next(self, before: int) -> tuple[int, str, str] | None:
        """(deadline, subject, kind) of the earliest strictly before `before`."""
        return min((one for one in self._passed(before) if one[0] < before), default=None)

    def _passed(self, before: int, made_past: bool = False) -> list[tuple[int, str, str]]:
        """Deadlines of all that is not open yet. What is overdue at once is not due soon as well."""
        self._read()
        found = []
        for (what, subject), standing in self._things.items():
            if (f"{what}_overdue", subject, what) in self._open:
                continue
            due, mark = standing.due, standing.mark
            if due is None:
                continue
            found.append((due, subject, f"{what}_overdue"))
            overdue = made_past and due < before
            if not overdue and mark is not None and mark < due and (SOON, subject, what) not in self._open:
                found.append((mark, subject, what))
        zone = self.home.zone
        for point_id, point in self._points.items():
            if point.asks and (ACTION, point_id, "") not in self._open:
                found.append((over(zone or "UTC", point.due), point_id, ACTION))
        for placement, stay in self.home.stays():
            agreed = self.home.plan_of(placement.id) is not None
            if zone and not agreed and ("plan_missing", placement.id, "") not in self._open:
                fifth = fifth_working_day(date_of(zone, stay.started))
                found.append((over(zone, fifth), placement.id, "plan_missing"))
        return found

    def _fire(self, fires: tuple[int, str, str], at: int) -> None:
        due, subject, kind = fires
        if kind == "plan_missing":
            self._raise((kind, subject, ""), due, at, {})
        elif kind == ACTION:
            self._raise((kind, subject, ""), due, at, {"action_due": self._points[subject].due.isoformat()})
        elif kind.endswith("_overdue"):
            what = kind.removesuffix("_overdue")
            standing = self._things[what, subject]
            self._close((SOON, subject, what), at, "superseded", None)
            self._raise((kind, subject, what), due, at, self._overdue(standing))
        else:
            day = self._things[kind, subject].day
            facts = {"what": kind, "date": "" if day is None else day.isoformat()}
            self._raise((SOON, subject, kind), due, at, facts, kind)

    def _overdue(self, standing: Standing) -> dict[str, Any]:
        facts = {"because": standing.because}
        if standing.last is not None:
            facts["last"] = date_of(standing.zone, standing.last.time).isoformat()
        return facts

    # telling

    def _raise(
        self, key: tuple[str, str, str], since: int, at: int, facts: dict[str, Any], which: str | None = None
    ) -> None:
        kind, subject, what = key
        field: str | None = "placement_id"
        if kind == ACTION:
            field = "point_id"
        elif what in (ROOM, HOME):
            field = "room" if what == ROOM else None
        self._open[key] = self.told.raise_alert(
            kind, subject, since, at, facts, 0, field_of_subject=field, which=which
        )

    def _close(self, key: tuple[str, str, str], at: int, how: str, fact: Told | None) -> None:
        alert = self._open.pop(key, None)
        if alert is not None:
            self.told.resolve(alert, at, how, None if fact is None else fact.id)


def _reviews(entry: Entry, thing: Thing) -> bool:
    """Whether the entry is a review of the thing."""
    what, subject = thing
    kind = entry.fact.type
    if entry.what != "told" or kind not in REVIEWS:
        return False
    if what == HOME:
        return kind == SUITABILITY
    if what == ROOM:
        return kind == ASSESSED and entry.room == subject
    return kind == PARTS[what][1] and entry.placement_id == subject


def _closes_alone(fact: Told) -> bool:
    """A protective plan closed "without an approver and a reason"."""
    if fact.type not in (LIGATURE, SUICIDE) or fact.data["decision"] != "close":
        return False
    return not (there(fact.data.get("approver")) and there(fact.data.get("reason")))
