"""Tells people that nobody watches, beside everything that watches: a thread with a loop of its own (`Teller`).

1. Every second: what nobody watches, as the process itself knows it, and homes set aside, as they were last read.
2. Who is to be told of it now, and who not again (`whom`).
3. A task a person, by each way of reaching him in turn.
4. What was told is written down as operations' entry (`monitor_blind`), as soon as the database takes it.

It needs neither the log nor the database for any of that: whom to tell was read while all was well (`memory`).
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from services.pager.alive import words
from services.pager.alive.memory import Memory
from services.pager.alive.whom import Call, Standing, Telling, Trouble, Why
from services.pager.channels.base import Carriers, Message
from services.pager.channels.teller import REMEDY, SEND_WITHIN, Teller
from shared import clock
from shared.instants import MINUTE, SECOND, Duration, Instant

EVERY: Final[Duration] = SECOND
AT_ONCE: Final = 200
"""Messages under way at a time: a thousand homes' contacts are told in turn, not by a thousand sockets."""
STUCK_AFTER: Final[Duration] = MINUTE


class Turning(Protocol):
    """A loop that has to go on."""

    def last_turn(self) -> Duration:
        """When it last came round, by the monotonic clock in milliseconds."""
        ...


class Compose(Protocol):
    """Puts a call into words. `at`: when it was first made; `link`: where the pages are."""

    def __call__(self, call: Call, at: Instant, link: str | None) -> Message: ...


def turns(loop: Turning, now: Duration, within: Duration = STUCK_AFTER) -> bool:
    """Whether a loop goes on: its last turn is not longer ago than `within`."""
    return now - loop.last_turn() < within


def stuck(
    service: str, loop: Turning, now: Duration, wall: Instant, within: Duration = STUCK_AFTER
) -> list[Trouble]:
    """The trouble that a loop is which does not turn: whom it should wake, nobody wakes."""
    if turns(loop, now, within):
        return []
    reason = f"the {service}'s loop does not turn; restart the process, and keep its log"
    return [Trouble(service, None, wall - (now - loop.last_turn()), reason)]


def stands_elsewhere(service: str, since: Instant) -> Trouble:
    """The same of a loop in a worker."""
    reason = f"the {service}'s loop does not turn in one of its workers; restart them, and keep their logs"
    return Trouble(service, None, since, reason)


@dataclass(frozen=True)
class Parts:
    """What it stands on."""

    sees: Callable[[], Iterable[Trouble]]
    """What nobody watches, as of now, as the process itself knows it: without a disk, at once."""
    memory: Memory
    carriers: Callable[[], Carriers]
    """Makes the channels, for a loop of their own: a pager that is stuck must not hold them."""
    blind_after: Duration
    link: str | None = None
    compose: Compose = words.message
    every: Duration = EVERY
    within: Duration = SEND_WITHIN


class Alive(Teller):
    """The thread."""

    def __init__(self, parts: Parts) -> None:
        super().__init__("alive", parts.carriers, parts.every, parts.within)
        self._parts = parts
        self._standing = Standing()
        self._telling = Telling()
        self._stood: frozenset[Trouble] = frozenset()
        self._looked = self._remembered = False

    def run(self) -> None:
        self._parts.memory.start()
        self._free, self._began = asyncio.Semaphore(AT_ONCE), clock.monotonic()
        super().run()

    def stop(self) -> None:
        """Tell nobody any more, and read no more whom to tell."""
        super().stop()
        if self.ident is not None:
            self._parts.memory.stop()

    def failed(self, error: Exception | None) -> None:
        """See `Teller`."""
        if error is not None:
            self.log.error("a turn of what tells of blindness has failed", exc_info=error)

    async def turn(self) -> None:
        """Steps 1 to 3."""
        parts, now = self._parts, clock.monotonic()
        if not self._looked and parts.memory.before is not None:
            self._ask_for_somebody()
        if not self._remembered and parts.memory.before is not None and parts.memory.contacts:
            self._remember(now)
        standing = self._standing.see([*parts.sees(), *parts.memory.asides], now)
        self._write_down(frozenset(each for each in standing if each.home_id is None))
        if not standing and not self.is_telling():
            self.forget_unsent()
        wall = clock.now()
        quiet = frozenset(each for each, until in parts.memory.quiet.items() if wall < until)
        for call in self._telling.calls(standing, parts.memory.contacts, now, quiet):
            self.begin(self._call(call))

    def _ask_for_somebody(self) -> None:
        """At the start, where nobody who runs the system can be told: it is better heard by day."""
        self._looked = True
        if not any(each.operations for each in self._parts.memory.contacts.values()):
            self.log.warning("when nobody watches, nobody who runs the system can be told", remedy=REMEDY)

    def _remember(self, now: Duration) -> None:
        """What the process before us told is not told again; that it is over is."""
        self._remembered = True
        memory = self._parts.memory
        for trouble, told in memory.before or ():
            self._standing.begin_with(trouble, self._began + self._parts.blind_after)
            if told is not None:
                ago = max(0, clock.now() - told)
                self._telling.remember([trouble], memory.contacts.values(), now - ago)

    def _write_down(self, stands: frozenset[Trouble]) -> None:
        """A home that is set aside has its entry by whoever set it aside."""
        memory = self._parts.memory
        for trouble in stands - self._stood:
            memory.begun(trouble)
            self.log.error("nobody watches; people are told", service=trouble.service, reason=trouble.reason)
            if not memory.contacts:
                self.log.error("nobody can be told: no administrator can be reached", remedy=REMEDY)
        for trouble in self._stood - stands:
            memory.over(trouble, clock.now())
            self.log.info("somebody watches again; people are told", service=trouble.service)
        self._stood = stands

    async def _call(self, call: Call) -> None:
        sent = False
        try:
            async with self._free:
                sent = await self._send(call)
        except Exception:
            self.log.exception("a person could not be told", person_id=call.contact.person_id)
        finally:
            self._telling.done(call, sent=sent, now=clock.monotonic())

    async def _send(self, call: Call) -> bool:
        parts, person = self._parts, call.contact
        sent = await self.told(
            person.person_id,
            call.key,
            person.ways,
            lambda: parts.compose(call, clock.now(), parts.link),
        )
        if sent:
            self._sent(call)
        return sent

    def _sent(self, call: Call) -> None:
        if call.why is not Why.OVER:
            for trouble in call.troubles:
                self._parts.memory.told(trouble, clock.now())
        self.log.info("a person was told", person_id=call.contact.person_id, why=call.why.value)
