"""A test is sent: steps one after the other, the people of a step at once, each way of each. What happens is told as it
happens, and written into the book.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection, Engine

from services.pager.channels.base import Carriers, Outcome, Result
from services.pager.trial import book, words
from services.pager.trial.book import Kind
from services.pager.trial.plan import Leg, Stage
from shared import clock
from shared.instants import SECOND, Duration, Instant
from shared.store.engine import writing

SEND_WITHIN: Final[Duration] = 10 * SECOND
NO_WAY: Final = "no way of reaching this person is known; `wakeful people reach` adds one"

Link: TypeAlias = Callable[[str, str, Instant], str | None]
"""By which a person answers a test (its id, the person's id, when it was made)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Something that has happened. What does not belong to it is None."""

    what: Literal["began", "step", "sent", "failed", "ended"]
    test_id: str
    step: int | None = None
    who: Sequence[str] | None = None
    """Of a step: as the policy says it."""
    people: Sequence[str] | None = None
    """Of a step: whom that means now."""
    to: str | None = None
    channel: str | None = None
    took: Duration | None = None
    error: str | None = None

    def shape(self) -> dict[str, Any]:
        """As JSON: absent rather than null."""
        named = {"what": self.what, "test_id": self.test_id, "step": self.step, "who": self.who}
        rest = {
            "people": self.people,
            "to": self.to,
            "channel": self.channel,
            "ms": self.took,
            "error": self.error,
        }
        return {name: value for name, value in (named | rest).items() if value is not None}


@dataclass(frozen=True)
class Sender:
    """What a test is sent by."""

    views: Engine
    carriers: Callable[[], Carriers]
    """Makes the channels, for the loop in which a test is sent."""
    link: Link = lambda _test, _person, _at: None
    within: Duration = SEND_WITHIN

    async def send(
        self, test_id: str, home_id: str, kind: Kind, by: str, stages: Sequence[Stage]
    ) -> AsyncGenerator[Progress, None]:
        """Send it. Nothing is told where somebody has made this test already. Whoever stops listening ends it."""
        began = clock.now()
        if not await self._book(lambda connection: book.begin(connection, test_id, home_id, kind, by, began)):
            return
        yield Progress("began", test_id)
        carriers = self.carriers()
        try:
            for stage in stages:
                people = list(dict.fromkeys(leg.person_id for leg in stage.legs))
                yield Progress("step", test_id, stage.step, stage.who, people)
                async with aclosing(self._stage(_Test(test_id, home_id, began, carriers), stage)) as telling:
                    async for happened in telling:
                        yield happened
        finally:
            await carriers.close()
        await self._book(lambda connection: book.end(connection, test_id, clock.now()))
        yield Progress("ended", test_id)

    async def _stage(self, test: "_Test", stage: Stage) -> AsyncGenerator[Progress, None]:
        tasks = [asyncio.create_task(self._leg(test, leg)) for leg in stage.legs]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _leg(self, test: "_Test", leg: Leg) -> Progress:
        at, clocked = clock.now(), clock.monotonic()
        outcome = await self._outcome(test, leg)
        took = clock.monotonic() - clocked
        sent = outcome.result is Result.SENT
        error = None if sent else outcome.error or "it was not taken"
        await self._book(lambda connection: book.tried(connection, test.id, leg, at, sent, error))
        channel = None if leg.way is None else leg.way.channel
        what: Literal["sent", "failed"] = "sent" if sent else "failed"
        return Progress(what, test.id, leg.step, to=leg.person_id, channel=channel, took=took, error=error)

    async def _outcome(self, test: "_Test", leg: Leg) -> Outcome:
        if leg.way is None:
            return Outcome(Result.NEVER, NO_WAY)
        channel = test.carriers.get(leg.way.channel)
        if channel is None:
            return Outcome(Result.NEVER, f"there is no channel {leg.way.channel}")
        link = self.link(test.id, leg.person_id, test.began)
        message = words.message(test.id, test.home_id, leg, test.began, link)
        return await channel.send(message, leg.way, self.within)

    async def _book(self, write: Callable[[Connection], Any]) -> Any:
        def written() -> Any:
            with writing(self.views) as connection:
                return write(connection)

        return await run_in_threadpool(written)


@dataclass(frozen=True, slots=True)
class _Test:
    """The test that is being sent."""

    id: str
    home_id: str
    began: Instant
    carriers: Carriers
