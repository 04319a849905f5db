"""Cautions about dates: one that is over, one far off, a fact of another year, one that lies ahead. Pure."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, TypeAlias

from shared.cautions.caution import Caution
from shared.facts import Fact
from shared.home import Home
from shared.instants import DAY, SECOND, Duration, parse_instant, show_instant
from shared.schedule.local import local_date

Ask: TypeAlias = Callable[[Fact, Home], Iterator[Caution]]

FAR_DAYS: Final = 2 * 366
"""A date further on is rather a slip than meant."""
LONG_AGO: Final[Duration] = 366 * DAY
AHEAD: Final[Duration] = 60 * SECOND
"""A clock may be so far ahead; what lies further on is a promise."""

_OVER: Final = "this date is over: it counts as due at once; state the next one"
_YEAR: Final = "check the year: this is more than two years on"


def own_time(fact: Fact) -> Iterator[Caution]:
    """Of the fact's own time."""
    at, now = fact.observed_at, fact.appended_at
    if at > now + FAR_DAYS * DAY:
        yield Caution("time", show_instant(at), _YEAR)
    elif at > now + AHEAD:
        yield Caution(
            "time", show_instant(at), "this lies ahead: it is taken as a promise, and counts from then"
        )
    elif at < now - LONG_AGO:
        yield Caution("time", show_instant(at), "check the year: this is more than a year ago")


def _due(fact: Fact, home: Home) -> Iterator[Caution]:
    yield from _day(fact, home, "data.next_review", fact.data.get("next_review"))


def _actions(fact: Fact, home: Home) -> Iterator[Caution]:
    for place, point in enumerate(fact.data["anchor_points"]):
        if point["status"] == "open":
            yield from _day(fact, home, f"data.anchor_points.{place}.action_due", point.get("action_due"))


def _room(fact: Fact, home: Home) -> Iterator[Caution]:
    room = fact.data.get("room")
    if room is not None and room not in home.rooms:
        remedy = "the home is not registered with a room of this name: it counts for children who live in one so called"
        yield Caution("data.room", room, remedy)


def _plan(fact: Fact, home: Home) -> Iterator[Caution]:
    for part in ("suicide_prevention", "ligature_plan"):
        stated: Any = fact.data.get(part) or {}
        yield from _day(fact, home, f"data.{part}.review_by", stated.get("review_by"))
    since = fact.data["effective_from"]
    if parse_instant(since) > fact.appended_at + FAR_DAYS * DAY:
        yield Caution("data.effective_from", since, _YEAR)


def _absence(fact: Fact, home: Home) -> Iterator[Caution]:
    text = fact.data["expected_end"]
    end = parse_instant(text)
    if end > fact.appended_at + FAR_DAYS * DAY:
        yield Caution("data.expected_end", text, _YEAR)
    elif end <= fact.effective_at:
        remedy = "this is past: the absence counts as expired at once; state when the child is expected"
        yield Caution("data.expected_end", text, remedy)


def _day(fact: Fact, home: Home, field: str, text: str | None) -> Iterator[Caution]:
    """Of a local date of the home by which something is due."""
    if text is None:
        return
    days = (date.fromisoformat(text) - local_date(home.zone, fact.appended_at)).days
    if days < 0:
        yield Caution(field, text, _OVER)
    elif days > FAR_DAYS:
        yield Caution(field, text, _YEAR)


OF_TYPE: Final[dict[str, tuple[Ask, ...]]] = {
    "environment.assessed.v1": (_room, _due, _actions),
    "anchor_point.changed.v1": (),
    "ligature_plan.reviewed.v1": (_due,),
    "suicide_plan.reviewed.v1": (_due,),
    "suitability.reviewed.v1": (_due,),
    "review.triggered.v1": (_room,),
    "plan.agreed.v1": (_plan,),
    "disposition.started.v1": (_absence,),
}
"""What is asked about each type, beside its own time."""
