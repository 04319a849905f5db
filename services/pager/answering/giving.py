"""What a tap gives: which alerts it answers, with which fact, and what is said of it afterwards.

The decision is pure (`decided`, with a named reason). An answer's id is made of what was tapped, never of when: a
second tap on the same button, a retry, a page sent twice are one answer.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal
from uuid import NAMESPACE_URL, uuid5

from services.pager.answering.page import OPEN, may_be_answered
from services.pager.answering.parts import Answer, Answers, Hand, Kind, Shown, Took
from shared.events.canonical import canonical
from shared.instants import Instant
from shared.security.people import Person
from shared.words import local_clock
from shared.words.doing import SEEING_TO_IT
from shared.words.lengths import chosen

NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wakeful:answers")


@dataclass(frozen=True, slots=True)
class Tap:
    """What somebody did."""

    kind: Kind
    by: str
    """What the tap came by, that is the same when it comes again: a link's token, a message's id."""
    form: str | None = None
    """Which page it was tapped on; None: one tap without a page."""
    over: bool = False
    """They said that they take it over from somebody."""
    action: str | None = None
    minutes: int | None = None
    via: Literal["page", "phone"] = "page"


class Decided(Enum):
    """What a tap does to one alert."""

    GIVES = "gives"
    HAS_ALREADY = "has_already"
    """The same person has it, and one tap says nothing new."""
    OTHERS_HAVE_IT = "others_have_it"
    """Somebody was first: it is not taken from them without saying so."""
    CLOSED = "closed"
    NOT_ASKED = "not_asked"
    """Nobody is asked to answer such an alert."""


def decided(alert: Shown, hand: Hand | None, tap: Tap, person_id: str) -> Decided:
    """What `tap` by that person does to `alert`, as it stands; `hand`: who has it."""
    if alert.state not in OPEN:
        return Decided.CLOSED
    if not may_be_answered(alert):
        return Decided.NOT_ASKED
    if hand is None:
        return Decided.GIVES
    if hand.by != person_id:
        return Decided.GIVES if tap.over and tap.kind == "acknowledge" else Decided.OTHERS_HAVE_IT
    says_nothing_new = tap.kind == "acknowledge" and tap.form is None
    return Decided.HAS_ALREADY if says_nothing_new else Decided.GIVES


def answer_of(alert: Shown, tap: Tap, person: Person, now: Instant) -> Answer:
    """The answer that `tap` gives to `alert`."""
    which = str(alert.changed_at) if tap.form is None else tap.form
    about = [tap.by, alert.alert_id, tap.kind, which, tap.minutes, tap.action, tap.over]
    takes = tap.kind == "acknowledge"
    return Answer(
        id=str(uuid5(NAMESPACE, canonical(about).decode())),
        by=person,
        alert_id=alert.alert_id,
        home_id=alert.home_id,
        kind=tap.kind,
        action=(tap.action or SEEING_TO_IT) if takes else None,
        until=now + chosen(alert.kind, tap.minutes) if takes else None,
        at=now,
        via=tap.via,
    )


@dataclass(frozen=True, slots=True)
class Given:
    """What became of a tap, for one alert."""

    alert: Shown
    decided: Decided
    hand: Hand | None
    """Who has it now."""
    took: Took | None = None


async def give(
    answers: Answers, alerts: Iterable[Shown], tap: Tap, person: Person, now: Instant
) -> list[Given]:
    """Answer all of `alerts` that the tap answers. Raises Problem, where one of them is refused: the others stand."""
    return await asyncio.gather(*(_give(answers, alert, tap, person, now) for alert in alerts))


async def _give(answers: Answers, alert: Shown, tap: Tap, person: Person, now: Instant) -> Given:
    hand = await answers.hand(alert.alert_id)
    what = decided(alert, hand, tap, person.id)
    if what is not Decided.GIVES:
        return Given(alert, what, hand)
    took = await answers.give(answer_of(alert, tap, person, now))
    if took.resolved:
        return Given(alert, Decided.CLOSED, None)
    hand = await answers.hand(alert.alert_id)
    if tap.kind == "acknowledge" and hand is not None and hand.by != person.id:
        what = Decided.OTHERS_HAVE_IT  # both said so at once, and the log took the other's first
    return Given(alert, what, hand, took)


def said(given: Sequence[Given], tap: Tap, now: Instant) -> str:
    """What is said of it, in a sentence or two for whoever tapped."""
    takes = [each for each in given if each.decided is Decided.GIVES]
    if not takes:
        return _nothing(given, now)
    if tap.kind == "decline":
        return "Thank you for saying so. The next person is asked now."
    first = min(takes, key=lambda each: _until(each, now))
    it = "it" if len(takes) == 1 else f"these {len(takes)}"
    text = f"You have {it} until {local_clock(_until(first, now), first.alert.zone, now)}."
    before = next((each.took.before for each in takes if each.took and each.took.before), None)
    return f"{text} Until then nobody is paged about {'it' if len(takes) == 1 else 'them'} again." + (
        "" if before is None else f" {before.by} had it before."
    )


def _until(each: Given, now: Instant) -> Instant:
    if each.took is not None and each.took.until is not None:
        return each.took.until
    return now if each.hand is None else each.hand.until


def _nothing(given: Sequence[Given], now: Instant) -> str:
    kinds = {each.decided for each in given}
    if Decided.OTHERS_HAVE_IT in kinds:
        first = next(each for each in given if each.decided is Decided.OTHERS_HAVE_IT)
        if first.hand is not None:
            until = local_clock(first.hand.until, first.alert.zone, now)
            return f"{first.hand.by} was first, and has it until {until}."
    if Decided.HAS_ALREADY in kinds:
        return "You have it already."
    return "It is closed. Nothing is left to do." if Decided.CLOSED in kinds else ""
