"""Where an anchor point stands (DOMAIN.md §5, "Anchor points"), from all that was said of it, by own time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tests.oracle.reviews.dates import date_of
from tests.oracle.reviews.home import ASSESSED, POINT, Entry


@dataclass(frozen=True)
class Point:
    """A point as the last word on it says."""

    room: str
    rating: str
    status: str
    due: date

    @property
    def asks(self) -> bool:
        """Whether an action is asked for at all."""
        return self.rating == "high" and self.status == "open"


def points(journal: Sequence[Entry], zone: str) -> dict[str, Point]:
    """Every point that is not closed for good. A word on one that was not there when it was told changes nothing."""
    words: list[Entry] = []
    for entry in journal:
        listed = entry.fact.type == ASSESSED
        if listed or (entry.fact.type == POINT and entry.fact.data["point_id"] in _as_said(words, zone)):
            words.append(entry)
    return _as_said(words, zone)


def _as_said(words: Sequence[Entry], zone: str) -> dict[str, Point]:
    """ "The last word on a point, by own time, holds"."""
    found: dict[str, Point] = {}
    for entry in sorted(words, key=lambda entry: entry.fact.time):
        data = entry.fact.data
        if entry.fact.type == ASSESSED:
            listed = _listed(entry, zone)
            gone = [id_ for id_, point in found.items() if point.room == data["room"] and id_ not in listed]
            for id_ in gone:
                del found[id_]
            found.update(listed)
        elif data["point_id"] in found:
            found[data["point_id"]] = replace(found[data["point_id"]], status=data["status"])
    return found


def _listed(entry: Entry, zone: str) -> dict[str, Point]:
    """ "None stated: 7 days after the assessment." """
    room = entry.fact.data["room"]
    usual = date_of(zone, entry.fact.time) + timedelta(days=7)
    return {
        one["point_id"]: Point(
            room,
            one["rating"],
            one["status"],
            date.fromisoformat(one["action_due"]) if one.get("action_due") else usual,
        )
        for one in entry.fact.data["anchor_points"]
    }
