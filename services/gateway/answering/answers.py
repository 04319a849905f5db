"""An answer to an alert that comes from a page, a signed link or a receiver's call back: one fact, the door's own way.

`Answers` is at `app.state.answers`. Who may give one: whoever is signed in with the right to respond (`voice`), or,
by a link that was signed for them, whoever was paged; who that is, is for the caller to have proved.

1. The alert is looked up: its home, its kind, how it stands.
2. The fact is made: its id is the form's or the link's own, so that a second tap is the first one again.
3. The door takes it, or says what is wrong with it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, Final, Literal

from services.gateway.answering.standing import ANSWER, Standing, Standings
from services.gateway.door import Door, Prepared
from services.gateway.outcomes import Outcome
from services.gateway.speaker import Voice
from services.gateway.waiting import awaiter
from shared.answering import until_of
from shared.instants import Instant, show_instant
from shared.log.base import Unavailable
from shared.security.people import People
from shared.security.rights import Actor, Right, Scope
from shared.web.problems import Problem, forbidden, missing, unavailable

_TYPES: Final = (ANSWER,)


class Result(Enum):
    """What became of an answer."""

    TAKEN = "taken"
    """It is in the log for good."""
    BEFORE = "before"
    """The same form or link was answered before: that one stands, and this one changes nothing."""
    RESOLVED = "resolved"
    """The alert is over: it is in the log, and changes nothing."""
    REFUSED = "refused"
    """`problem` says why, and what would be taken."""


@dataclass(frozen=True, slots=True)
class Given:
    """What became of an answer, and how its alert stood then."""

    result: Result
    standing: Standing | None
    """`by` and `until`: who had it before this answer. None: nobody knows of such an alert."""
    until: Instant | None = None
    """Of an acknowledgement that was taken: until when they have it."""
    problem: Problem | None = None


class Answers:
    """Gives answers to the door. Safe in the app's event loop."""

    def __init__(
        self, door: Door, people: People, standings: Standings | None, now: Callable[[], Instant]
    ) -> None:
        self._door = door
        self._people = people
        self._standings = standings
        self._now = now

    async def standing(self, alert_id: str) -> Standing | None:
        """How an alert stands; None: nobody knows of one."""
        found = None if self._standings is None else await asyncio.to_thread(self._standings, alert_id)
        return None if found is None else self._door.known(found)

    async def give(
        self,
        alert_id: str,
        by: str,
        kind: Literal["acknowledge", "decide", "decline"],
        *,
        via: Literal["app", "page", "phone"],
        id: str,  # noqa: A002 - the fact's own name
        action: str | None = None,
        until: Instant | None = None,
        reason: str | None = None,
        voice: Voice | None = None,
    ) -> Given:
        """Answer an alert. `id`: the same for every try of the same form or link. `until`: None means the default of
        the alert's kind. `voice`: of whoever is signed in; None: `by` was paged, and came by the link made for them.

        Never raises a Problem: it is in what comes back."""
        standing = await self.standing(alert_id)
        if standing is None:
            return Given(Result.REFUSED, None, problem=missing("there is no such alert; it may be very new"))
        data = {"alert_id": alert_id, "by": by, "kind": kind, "via": via, "action": action, "reason": reason}
        data |= {"until": None if until is None else show_instant(until)}
        now = self._now()
        try:
            outcome = await self._put(standing, data, id, voice or await self._paged(by, standing), now)
        except Unavailable as error:
            return Given(Result.REFUSED, standing, problem=unavailable(error))
        except Problem as problem:
            return Given(Result.REFUSED, standing, problem=problem)
        return _given(outcome, data, standing)

    async def _put(
        self, standing: Standing, data: dict[str, Any], id_: str, voice: Voice, now: Instant
    ) -> Outcome:
        body = {
            "type": ANSWER,
            "subject": standing.alert_id,
            "time": show_instant(now),
            "enteredat": show_instant(now),
            "homeid": standing.home_id,
            "data": {name: value for name, value in data.items() if value is not None},
        }
        ready: Prepared = await asyncio.to_thread(self._door.prepare, body, id_, voice, None, now, _TYPES)
        (receipt,) = await awaiter().soon(partial(self._door.append, [ready]))
        return self._door.outcome(ready, receipt)

    async def _paged(self, by: str, standing: Standing) -> Voice:
        """Whoever was paged for an alert may answer it, whatever else they may. Raises a 403 Problem."""
        person = await asyncio.to_thread(self._people.get, by)
        if person is None or not person.active:
            raise forbidden("this link was made for somebody who is no longer one of those who are paged")
        scope = Scope(homes=frozenset({standing.home_id}))
        return Voice(Actor("person", by, frozenset({Right.RESPOND}), scope), f"person/{by}", None, by)


def _given(outcome: Outcome, data: dict[str, Any], before: Standing) -> Given:
    standing = outcome.standing or before
    if outcome.status == 409:  # the form's own id: it was sent with other words before
        return Given(Result.BEFORE, standing)
    if outcome.problem is not None:
        return Given(Result.REFUSED, standing, problem=outcome.problem)
    if standing.resolved_at is not None:
        return Given(Result.RESOLVED, standing)
    at = outcome.appended_at
    has = at is not None and data["kind"] == "acknowledge"
    until = until_of(data, standing.kind, at) if has and at is not None else None
    return Given(Result.TAKEN if outcome.status == 202 else Result.BEFORE, standing, until)
