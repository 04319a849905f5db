"""Where the alerts topic ends, after all had published something: asked of the log, for pager time (`time`).

Beside the loop, in a thread of its own: a broker that does not answer holds nobody up. Nothing is decided here.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog

from services.pager.engine.ports import Ports
from services.pager.engine.share import Share
from services.pager.engine.store import woken
from shared.instants import SECOND, Duration
from shared.log.base import Unavailable

_LOOK: Final[Duration] = SECOND // 5
_RETRY_S: Final = 1.0
_log = structlog.get_logger("pager")


class Asking:
    """Asks for whoever wants to know."""

    def __init__(self, ports: Ports, shares: Mapping[int, Share]) -> None:
        self._ports, self._shares = ports, shares
        self._thread = ThreadPoolExecutor(1, "pager-asks")
        self.wake = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.wake.clear()
            for share in list(self._shares.values()):
                await self._ask(share)
            await woken(self.wake, _LOOK)

    def close(self) -> None:
        """What is under way may end by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, share: Share) -> None:
        published = share.time.asks()  # before it is asked where the topic ends
        if published is None:
            return
        loop = asyncio.get_running_loop()
        try:
            end = await loop.run_in_executor(self._thread, self._ports.ends, share.partition)
        except Exception as error:
            if isinstance(error, Unavailable):
                _log.warning("it is not known where the alerts end", reason=type(error).__name__)
            else:  # the others are waited for no longer than they may be, and the chains go on
                _log.exception("it cannot be asked where the alerts end", partition=share.partition)
            await asyncio.sleep(getattr(error, "retry_after", _RETRY_S * SECOND) / SECOND)
        else:
            share.time.asked(published, end)
