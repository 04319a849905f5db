"""The engine: from what the desk says to people who are told. A thread with a loop of its own.

    1. Which home-partitions are owned, and for which epoch? What is not owned any more is let go, lanes and all.
    2. A new one begins once its runner has read the log to its end: what is queued goes to the lanes, and everything
       that is open is looked at.
    3. Round by round (`planning`): whom to tell now. New messages are queued durably, then given to the lanes.
    4. The lanes (`lanes`), each by itself: ask again, send, mark.
    5. Beside them all what was told is published (`publishing`), and the log asked for its end (`asking`).
    6. Sleep until the runner has committed something, a lane has told of something, or a few hundred milliseconds.

A crash between any two of these loses nothing: what is queued is sent, under the same key, by whoever comes next, if it
is still to be told by then. A fault of the loop itself ends the process.
"""

import asyncio
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Engine as Database

from services.pager.engine import alive
from services.pager.engine.asking import Asking
from services.pager.engine.lanes import Lanes
from services.pager.engine.planning import Planner
from services.pager.engine.ports import Held, Ports
from services.pager.engine.publishing import Publisher
from services.pager.engine.share import Share
from services.pager.engine.store import Store, woken
from services.pager.engine.time import PagerTime
from shared.instants import SECOND, Duration
from shared.store.ledger import LostOwnership
from shared.store.outage import is_outage

POLL: Final[Duration] = 200
READS_FOR: Final[Duration] = 10 * SECOND
"""How long it may at least take to read to the end, however long the log is known to have stood still before."""
STOP_WITHIN_S: Final = 3.0
"""How long what is under way may take to end, when the process is to."""

_log = structlog.get_logger("pager")


class Engine:
    """`run` in a thread; `wake` from any."""

    def __init__(
        self,
        database: Database,
        ports: Ports,
        *,
        me: str | None = None,
        store: Callable[[Database], Store] = Store,
    ) -> None:
        """`database`: of the pager's views, migrated. `me`: who claims receivers. Where only one process can ever run
        it is always the same, so that nobody waits for the lease of the one before, and it asks the loop itself whether
        it turns; else that is said in the database (`alive`)."""
        self._database, self._ports, self._make_store = database, ports, store
        self._me = me or str(uuid.uuid4())
        self._says = me is None
        self._said: Duration | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awake: asyncio.Event | None = None
        self._lanes: Lanes | None = None
        self._shares: dict[int, Share] = {}
        self._waits: dict[int, tuple[Duration, Share]] = {}
        """What may not begin yet: since when."""
        self._turned: Duration = ports.monotonic()

    def wake(self, *, lanes: bool = False) -> None:
        """Something has changed. `lanes`: the time too (a test has moved it), so that they look at it again."""
        loop, awake = self._loop, self._awake
        if loop is not None and awake is not None:
            with suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(self._wake_lanes if lanes else awake.set)

    def _wake_lanes(self) -> None:
        if self._lanes is not None and self._awake is not None:
            self._lanes.wake()
            self._awake.set()

    def last_turn(self) -> Duration:
        """When it last came round, by the monotonic clock."""
        return self._turned

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set, and `wake` called. Raises what is a fault of the loop itself."""
        asyncio.run(self._main(stop))

    async def _main(self, stop: threading.Event) -> None:
        self._awake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        store = self._make_store(self._database)
        planner = Planner(store, self._ports)
        lanes = self._lanes = Lanes(store, self._ports, self._shares, self._heard, self._me)
        publisher = Publisher(store, self._ports, self._shares)
        asking = Asking(self._ports, self._shares)
        beside = [asyncio.create_task(each.run()) for each in (publisher, asking)]
        try:
            while not stop.is_set():
                self._awake.clear()
                await self._turn(planner, lanes)
                publisher.wake.set()
                asking.wake.set()
                self._turned = self._ports.monotonic()
                await self._say_so(store)
                for task in beside:
                    if task.done():
                        task.result()
                if lanes.fault is not None:
                    raise lanes.fault
                await woken(self._awake, POLL)
            await lanes.stop(STOP_WITHIN_S)
            await lanes.give_back()
        finally:
            self._loop = None
            for task in beside:
                task.cancel()
            await lanes.stop(0)
            await asyncio.gather(*beside, return_exceptions=True)
            publisher.close()
            asking.close()
            store.close()
            if self._ports.closes is not None:
                await self._ports.closes()
            self._shares.clear()

    async def _say_so(self, store: Store) -> None:
        """That it turns, now and then, where nobody else can ask it."""
        due = self._said is None or self._turned - self._said >= alive.every(self._ports.blind_after)
        if not (self._says and due and self._shares):
            return
        shares, at = list(self._shares.values()), self._ports.wall()
        try:
            await store.write(partial(alive.say, shares=shares, at=at))
        except Exception as error:
            if is_outage(error):
                return  # with the next turn
            _log.exception("nobody can be told that the loop turns")  # no reason to tell nobody of alerts
        self._said = self._turned

    def _heard(self, partition: int, alert_id: str) -> None:
        share = self._shares.get(partition)
        if share is not None:
            share.todo[alert_id] = None
        if self._awake is not None:
            self._awake.set()

    # -- the turn ------------------------------------------------------------------------------------------

    async def _turn(self, planner: Planner, lanes: Lanes) -> None:
        held = self._ports.held()
        for partition, share in list(self._shares.items()):
            if partition not in held or held[partition].epoch != share.epoch:
                self._let_go(partition, lanes)
        for partition, theirs in sorted(held.items()):
            try:
                await self._work(partition, theirs, planner, lanes)
            except LostOwnership as error:
                _log.warning("another sends for these homes now", partition=partition, reason=str(error))
                self._let_go(partition, lanes)
            except Exception as error:
                if not is_outage(error):
                    raise
                _log.warning("the database does not answer", partition=partition, reason=type(error).__name__)
                await asyncio.sleep(1)

    def _let_go(self, partition: int, lanes: Lanes) -> None:
        self._shares.pop(partition, None)
        lanes.drop(partition)

    async def _work(self, partition: int, held: Held, planner: Planner, lanes: Lanes) -> None:
        share = self._shares.get(partition)
        if share is None:
            since, share = self._waiting(partition, held)
            await planner.watch(share)
            if not self._may_begin(share, held, since):
                return
            queued = await planner.begin(share)
            self._shares[partition] = share
            del self._waits[partition]
            await self._round(share, planner, lanes)  # the time is known, before anything is asked of it
            lanes.add(queued)
        await self._round(share, planner, lanes)

    async def _round(self, share: Share, planner: Planner, lanes: Lanes) -> None:
        while True:
            lanes.add(await planner.round(share))
            if not share.todo:
                return

    def _waiting(self, partition: int, held: Held) -> tuple[Duration, Share]:
        """Since when it waits for its beginning; the time goes on for it."""
        known = self._waits.get(partition)
        if known is None or known[1].epoch != held.epoch:
            share = Share(partition, held.epoch, PagerTime(self._ports.blind_after))
            known = self._waits[partition] = (self._ports.monotonic(), share)
        return known

    def _may_begin(self, share: Share, held: Held, since: Duration) -> bool:
        """It reads to the end before it sends anything; but where the log stands still there is no end to come."""
        now = self._ports.monotonic()
        waited = now - since
        stands = waited > READS_FOR and share.time.stands(now)
        return held.caught_up or stands or waited > self._ports.blind_after
