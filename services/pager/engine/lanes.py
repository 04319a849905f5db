"""A lane a receiver: one task a person, so that a receiver that hangs delays nobody else.

    1. Ask what goes to the person now (`turns`); where nothing does, sleep until something may.
    2. Look up how he is reached, and put it into words.
    3. Try each way in turn, within its time; before each but the first, ask again what may still be told.
    4. Mark what came of it (`outcomes`); where no way took it, again after a pause that grows.

What a lane knows beside durable rows is only when to try again.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection

from services.pager.chain.gathering import rank_of
from services.pager.channels.base import Outcome, Result
from services.pager.channels.trying import GRACE
from services.pager.engine import claims, outcomes
from services.pager.engine.due import Due
from services.pager.engine.outcomes import Tried
from services.pager.engine.ports import Ports
from services.pager.engine.reaching import Reaching
from services.pager.engine.rows import Sending
from services.pager.engine.saying import said
from services.pager.engine.share import Share
from services.pager.engine.store import Store, guard, woken
from services.pager.engine.turns import Asked, Turn, gathers, still, turn
from shared.instants import MINUTE, NEVER, SECOND, Duration, Instant
from shared.store.ledger import LostOwnership
from shared.store.outage import is_outage

FIRST_PAUSE: Final[Duration] = 2 * SECOND
LONGEST_PAUSE: Final[Duration] = MINUTE
LONGEST_ASKED: Final[Duration] = 5 * MINUTE
"""`Retry-After` is heard up to here."""
AT_ONCE: Final = 1_000
"""Attempts under way at a time: more than receivers that could ever hang at once, fewer than sockets there are."""
ASKED_AT_ONCE: Final = 5_000
"""Messages that are asked about in one turn: the worst first, the rest in the next."""
LOOK_AT_HELD: Final[Duration] = 10 * SECOND
"""How soon it is asked again of what is held back: a silence may be ended before its time."""
TROUBLE: Final[Duration] = SECOND

_log = structlog.get_logger("pager")


def pause(tries: int, asked: Duration | None) -> Duration:
    """How long until it is tried again, after so many tries."""
    grown = min(FIRST_PAUSE << min(max(tries - 1, 0), 16), LONGEST_PAUSE)
    return max(grown, min(asked or 0, LONGEST_ASKED))


@dataclass(slots=True)
class _Item:
    """A message that waits in a lane. `not_before`: of the monotonic clock; `until`: pager time, where it is held."""

    message: Sending
    not_before: Duration = 0
    until: Instant = 0


class Lanes:
    """All lanes of this process."""

    def __init__(
        self,
        store: Store,
        ports: Ports,
        shares: Mapping[int, Share],
        heard: Callable[[int, str], None],
        me: str,
    ) -> None:
        """`heard`: told of every alert of which a message has gone, or has failed for the first time."""
        self.store, self.ports, self.shares, self.heard, self.me = store, ports, shares, heard, me
        self.free = asyncio.Semaphore(AT_ONCE)
        self.stopping = False
        self.fault: BaseException | None = None
        """Why a lane has ended that should not have: the process must end with it, or a person would go untold."""
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, new: Due) -> None:
        """These are to go out."""
        for message in new.messages:
            lane = self._lanes.get(message.person)
            if lane is None:
                told = new.receivers.get(message.person)
                lane = self._lanes[message.person] = Lane(self, message.person, told)
                lane.put(message)
                task = asyncio.create_task(lane.run())
                self._tasks.add(task)
                task.add_done_callback(self._done)
            else:
                lane.put(message)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self.fault = self.fault or task.exception()
        elif not self.stopping:
            self.fault = self.fault or RuntimeError("a lane was cancelled, and nobody had asked for it")

    def drop(self, partition: int) -> None:
        """Another worker sends these now."""
        for lane in self._lanes.values():
            lane.drop(partition)

    def ended(self, person: str) -> None:
        """It has nothing left."""
        del self._lanes[person]

    def wake(self) -> None:
        """All of them look at the time."""
        for lane in self._lanes.values():
            lane.wake.set()

    async def stop(self, within_s: float) -> None:
        """What is under way may end; nothing is begun. What is given up goes again, under the same key."""
        self.stopping = True
        self.wake()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def give_back(self) -> None:
        """Whoever was being told may be told by others at once. Where that fails, they wait for the leases."""
        try:
            await self.store.write(partial(claims.release_all, me=self.me))
        except Exception as error:
            _log.warning("who was being told waits for a lease", reason=type(error).__name__)


class Lane:
    """One person's."""

    def __init__(self, lanes: Lanes, person: str, told: claims.Receiver | None) -> None:
        self._all, self._person = lanes, person
        self._items: dict[str, _Item] = {}
        self._reaching = Reaching(lanes.ports, person, lanes.free)
        self._receiver = told
        """What he had been told when it was last read: for asking less often, never for sending."""
        self.wake = asyncio.Event()

    def put(self, message: Sending) -> None:
        """One more."""
        self._items.setdefault(message.key, _Item(message))
        self.wake.set()

    def drop(self, partition: int) -> None:
        """Those of a home-partition go no more from here."""
        for key, item in list(self._items.items()):
            if item.message.partition == partition:
                del self._items[key]
        self.wake.set()

    async def run(self) -> None:
        """Until nothing waits."""
        while self._items and not self._all.stopping:
            self.wake.clear()
            try:
                rest = await self._step()
            except Exception as error:  # whatever is wrong with one turn, the next must come
                rest = TROUBLE
                if isinstance(error, LostOwnership | claims.ClaimLost) or is_outage(error):
                    _log.warning(
                        "a person's turn is taken again", person_id=self._person, reason=type(error).__name__
                    )
                else:
                    _log.exception("a person's turn has failed", person_id=self._person)
            if rest > 0 and not self._all.stopping:
                await woken(self.wake, rest)
        self._all.ended(self._person)

    # -- 1 -------------------------------------------------------------------------------------------------

    async def _step(self) -> Duration:
        """One turn; how long to rest."""
        ports = self._all.ports
        monotonic = ports.monotonic()
        now = self._now(self._items.values(), monotonic)
        due = [
            item.message
            for item in self._items.values()
            if item.not_before <= monotonic
            and item.until <= now
            and item.message.partition in self._all.shares
        ]
        if not due:
            return self._rest(monotonic, now)
        until = None if self._receiver is None else gathers(self._receiver, due, now)
        if until is not None:
            return min(max(until - now, 1), self._rest(monotonic, now))
        asked = self._asked(_worst(due), now)
        made = await self._all.store.write(partial(turn, asked=asked))
        self._receiver = made.receiver
        for message in made.skipped:
            self._items.pop(message.key, None)
            self._all.heard(message.partition, message.alert_id)
        for key, until in made.held.items():
            if key in self._items:
                self._items[key].until = min(until, now + LOOK_AT_HELD)
        if made.going:
            for message in made.going:
                if message.key in self._items:
                    self._items[message.key].message = message
            await self._deliver(made)
            return 0
        wait = max(made.look_again - now, 1) if made.look_again != NEVER else LONGEST_PAUSE
        return min(wait, self._rest(monotonic, now), LONGEST_PAUSE)

    def _rest(self, monotonic: Duration, now: Instant) -> Duration:
        """Until the next item may be tried."""
        waits = [max(item.not_before - monotonic, item.until - now) for item in self._items.values()]
        return min([*(wait for wait in waits if wait > 0), LONGEST_PAUSE])

    def _now(self, items: Iterable[_Item], monotonic: Duration) -> Instant:
        shares = {item.message.partition for item in items} & self._all.shares.keys()
        return max((self._all.shares[each].time.best(monotonic) for each in shares), default=0)

    def _asked(self, messages: Sequence[Sending], now: Instant) -> Asked:
        ports = self._all.ports
        epochs = {each: self._all.shares[each].epoch for each in {message.partition for message in messages}}
        lease = ports.send_within + GRACE + claims.MARGIN
        return Asked(self._person, self._all.me, messages, epochs, now, ports.wall(), lease)

    # -- 2, 3 ----------------------------------------------------------------------------------------------

    async def _deliver(self, made: Turn) -> None:
        going, tried = list(made.going), list[Tried]()
        ways = await self._all.store.apart(partial(self._reaching.ways, made.key, going))
        if isinstance(ways, Outcome):
            await self._mark(made.going, going, [Tried("none", ways)])
            return
        message = await self._all.store.apart(partial(said, self._all.ports, made, [*going, *made.beside]))
        for address in ways:
            if tried:
                now = self._now(self._items.values(), self._all.ports.monotonic())
                asked = self._asked(going, now)
                made_now = await self._all.store.write(partial(still, asked=asked))
                if not made_now.going:
                    break
                if len(made_now.going) < len(going):
                    going = list(made_now.going)
                    made = replace(made_now, key=made.key)
                    message = await self._all.store.apart(
                        partial(said, self._all.ports, made, [*going, *made.beside])
                    )
            outcome = await self._reaching.attempt(message, address)
            tried.append(Tried(address.channel, outcome))
            if outcome.result is Result.SENT:
                break
        await self._mark(made.going, going, tried)

    # -- 4 -------------------------------------------------------------------------------------------------

    async def _mark(self, began: Sequence[Sending], going: Sequence[Sending], tried: Sequence[Tried]) -> None:
        """Written down, however long the database takes to come back: what was sent is not sent again for that."""
        monotonic = self._all.ports.monotonic()
        at = self._now(self._items.values(), monotonic)
        sent = any(each.outcome.result is Result.SENT for each in tried)
        asks = max((each.outcome.retry_after or 0 for each in tried), default=0)
        wait = pause(max(message.attempts for message in began), asks)
        while True:
            asked = self._asked_of_owned(going, at)
            if asked is not None:
                work = partial(_marked, asked=asked, tried=tried, at=at, retry_at=at + wait)
            else:  # others own all of it by now: they shall not wait for the lease
                work = partial(claims.release, person=self._person, me=self._all.me)
            try:
                await self._all.store.write(work)
                break
            except Exception as error:
                if not is_outage(error):
                    raise
                await asyncio.sleep(TROUBLE / SECOND)
        for message in going:
            item = self._items.get(message.key)
            if item is None:
                continue
            if sent:
                del self._items[message.key]
            else:
                item.not_before, item.message = monotonic + wait, replace(item.message, failed=True)
            if sent or not message.failed:
                self._all.heard(message.partition, message.alert_id)

    def _asked_of_owned(self, going: Sequence[Sending], now: Instant) -> Asked | None:
        owned = [message for message in going if message.partition in self._all.shares]
        return self._asked(owned, now) if owned else None


def _worst(due: Sequence[Sending]) -> Sequence[Sending]:
    """As many as are asked about at once: what was never tried first, the worst of it first."""
    if len(due) <= ASKED_AT_ONCE:
        return due
    return sorted(due, key=lambda each: (each.bundle is not None, -rank_of(each.kind)))[:ASKED_AT_ONCE]


def _marked(
    connection: Connection, asked: Asked, tried: Sequence[Tried], at: Instant, retry_at: Instant
) -> None:
    guard(connection, asked.epochs, {message.partition for message in asked.messages})
    outcomes.mark(connection, asked.messages, tried, at, retry_at)
    claims.release(connection, asked.person, asked.me)
