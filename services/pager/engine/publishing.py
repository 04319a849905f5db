"""The outbox's way into `wakeful.pages`. It holds no send up: while the log stands still, sends go on and this waits.

1. Take what waits of a home-partition, in order.
2. Append it to the log, in a thread of its own: durable, and a repetition is the same fact.
3. As the owner, forget it in the outbox.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from sqlalchemy import Connection

from services.pager.engine.outcomes import OWNER
from services.pager.engine.ports import Ports
from services.pager.engine.share import Share
from services.pager.engine.store import Store, guard, woken
from shared.instants import SECOND
from shared.log.base import Unavailable
from shared.store import outbox
from shared.store.ledger import LostOwnership
from shared.store.outage import is_outage

_RETRY_S: Final = 1.0
_log = structlog.get_logger("pager")


class Publisher:
    """Publishes what the lanes and the planner told of."""

    def __init__(self, store: Store, ports: Ports, shares: Mapping[int, Share]) -> None:
        self._store, self._ports, self._shares = store, ports, shares
        self._thread = ThreadPoolExecutor(1, "pager-publish")
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.wake.clear()
            for share in [share for share in self._shares.values() if share.begun]:
                await self._all(share)
            await woken(self.wake, SECOND)

    def close(self) -> None:
        """What is under way may end by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _all(self, share: Share) -> None:
        try:
            while await self._portion(share):
                pass
        except LostOwnership:
            return  # whoever has it publishes it
        except Exception as error:
            if isinstance(error, Unavailable) or is_outage(error):
                _log.warning("what was told is not in the log yet", reason=type(error).__name__)
            else:  # whatever is wrong with it: nobody goes untold because it cannot be written down
                _log.exception("what was told cannot be put into the log", partition=share.partition)
            await asyncio.sleep(getattr(error, "retry_after", _RETRY_S * SECOND) / SECOND)

    async def _portion(self, share: Share) -> bool:
        owner = outbox.Owner(OWNER, share.partition)
        waiting = await self._store.read(lambda connection: outbox.waiting(connection, owner))
        if not waiting:
            return False
        drafts = [each.draft for each in waiting]
        await asyncio.get_running_loop().run_in_executor(self._thread, self._ports.log.append, drafts)

        def forget(connection: Connection) -> None:
            guard(connection, {share.partition: share.epoch}, [share.partition])
            outbox.mark(connection, owner, waiting)

        await self._store.write(forget)
        return True
