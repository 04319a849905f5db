"""Tells people that nobody watches, beside everything that watches: a thread with a loop of its own.

1. Every second: what nobody watches, as the process itself knows it, and homes set aside, as they were last read.
2. Who is to be told of it now, and who not again (`whom`).
3. A task a person: each way of reaching him in turn, until one takes it. One who hangs holds up nobody else.
4. What was told is written down as operations' entry (`monitor_blind`), as soon as the database takes it.

It needs neither the log nor the database for any of that: whom to tell was read while all was well (`memory`).
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from services.pager.alive import words
from services.pager.alive.memory import Memory
from services.pager.alive.whom import Call, Standing, Telling, Trouble, Why
from services.pager.channels.base import Address, Carriers, Channel, Message, Outcome, Result
from shared import clock
from shared.instants import MINUTE, SECOND, Duration, Instant

EVERY: Final[Duration] = SECOND
SEND_WITHIN: Final[Duration] = 10 * SECOND
"""The whole of one attempt, however slowly an answer drips."""
GRACE: Final[Duration] = 2 * SECOND
"""A channel that does not keep its time is cut off so much after it."""
AT_ONCE: Final = 200
"""Messages under way at a time: a thousand homes' contacts are told in turn, not by a thousand sockets."""
STUCK_AFTER: Final[Duration] = MINUTE

_REMEDY: Final = "wakeful people reach ID CHANNEL TO, for somebody with the right admin"

_log = structlog.get_logger("alive")


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


class Alive(threading.Thread):
    """The thread."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(name="alive", daemon=True)
        self._parts = parts
        self._standing = Standing()
        self._telling = Telling()
        self._stood: frozenset[Trouble] = frozenset()
        self._made: dict[str, Message] = {}
        """Messages that are not sent yet, so that each try says the same."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._stopped = threading.Event()
        self._looked = self._remembered = False

    def run(self) -> None:
        self._parts.memory.start()
        asyncio.run(self._main())

    def stop(self) -> None:
        """Tell nobody any more; what is under way is given up, and told by the next process."""
        self._stopped.set()
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        if self.ident is not None:
            self.join()
            self._parts.memory.stop()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._free, self._carriers = asyncio.Semaphore(AT_ONCE), self._parts.carriers()
        began = clock.monotonic()
        while not (self._stopped.is_set() or self._stopping.is_set()):
            try:
                self._turn(began)
            except Exception:  # whatever is wrong with one turn, the next must come
                _log.exception("a turn of what tells of blindness has failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._parts.every / SECOND)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._carriers.close()

    def _turn(self, began: Duration) -> None:
        parts, now = self._parts, clock.monotonic()
        if not self._looked and parts.memory.before is not None:
            self._ask_for_somebody()
        if not self._remembered and parts.memory.before is not None and parts.memory.contacts:
            self._remember(began, now)
        standing = self._standing.see([*parts.sees(), *parts.memory.asides], now)
        self._write_down(frozenset(each for each in standing if each.home_id is None))
        if not standing and not self._tasks:
            self._made.clear()  # what could not be sent, and is not to be any more
        wall = clock.now()
        quiet = frozenset(each for each, until in parts.memory.quiet.items() if wall < until)
        for call in self._telling.calls(standing, parts.memory.contacts, now, quiet):
            task = asyncio.create_task(self._call(call))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _ask_for_somebody(self) -> None:
        """At the start, where nobody who runs the system can be told: it is better heard by day."""
        self._looked = True
        if not any(each.operations for each in self._parts.memory.contacts.values()):
            _log.warning("when nobody watches, nobody who runs the system can be told", remedy=_REMEDY)

    def _remember(self, began: Duration, now: Duration) -> None:
        """What the process before us told is not told again; that it is over is."""
        self._remembered = True
        memory = self._parts.memory
        for trouble, told in memory.before or ():
            self._standing.begin_with(trouble, began + self._parts.blind_after)
            if told is not None:
                ago = max(0, clock.now() - told)
                self._telling.remember([trouble], memory.contacts.values(), now - ago)

    def _write_down(self, stands: frozenset[Trouble]) -> None:
        """A home that is set aside has its entry by whoever set it aside."""
        memory = self._parts.memory
        for trouble in stands - self._stood:
            memory.begun(trouble)
            _log.error("nobody watches; people are told", service=trouble.service, reason=trouble.reason)
            if not memory.contacts:
                _log.error("nobody can be told: no administrator can be reached", remedy=_REMEDY)
        for trouble in self._stood - stands:
            memory.over(trouble, clock.now())
            _log.info("somebody watches again; people are told", service=trouble.service)
        self._stood = stands

    async def _call(self, call: Call) -> None:
        sent = False
        try:
            async with self._free:
                sent = await self._send(call)
        except Exception:
            _log.exception("a person could not be told", person_id=call.contact.person_id)
        finally:
            self._telling.done(call, sent=sent, now=clock.monotonic())

    async def _send(self, call: Call) -> bool:
        """Each way in turn; whether one took it."""
        parts = self._parts
        message = self._made.get(call.key) or parts.compose(call, clock.now(), parts.link)
        self._made[call.key] = message
        person = call.contact.person_id
        for way in call.contact.ways:
            channel = self._carriers.get(way.channel)
            if channel is None:
                _log.error("there is no such channel", person_id=person, channel=way.channel)
                continue
            outcome = await self._tried(channel, message, way)
            if outcome.result is Result.SENT:
                self._sent(call)
                return True
            _log.error("a person was not reached", person_id=person, channel=way.channel, error=outcome.error)
        return False

    async def _tried(self, channel: Channel, message: Message, way: Address) -> Outcome:
        """One way. A channel that fails, or does not keep its time, is no reason not to try the next."""
        within = self._parts.within
        try:
            async with asyncio.timeout((within + GRACE) / SECOND):
                return await channel.send(message, way, within)
        except TimeoutError:
            return Outcome(Result.LATER, "it took too long")
        except Exception as error:
            _log.exception("a channel has failed", channel=way.channel)
            return Outcome(Result.LATER, f"the channel failed: {type(error).__name__}")

    def _sent(self, call: Call) -> None:
        self._made.pop(call.key, None)
        if call.why is not Why.OVER:
            for trouble in call.troubles:
                self._parts.memory.told(trouble, clock.now())
        _log.info("a person was told", person_id=call.contact.person_id, why=call.why.value)
