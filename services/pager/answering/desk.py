"""A link in hand: whose it is, what that person may see now, and what their tap does.

Whoever was paged may see what for, and answer it. Whose homes and children they are is asked anew each time a link is
used: a person who has left, or is somebody else's by now, sees nothing by a link that was made before. No HTML here, no
HTTP.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from services.pager.answering.giving import Given, Tap, give
from services.pager.answering.links import Link, Links, Purpose, Refused
from services.pager.answering.page import Seen
from services.pager.answering.parts import Answers, Feed, Places, Shown, Texts
from shared.instants import Instant
from shared.security.people import People, Person
from shared.security.rights import Actor, Right
from shared.web.problems import missing
from shared.words.alert import Step

ANSWERING: Final = (Purpose.SHOW, Purpose.HAVE, Purpose.CANNOT)
"""What a link must be made for to be opened here."""


class Shut(Enum):
    """Why a link shows nothing."""

    FORGED = "forged"
    EXPIRED = "expired"
    NOT_THEIRS = "not_theirs"
    """Its person is gone, or may not see any of it any more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that is good, in the hand of its person."""

    link: Link
    token: str
    person: Person
    seen: tuple[Seen, ...]
    """What they may see of what it names; never empty."""


class AnswerDesk:
    """Where links are opened and answers are taken. For one event loop; reads in threads."""

    def __init__(
        self,
        links: Links,
        people: People,
        feed: Feed,
        answers: Answers,
        places: Places,
        texts: Texts,
        now: Callable[[], Instant],
    ) -> None:
        self._links = links
        self._people = people
        self._feed = feed
        self._answers = answers
        self._places = places
        self._texts = texts
        self.now = now

    async def open(self, token: str) -> Opened | Shut:
        """What a link shows to its person, now."""
        link = self._links.read(token, self.now())
        if isinstance(link, Refused):
            return Shut.EXPIRED if link is Refused.EXPIRED else Shut.FORGED
        if link.purpose not in ANSWERING:
            return Shut.FORGED  # made for something else
        person = await self.person(link.person_id)
        if person is None:
            return Shut.NOT_THEIRS
        seen = await self.look(person, link.alert_ids)
        return Opened(link, token, person, seen) if seen else Shut.NOT_THEIRS

    async def person(self, person_id: str) -> Person | None:
        """Somebody who is known and active, as of now."""
        person = await asyncio.to_thread(self._people.get, person_id)
        return person if person is not None and person.active else None

    async def call_back(
        self, person: Person, thread: str, alerts_of: Callable[[str], Sequence[str]], tap: Tap
    ) -> list[Given]:
        """Answer the alerts of a thread, where another system says that `person` did. Raises Problem."""
        seen = await self.look(person, await asyncio.to_thread(alerts_of, thread))
        if not seen:
            raise missing("no alert of that key is this person's to see")
        return await give(self._answers, [each.alert for each in seen], tap, person, self.now())

    async def look(self, person: Person, alert_ids: Sequence[str]) -> tuple[Seen, ...]:
        """Those of the alerts that `person` may see, as they stand."""
        return tuple(
            [
                replace(each, hand=await self._answers.hand(each.alert.alert_id))
                for each in await asyncio.to_thread(self._read, person, alert_ids)
            ]
        )

    async def take(self, opened: Opened, tap: Tap, only: str | None = None) -> tuple[Opened, list[Given]]:
        """Answer what the tap answers: `only` that alert, or all that are open. What stands then, and what became of
        it. Raises Problem."""
        alerts = [each.alert for each in opened.seen if only in (None, each.alert.alert_id)]
        given = await give(self._answers, alerts, tap, opened.person, self.now())
        return replace(opened, seen=await self.look(opened.person, opened.link.alert_ids)), given

    def _read(self, person: Person, alert_ids: Sequence[str]) -> list[Seen]:
        # Whoever is called at night may see what for, and answer: a worker on duty has no other right to read.
        reader = Actor("person", person.id, person.rights | {Right.READ}, person.scope)
        found = (self._feed.alert(reader, alert_id) for alert_id in alert_ids)
        return [self._seen(*each) for each in found if each is not None]

    def _seen(self, alert: Shown, life: Sequence[Step]) -> Seen:
        child = alert.placement_id
        room = None if child is None else self._places.room_of(alert.home_id, child)
        action = self._texts.opened(alert.action, alert.home_id, child)
        return Seen(alert, life, None, room, action)
