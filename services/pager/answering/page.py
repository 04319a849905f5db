"""What the answering page shows: each alert, what to do next, who has it, and what may be said. Pure; no HTML.

Its reader has just been woken: the worst comes first, and nothing stands there that does not help to answer. The
template is `templates/answer.html`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from services.pager.answering.links import Link, Purpose
from services.pager.answering.parts import Hand, Shown
from shared.answering import TERMS
from shared.instants import Instant
from shared.words import Told, exact_clock, length, local_clock, told
from shared.words.alert import Step
from shared.words.doing import offered, what_next
from shared.words.lengths import Length, lengths
from shared.words.steps import step_told
from shared.words.times import Wall

OPEN: Final = ("raised", "acknowledged")
_WORST: Final = {"page": 0, "notify": 1}
_SAID: Final = ("acknowledged", "declined", "reopened")
_SAID_AT_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert as its reader may see it, with what stands beside it."""

    alert: Shown
    life: Sequence[Step]
    hand: Hand | None
    """Who has it."""
    room: str | None
    """Where the child lives, of an alert about one."""
    action: str | None
    """What the one who has it will do, in their words."""


@dataclass(frozen=True, slots=True)
class Card:
    """One alert on the page."""

    id: str
    severity: str
    told: Told
    placement: bool
    room: str
    home_id: str
    level: int
    elapsed: str
    next: str
    has_it: str
    """Who has it; empty: nobody."""
    until: str
    action: str
    mine: bool
    others: bool
    """Somebody else has it."""
    open: bool
    said: tuple[str, ...]
    """What was answered so far, the latest last, each with its time."""


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """All that the template needs."""

    cards: tuple[Card, ...]
    """What is open, worst first, then what is closed."""
    free: tuple[Card, ...]
    """Those that one tap takes: open, and nobody else has them."""
    mine: int
    """How many of those the reader has already."""
    open_count: int
    takes: bool
    """Somebody else has one that the reader may take over."""
    offered: tuple[str, ...]
    lengths: tuple[Length, ...]
    may_have: bool
    may_decline: bool
    may_choose: bool
    more: int
    note: str
    """What has just become of the reader's answer; empty: nothing was answered just now."""
    wrong: str
    """What was wrong with it."""
    as_of: Instant
    shown_at: str


def answer_page(
    seen: Iterable[Seen],
    link: Link,
    now: Instant,
    *,
    note: str = "",
    wrong: str = "",
) -> AnswerPage:
    """The page of a link, as of `now`."""
    ordered = sorted(seen, key=_order)
    cards = tuple(_card(each, link.person_id, now) for each in ordered)
    answered = [each.alert.kind for each in ordered if may_be_answered(each.alert)]
    free = tuple(card for card in cards if card.open and not card.others)
    zones = {each.alert.zone for each in ordered}
    can = bool(answered)
    return AnswerPage(
        cards=cards,
        free=free,
        mine=sum(card.mine for card in free),
        open_count=sum(card.open for card in cards),
        takes=can and any(card.open and card.others for card in cards),
        offered=offered(answered[0]) if answered else (),
        lengths=lengths(answered),
        may_have=can and link.purpose is not Purpose.CANNOT,
        may_decline=can and link.purpose is not Purpose.HAVE and bool(free),
        may_choose=link.purpose is Purpose.SHOW,
        more=link.more,
        note=note,
        wrong=wrong,
        as_of=now,
        shown_at=exact_clock(now, zones.pop() if len(zones) == 1 else None),
    )


def may_be_answered(alert: Shown) -> bool:
    """Whether it is open, and of a kind that somebody is asked to answer."""
    return alert.state in OPEN and alert.kind in TERMS


def until_of(alert: Shown, hand: Hand, now: Instant) -> str:
    """Until when somebody has it, on the clock of the home."""
    return local_clock(hand.until, alert.zone, now)


def _order(each: Seen) -> tuple[bool, int, int, Instant, str]:
    alert = each.alert
    severity = _WORST.get(alert.severity, 2)
    return (alert.state not in OPEN, severity, -alert.level, alert.since, alert.alert_id)


def _card(each: Seen, reader: str, now: Instant) -> Card:
    alert, words = each.alert, told(each.alert, now)
    hand = each.hand if alert.state in OPEN else None
    return Card(
        id=alert.alert_id,
        severity=alert.severity,
        told=words,
        placement=alert.placement_id is not None,
        room=each.room or "",
        home_id=alert.home_id,
        level=alert.level,
        elapsed=length(now - words.counts_from) if words.running else "",
        next=what_next(alert.kind) if alert.state in OPEN else "",
        has_it="" if hand is None else hand.by,
        until="" if hand is None else until_of(alert, hand, now),
        action=each.action or "",
        mine=hand is not None and hand.by == reader,
        others=hand is not None and hand.by != reader,
        open=may_be_answered(alert),
        said=tuple(_said(each, now)),
    )


def _said(each: Seen, now: Instant) -> Iterable[str]:
    wall = Wall(each.alert.zone, now)
    steps = [step for step in each.life if step.step in _SAID]
    return (f"{wall.clock(step.at)} {step_told(step, each.alert, wall)}" for step in steps[-_SAID_AT_MOST:])
