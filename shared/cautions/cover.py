"""Cautions about who is on duty: what a fact of night cover will do, and what it will not (DOMAIN.md §4). Pure.

They look at the sessions as they stand. What lies ahead is a promise: nobody knows yet who will be on duty then.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from shared.cautions.caution import Caution
from shared.facts import Fact
from shared.home import Home
from shared.home.sessions import Session
from shared.home.valid import is_retrospective
from shared.instants import HOUR, Duration, parse_duration, show_instant

Ask: TypeAlias = Callable[[Fact, Home], Iterator[Caution]]

LONG_BREAK: Final[Duration] = 4 * HOUR
"""A break expected to last longer is rather a slip than meant."""

_STARTS: Final = "has no open session here: record cover.started first, or check the id"
_NO_PROOF: Final = "a proof of wake is one's own, of the last 5 minutes: let the worker record it themselves"


def _start(fact: Fact, home: Home) -> Iterator[Caution]:
    staff_id = fact.data["staff_id"]
    session = home.sessions.get(staff_id)
    if session is not None:
        yield Caution("data.staff_id", staff_id, f"this ends their session as {_since(session)}")
        yield from _leaves(fact, home)
    if fact.data["role"] != "sleep_in":
        yield from _proof(fact, home)


def _proof(fact: Fact, home: Home) -> Iterator[Caution]:
    """*That he records himself; never a retrospective one.*"""
    if fact.actor != fact.data["staff_id"] or is_retrospective(fact):
        yield Caution("data.staff_id", fact.data["staff_id"], _NO_PROOF)


def _on_duty(fact: Fact, home: Home) -> Iterator[Caution]:
    staff_id = fact.data["staff_id"]
    if staff_id not in home.sessions:
        yield Caution("data.staff_id", staff_id, _STARTS)


def _leaves(fact: Fact, home: Home) -> Iterator[Caution]:
    """*Until the break or that session ends.*"""
    staff_id = fact.data["staff_id"]
    other = _relieved(home, staff_id, staff_id) if staff_id in home.sessions else None
    if other is not None:
        yield Caution(
            "data.staff_id", staff_id, f"was the relief of {other}: nobody counts in that place now"
        )


def _break(fact: Fact, home: Home) -> Iterator[Caution]:
    staff_id = fact.data["staff_id"]
    session = home.sessions.get(staff_id)
    if session is not None and session.role == "sleep_in":
        yield Caution(
            "data.staff_id", staff_id, "is a sleep-in, who counts for nothing: the break changes nothing"
        )
    elif session is not None:
        if session.on_break is not None:
            since = show_instant(session.on_break.since)
            yield Caution(
                "data.staff_id", staff_id, f"is on a break since {since}: this names another relief"
            )
        yield from _relief(fact, home)
    if parse_duration(fact.data["expected"]) > LONG_BREAK:
        yield Caution("data.expected", fact.data["expected"], "check it: a break is rarely so long")


def _relief(fact: Fact, home: Home) -> Iterator[Caution]:
    """*The relief named for it, if he has an open session of any role here, counts in the first worker's place.*"""
    staff_id, relief = fact.data["staff_id"], fact.data.get("relief_staff_id")
    remedy = None
    if relief is None:
        remedy = "nobody counts in their place until a relief is named, or the break ends"
    elif relief == staff_id:
        remedy = "nobody relieves themselves: name another worker on duty here"
    elif (taking := home.sessions.get(relief)) is None:
        remedy = "nobody counts in their place until this worker is on duty here (cover.started)"
    elif taking.on_break is not None:
        remedy = "is on a break of their own, and counts nowhere until it ends"
    elif other := _relieved(home, relief, staff_id):
        remedy = f"counts in the place of {other}, whose break began first"
    if remedy is not None:
        yield Caution("data.relief_staff_id", relief, remedy)


def _relieved(home: Home, relief: str, staff_id: str) -> str | None:
    """Whom the worker relieves already, beside `staff_id`."""
    return next(
        (
            session.staff_id
            for session in home.sessions.values()
            if session.on_break is not None
            and session.on_break.relief == relief
            and session.staff_id != staff_id
        ),
        None,
    )


def _back(fact: Fact, home: Home) -> Iterator[Caution]:
    staff_id = fact.data["staff_id"]
    session = home.sessions.get(staff_id)
    if session is not None and session.on_break is None:
        yield Caution("data.staff_id", staff_id, "is on no break, so this changes nothing")


def _handover(fact: Fact, home: Home) -> Iterator[Caution]:
    giver, taker = fact.data["from_staff_id"], fact.data["to_staff_id"]
    before, own = home.sessions.get(giver), home.sessions.get(taker)
    if not fact.data["accepted"]:
        yield Caution("data.accepted", False, f"nothing passes on before {taker} records that it is accepted")
        return
    if before is None:
        yield Caution("data.from_staff_id", giver, _STARTS)
    elif own is not None and own.role != before.role:
        yield Caution("data.to_staff_id", taker, f"this ends their session as {_since(own)}")
    present = sum(child.present for child in home.placements.values())
    if fact.data["headcount"] != present and not is_retrospective(fact):
        remedy = f"on record {present} are present: count once more, or record who came or went"
        yield Caution("data.headcount", fact.data["headcount"], remedy)


def _since(session: Session) -> str:
    return f"{session.role} since {show_instant(session.since)}"


def _now(ask: Ask) -> Ask:
    """Only of what takes effect at once."""
    return lambda fact, home: iter(()) if fact.observed_at > fact.appended_at else ask(fact, home)


OF_TYPE: Final[dict[str, tuple[Ask, ...]]] = {
    "cover.started.v1": (_now(_start),),
    "cover.proved.v1": (_now(_on_duty), _now(_proof)),
    "cover.break_started.v1": (_now(_on_duty), _now(_break)),
    "cover.break_ended.v1": (_now(_on_duty), _now(_back)),
    "cover.handed_over.v1": (_now(_handover),),
    "cover.ended.v1": (_now(_on_duty), _now(_leaves)),
}
"""What is asked about each type, beside its own time."""
