"""Kill points of what is sent: before a request of the pager's, when its bytes have gone out and nobody has answered
yet, and when the answer has come. The fourth, before that is written down, is the write's own (`points`).

They are found as writes are: by standing underneath the library that sends.
"""

import sys
import threading
from asyncio import selector_events
from typing import Any, Final

import httpx

from tests.integration.house.kill.points import Points, who_asked

SENDS_IN: Final = "pager-engine"
"""Other loops of the process open connections too: the door's, the prober's."""


def install(points: Points) -> None:
    """From here on every send in this process passes by `points`."""
    send = httpx.AsyncClient.send

    async def sent(self: httpx.AsyncClient, *args: Any, **kwargs: Any) -> httpx.Response:
        who = who_asked(sys._getframe(1))
        points.pass_by(f"before SEND {who}")
        answer = await send(self, *args, **kwargs)
        points.pass_by(f"after SEND {who}")
        return answer

    setattr(httpx.AsyncClient, "send", sent)  # noqa: B010 - of this process alone
    transport = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
    write = transport.write

    def written(self: Any, data: Any) -> None:
        if threading.current_thread().name != SENDS_IN:
            write(self, data)
            return
        who = who_asked(sys._getframe(1))
        points.pass_by(f"before BYTES {who}")
        write(self, data)
        points.pass_by(f"after BYTES {who}")

    transport.write = written
