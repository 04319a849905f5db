"""The page of one alert: what it is, what to do, who has it, and its whole story, as a picture and line by line.

Made of what one reader may see (`Feed` asks). No HTML here, and no HTTP: the template is `templates/alert.html`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.alerts.feed import Feed
from services.alerts.page import Card, Standing, card_of, standing
from services.alerts.rows import AlertRow, SendRow, StepRow
from services.alerts.timeline import ANSWERS, LEGEND, Picture, picture
from services.alerts.watch import Watch
from shared.instants import Instant
from shared.security.rights import Actor
from shared.words import Wall, local_clock, step_told
from shared.words.doing import what_next
from shared.words.referral import referral
from shared.words.sends import send_told


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story."""

    clock: str
    text: str
    kind: str
    """Which mark it has: a step of its life, or what became of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage(Standing):
    """All that the template needs."""

    card: Card
    unwatched: str
    """Since when nobody watches its home; empty while somebody does."""
    next: str
    """What to do; empty where nothing is."""
    picture: Picture
    legend: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    some: bool
    """The reader is shown a part of the story: what went to them."""
    members: tuple[Card, ...]
    """The alerts that it is made of."""
    draft: str
    """Of a referral; empty: of no alert of this kind."""


def alert_page(feed: Feed, watch: Watch, actor: Actor, alert_id: str, now: Instant) -> AlertPage | None:
    """The page; None where there is no such alert that `actor` may see."""
    position = feed.position()
    found = feed.alert(actor, alert_id)
    if found is None:
        return None
    alert, life = found
    sends = feed.sends(actor, alert_id)
    names = alert.facts.get("members") or alert.facts.get("alerts") or ()
    members = feed.named(actor, [str(name) for name in names]) if names else []
    off = watch.asides().get(alert.home_id)
    drawn = picture(alert, life, sends, now)
    return AlertPage(
        **standing(watch, alert.zone, position, now),
        card=card_of(alert, now, actor),
        unwatched="" if off is None else local_clock(off, alert.zone, now),
        next=what_next(alert.kind) if alert.resolved_at is None else "",
        picture=drawn,
        legend=tuple((kind, LEGEND[kind]) for kind in drawn.kinds),
        lines=_lines(alert, life, sends, Wall(alert.zone, now)),
        some=actor.scope.commissioner_id is not None,
        members=tuple(card_of(member, now) for member in members),
        draft=_draft(alert, members, now),
    )


def _draft(alert: AlertRow, members: Sequence[AlertRow], now: Instant) -> str:
    if alert.kind != "pattern_concern":
        return ""
    return referral(alert, members, alert.commissioner_id, now)


def _lines(
    alert: AlertRow, life: Sequence[StepRow], sends: Sequence[SendRow], wall: Wall
) -> tuple[Line, ...]:
    """All of it, the earliest first. An answer that became a step of its life is told by that step alone, and tries
    that failed alike are one line."""
    taken = {(step.at, step.by, step.step) for step in life}
    told = [(step.at, 0, step_told(step, alert, wall), step.step) for step in life]
    told += [
        (first.at, 1, send_told(first, wall, last, tries), first.outcome)
        for first, last, tries in _alike(sends)
        if first.outcome not in ANSWERS or (first.at, first.person_id, first.outcome) not in taken
    ]
    lines = (Line(wall.second(at), text, kind) for at, _, text, kind in sorted(told))
    return tuple(dict.fromkeys(lines))


def _alike(sends: Sequence[SendRow]) -> list[tuple[SendRow, SendRow, int]]:
    """The first and the last of what is told as one, and how many that is."""
    found: dict[object, list[SendRow]] = {}
    for number, send in enumerate(sends):
        same = (send.step, send.person_id, send.channel, send.error)
        found.setdefault(same if send.outcome == "failed" else number, []).append(send)
    return [(together[0], together[-1], len(together)) for together in found.values()]
