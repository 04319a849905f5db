"""What the answering page is given of the rest of the house: the door's way in for an answer, rooms, opened texts.

It stands here because no service knows another. No rule lives here.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Engine

from services.alerts.feed import Feed
from services.gateway.answering.answers import Answers as DoorAnswers
from services.gateway.answering.answers import Given, Result
from services.gateway.fold import DoorFold
from services.pager.answering import api, inbound
from services.pager.answering.desk import AnswerDesk
from services.pager.answering.late import FeedOrDesk
from services.pager.answering.links import KEY_PURPOSE, Links
from services.pager.answering.parts import Answer, Hand, Took
from services.pager.engine import threads
from shared.instants import Instant
from shared.security.access import Access
from shared.security.keys import KeyRing, SealBroken
from shared.security.people import Person
from shared.security.ways import Address
from shared.web.app import App
from shared.web.pages import Pages


def answer_links(url: str, keys: KeyRing) -> Links:
    """The installation's links; wherever they are made and wherever they are read."""
    return Links(url, [keys.derived(KEY_PURPOSE)])


def answer_desk(
    app: App, url: str, keys: KeyRing, access: Access, feed: Feed, desk: Engine, now: Callable[[], Instant]
) -> AnswerDesk:
    """Where links are opened, over the door of `app`. `desk`: the pager's views."""
    return AnswerDesk(
        answer_links(url, keys),
        access.people,
        FeedOrDesk(feed, desk),
        Answers(app.state.answers, now),
        Rooms(app.state.fold),
        Texts(keys),
        now,
    )


def mount(
    app: App,
    desk: AnswerDesk,
    pages: Pages,
    ways: Callable[[Person], Sequence[Address]],
    sent: Engine | None = None,
) -> None:
    """Give the app the page, and the addresses that others call back. `ways`: how a person is reached, opened; `sent`:
    where what was sent is written down (the pager's views), so that several alerts told as one are answered as one."""
    app.include_router(api.answer_routes(desk, pages))
    app.include_router(
        inbound.inbound_routes(desk, lambda person: pagerduty_secrets(ways(person)), partial(alerts_of, sent))
    )


def pagerduty_secrets(ways: Sequence[Address]) -> Sequence[str]:
    """What the webhooks of a person's PagerDuty channels are signed with."""
    theirs = [way.options.get(inbound.SECRET) for way in ways if way.channel == "pagerduty"]
    return [secret for secret in theirs if secret]


def alerts_of(sent: Engine | None, person_id: str, thread: str) -> Sequence[str]:
    """The alerts that a thread of messages to that person tells of."""
    if sent is None:
        return (thread,)
    with sent.connect() as connection:
        return threads.alerts_of(connection, person_id, thread)


class Answers:
    """The door's answers, as the desk knows them (`services.pager.answering.parts.Answers`)."""

    def __init__(self, door: DoorAnswers, now: Callable[[], Instant]) -> None:
        self._door = door
        self._now = now

    async def hand(self, alert_id: str) -> Hand | None:
        standing = await self._door.standing(alert_id)
        if standing is None or standing.by is None or standing.until is None:
            return None
        return Hand(standing.by, standing.until) if standing.until > self._now() else None

    async def give(self, answer: Answer) -> Took:
        given = await self._door.give(
            answer.alert_id,
            answer.by.id,
            answer.kind,
            via=answer.via,
            id=answer.id,
            action=answer.action,
            until=answer.until,
        )
        if given.problem is not None:
            raise given.problem
        return _took(given, answer)


def _took(given: Given, answer: Answer) -> Took:
    standing = given.standing
    if standing is None or given.result is Result.RESOLVED:
        return Took(None, resolved=True)
    if standing.by is None or standing.by == answer.by.id or standing.until is None:
        return Took(given.until)
    return Took(given.until, before=Hand(standing.by, standing.until))


class Rooms:
    """Where children live, as the door knows it."""

    def __init__(self, fold: DoorFold) -> None:
        self._fold = fold

    def room_of(self, home_id: str, placement_id: str) -> str | None:
        with self._fold.looking_at(home_id) as (_, home):
            child = None if home is None else home.placements.get(placement_id)
            return None if child is None else child.room


class Texts:
    """Sealed texts, opened for whoever may see what they stand in."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def opened(self, text: Any, home_id: str, placement_id: str | None) -> str | None:
        if text is None or isinstance(text, str):
            return text
        try:
            return self._keys.open(text, home_id, placement_id)
        except SealBroken:
            return None
