"""The dead man's ping: an outside service is told, again and again, that somebody is watching, and calls a person when
that stops (ARCHITECTURE.md, "Blind").

1. Is somebody watching? Where nobody is, nothing is sent: silence is the message. It is asked again soon.
2. `GET` the address. Whatever the answer, the next ping is `every` later: the outside service counts, not we.

The address is a secret, since whoever knows it can keep the service quiet. It is never logged, nor is an error that
would quote it.
"""

import threading
from collections.abc import Callable
from typing import Final

import httpx
import structlog
from pydantic import SecretStr

from shared.instants import SECOND, Duration

PING_EVERY: Final[Duration] = 30 * SECOND
"""Half of the shortest period that such services commonly take, so that one ping may be lost."""
ASK_EVERY: Final[Duration] = SECOND
"""How often it is asked whether somebody watches, while nobody does."""
ANSWER_WITHIN: Final[Duration] = 10 * SECOND

_log = structlog.get_logger("watchdog")


def begin(url: SecretStr | None, watching: Callable[[], bool]) -> "Watchdog | None":
    """Ping from now on; where there is no address, ask for one."""
    if url is None:
        remedy = "set WAKEFUL_WATCHDOG_URL to an outside service that calls somebody when the pings stop"
        _log.warning("if this machine dies, nobody is told", remedy=remedy)
        return None
    watchdog = Watchdog(url.get_secret_value(), watching)
    watchdog.start()
    return watchdog


class Watchdog(threading.Thread):
    """The thread. `url`: the outside service's; `watching`: whether somebody is, as of now."""

    def __init__(self, url: str, watching: Callable[[], bool], every: Duration = PING_EVERY) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._url = url
        self._watching = watching
        self._every = every
        self._stopping = threading.Event()
        self._was: str | None = None

    def run(self) -> None:
        with httpx.Client(timeout=ANSWER_WITHIN / SECOND) as client:
            pause = 0
            while not self._stopping.wait(pause / SECOND):
                watching = self._watching()
                if watching:
                    self._tell(self._ping(client))
                pause = self._every if watching else min(self._every, ASK_EVERY)

    def stop(self) -> None:
        """No further ping; one that is under way is not waited for."""
        self._stopping.set()

    def _ping(self, client: httpx.Client) -> str | None:
        """None if it was taken, else what was in the way."""
        try:
            answer = client.get(self._url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__
        return None if answer.is_success else f"status {answer.status_code}"

    def _tell(self, wrong: str | None) -> None:
        """Tells when it changes, not each time."""
        if wrong is not None and wrong != self._was:
            _log.error("the dead man's ping is not taken; who is outside will be called", wrong=wrong)
        elif wrong is None and self._was is not None:
            _log.info("the dead man's ping is taken again")
        self._was = wrong
