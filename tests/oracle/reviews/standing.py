"""Where a reviewed thing stands (DOMAIN.md §5, "Four things are reviewed"), from the whole journal, each time anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shared.instants import DAY
from tests.oracle.records import Told
from tests.oracle.reviews.dates import date_of, over, year_after
from tests.oracle.reviews.home import ASSESSED, CHECK, LIGATURE, SUICIDE, SUITABILITY, TRIGGERED, Entry
from tests.oracle.reviews.meaning import means_something_else

ROOM, HOME = "room_ligature_review", "suitability_review"
PARTS = {
    "ligature_plan_review": ("ligature_plan", LIGATURE),
    "suicide_plan_review": ("suicide_prevention", SUICIDE),
}
OF_A_CHILD = ("self_harm", "ligature_incident", "room_change", "return", "level_change")
STAYS_WITH_THE_ROOM = ("works", "ligature_incident")
ASKS_FOR_A_REVIEW = ("hospital", "home_leave", "missing")


@dataclass(frozen=True)
class Trigger:
    """Something after which a review is due within 24 h of `at`, when it took effect; `time` is its own."""

    name: str
    time: int
    at: int


@dataclass(frozen=True)
class Standing:
    """A thing that is watched: its date, its oldest uncleared trigger, the review it stands on, the last on record."""

    zone: str
    day: date | None
    trigger: Trigger | None
    review: Told | None = None
    last: Told | None = None
    first: int | None = None
    """24 h after the first child ever: the home's suitability with no review on record; no date."""

    @property
    def mark(self) -> int | None:
        """ "7 days before a date (at the local midnight that ends the day 7 days before)." """
        return None if self.day is None else over(self.zone, self.day - timedelta(days=7))

    @property
    def due(self) -> int | None:
        """ "The earlier of its date (when that day is over) and its oldest uncleared trigger + 24 h." """
        return min((at for at, _ in self._reasons()), default=None)

    @property
    def because(self) -> str:
        """`date`, or the trigger's name where that is the earlier."""
        return min(self._reasons(), key=lambda reason: reason[0])[1]

    def _reasons(self) -> list[tuple[int, str]]:
        found = []
        if self.day is not None:
            found.append((over(self.zone, self.day), "date"))
        if self.first is not None:
            found.append((self.first, "date"))
        if self.trigger is not None:
            found.append((self.trigger.at + DAY, self.trigger.name))
        return found


def latest(reviews: Iterable[Told]) -> Told | None:
    """ "It is dated, and the latest is told, by its own time"; of two at one time, the one that took effect last."""
    found: Told | None = None
    for review in reviews:
        if found is None or review.time >= found.time:
            found = review
    return found


def oldest(triggers: Iterable[Trigger], cleared: int | None) -> Trigger | None:
    """The oldest that is uncleared: "a review clears the triggers whose own time is not later than its own"."""
    left = (trigger for trigger in triggers if cleared is None or trigger.time > cleared)
    return min(left, key=lambda trigger: trigger.at, default=None)


def _earlier(text: str | None, day: date) -> date:
    return day if text is None else min(date.fromisoformat(text), day)


def home_standing(journal: Sequence[Entry], zone: str) -> Standing | None:
    """The home's suitability: "watched while a child in force lives in the home"."""
    children: set[str] = set()
    first = None
    for entry in journal:
        if entry.what == "started":
            children.add(entry.placement_id)
            first = entry.at if first is None else first
        elif entry.what == "ended":
            children.remove(entry.placement_id)
    if not children or first is None:
        return None
    last = latest(entry.fact for entry in journal if entry.fact.type == SUITABILITY)
    if last is None:
        return Standing(zone, None, None, first=first + DAY)
    return Standing(
        zone, _earlier(last.data["next_review"], year_after(date_of(zone, last.time))), None, last, last
    )


def room_standing(journal: Sequence[Entry], zone: str, room: str) -> Standing | None:
    """A room's ligature assessment: "watched while a child in force lives in the room"."""
    children: set[str] = set()
    triggers: list[Trigger] = []
    for entry in journal:
        if room in (entry.room, entry.left):
            _room_entry(entry, room, children, triggers)
        if not children:
            triggers = [one for one in triggers if one.name in STAYS_WITH_THE_ROOM]
    if not children:
        return None
    last = latest(entry.fact for entry in journal if entry.fact.type == ASSESSED and entry.room == room)
    if last is None:
        return Standing(zone, None, oldest(triggers, None))
    day = _earlier(last.data.get("next_review"), year_after(date_of(zone, last.time)))
    return Standing(zone, day, oldest(triggers, last.time), last, last)


def _room_entry(entry: Entry, room: str, children: set[str], triggers: list[Trigger]) -> None:
    if entry.left == room:
        children.discard(entry.placement_id)
    elif entry.what in ("started", "moved"):
        children.add(entry.placement_id)
        triggers.append(Trigger("new_child", entry.fact.time, entry.at))
    elif entry.fact.type == TRIGGERED and entry.fact.data["trigger"] in ("new_child", *STAYS_WITH_THE_ROOM):
        triggers.append(Trigger(entry.fact.data["trigger"], entry.fact.time, entry.at))


@dataclass(frozen=True)
class _Version:
    """A version as it came into force: its turn, and the date it states where it differs from the one before."""

    turn: int
    at: int
    review_by: str | None
    differs: bool


@dataclass
class _Stretch:
    """A part since it was first stated."""

    versions: list[_Version]
    reviews: list[tuple[int, Told]] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)

    @property
    def began(self) -> int:
        return self.versions[0].at

    @property
    def last(self) -> Told | None:
        """The latest review; one dated before the part was first stated is none of its own."""
        return latest(review for _, review in self.reviews if review.time >= self.began)

    def closed_by(self, review: Told) -> bool:
        """ "A review with decision `close` ends it", if it is the latest, and no later version has stated the part."""
        closes = review.data["decision"] == "close" and self.last is review
        return closes and review.time >= self.versions[-1].at


def part_standing(journal: Sequence[Entry], zone: str, what: str, placement_id: str) -> Standing | None:
    """A child's ligature plan or suicide prevention plan: watched while "the plan in force states one, and no later
    review closed it"."""
    part, reviewed = PARTS[what]
    stretch: _Stretch | None = None
    on_record: list[Told] = []
    for turn, entry in enumerate(journal):
        if entry.placement_id != placement_id:
            continue
        if entry.what == "ended":
            stretch, on_record = None, []
        elif entry.what == "came":
            stretch = _stated(stretch, turn, entry, part)
        elif entry.fact.type == reviewed and stretch is not None:
            on_record.append(entry.fact)
            stretch.reviews.append((turn, entry.fact))
            stretch = None if stretch.closed_by(entry.fact) else stretch
        if stretch is not None:
            stretch.triggers += _triggers(entry)
    return None if stretch is None else _part(stretch, zone, latest(on_record))


def _stated(stretch: _Stretch | None, turn: int, entry: Entry, part: str) -> _Stretch | None:
    stated: dict[str, Any] | None = entry.fact.data.get(part)
    if stated is None:
        return None
    before = ((entry.before or {}).get(part) or {}).get("review_by")
    review_by = stated.get("review_by")
    version = _Version(turn, entry.at, review_by, review_by != before)
    if stretch is None:
        return _Stretch([version])
    stretch.versions.append(version)
    return stretch


def _triggers(entry: Entry) -> list[Trigger]:
    """What the entry triggers for a child's own plans."""
    fact, at = entry.fact, entry.at
    if entry.what == "moved":
        return [Trigger("room_change", fact.time, at)]
    if entry.what == "returned" and entry.reason in ASKS_FOR_A_REVIEW:
        own = fact.observed if fact.type == CHECK else fact.time
        return [Trigger("return", own, max(own, at))]
    if entry.what == "came" and entry.before is not None:
        changed = means_something_else(entry.before["checks"], fact.data["checks"])
        return [Trigger("level_change", at, at)] if changed else []
    if fact.type == TRIGGERED and fact.data["trigger"] in OF_A_CHILD:
        return [Trigger(fact.data["trigger"], fact.time, at)]
    return []


def _part(stretch: _Stretch, zone: str, on_record: Told | None) -> Standing:
    """The date is "the earlier of `review_by` / `next_review` and 28 days after it was first stated / last reviewed";
    a version since "can bring a date forward, never put it back"."""
    last, first = stretch.last, stretch.versions[0]
    if last is None:
        since, stated, turn = stretch.began, first.review_by, first.turn
    else:
        since, stated = last.time, last.data.get("next_review")
        turn = next(turn for turn, review in stretch.reviews if review is last)
    day = _earlier(stated, date_of(zone, since) + timedelta(days=28))
    for version in stretch.versions:
        if version.differs and (version.turn > turn or version.at > since):
            day = _earlier(version.review_by, day)
    return Standing(zone, day, oldest(stretch.triggers, since), last, on_record)
