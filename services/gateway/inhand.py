"""What the door has in hand: facts that have come in whole and are not answered for yet.

While it is known that the door is open they are judged with the rest, a few milliseconds later. Where it was not known,
the present must not go past them: they may be checks that were made in time. Which requests they are is not looked at.
"""

from itertools import count
from time import sleep
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import clock
from shared.instants import SECOND, Duration

_LOOK_EVERY: Final[Duration] = 5


class InHand:
    """Written to by the event loop, asked from any thread."""

    def __init__(self) -> None:
        self._numbers = count()
        self._requests: set[int] = set()

    def layer(self, app: ASGIApp) -> ASGIApp:
        """The app, counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["method"] not in ("PUT", "POST"):
                await app(scope, receive, send)
                return
            number = next(self._numbers)

            async def received() -> Message:
                message = await receive()
                if message["type"] == "http.request" and not message.get("more_body", False):
                    self._requests.add(number)  # not before: whoever sends half a fact holds nobody up
                return message

            async def sent(message: Message) -> None:
                self._requests.discard(number)
                await send(message)

            try:
                await app(scope, received, sent)
            finally:
                self._requests.discard(number)

        return counted

    def let_in(self, within: Duration) -> bool:
        """Wait until all that is in hand now is answered for; False if it is not in time."""
        waiting = self._requests.copy()
        last = clock.monotonic() + within
        while waiting & self._requests.copy():
            if clock.monotonic() >= last:
                return False
            sleep(_LOOK_EVERY / SECOND)
        return True
