"""The dead man's ping: an outside service is told, again and again, that somebody is watching, and calls a person when
that stops (ARCHITECTURE.md, "Blind").

1. Is somebody watching? Where nobody is, nothing is sent: silence is the message. It is asked again soon. Where the
   outside service takes word of a failure at an address of its own, it is told there too, once for each stretch: then
   it need not wait until it misses a ping. (Not at the start, where nobody has watched yet.)
2. `GET` the address, in a thread of its own and for `ANSWER_WITHIN` at most, however slowly the answer drips. Whatever
   it is, the next ping is `every` later: the outside service counts, not we.
3. Where there is no address, it is asked for at the start and once a day.

One service that stands still stops the ping, and so does a pager whose loop does not turn: whom it should wake, nobody
wakes. A home that is set aside does not: the others are watched, and a switch
that fired for one home could not tell any more that the machine has died. That home is told by its own alarm
(`wakeful_homes_set_aside`), on the feed and by `doctor`.

The address is a secret, since whoever knows it can keep the service quiet. It is never logged, nor is an error that
would quote it.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from typing import Final

import httpx
import structlog
from pydantic import SecretStr

from shared.instants import DAY, SECOND, Duration

PING_EVERY: Final[Duration] = 30 * SECOND
"""Half of the shortest period that such services commonly take, so that one ping may be lost."""
ASK_EVERY: Final[Duration] = SECOND
"""How often it is asked whether somebody watches, while nobody does."""
ANSWER_WITHIN: Final[Duration] = 10 * SECOND
"""From the first packet to the answer's status."""
REMIND_EVERY: Final[Duration] = DAY

_log = structlog.get_logger("watchdog")


def begin(
    url: SecretStr | None, watching: Callable[[], bool], fail_url: SecretStr | None = None
) -> "Watchdog | Reminder":
    """Ping from now on; where there is no address, ask for one. `fail_url`: where a failure is told."""
    fails = None if fail_url is None else fail_url.get_secret_value()
    begun = Reminder() if url is None else Watchdog(url.get_secret_value(), watching, fails)
    begun.start()
    return begun


class Reminder(threading.Thread):
    """Asks for an address, until the process is started with one."""

    def __init__(self, every: Duration = REMIND_EVERY) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._every = every
        self._stopping = threading.Event()

    def run(self) -> None:
        remedy = "set WAKEFUL_WATCHDOG_URL to an outside service that calls somebody when the pings stop"
        _log.warning("if this machine dies, nobody is told", remedy=remedy)
        while not self._stopping.wait(self._every / SECOND):
            _log.warning("if this machine dies, nobody is told", remedy=remedy)

    def stop(self) -> None:
        """Ask no more."""
        self._stopping.set()


class Watchdog(threading.Thread):
    """The thread. `url`: the outside service's; `watching`: whether somebody is, as of now; `fail_url`: where it takes
    word that nobody is. `every` and `within`: for tests."""

    def __init__(
        self,
        url: str,
        watching: Callable[[], bool],
        fail_url: str | None = None,
        every: Duration = PING_EVERY,
        within: Duration = ANSWER_WITHIN,
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._url = url
        self._watching = watching
        self._fail_url = fail_url
        self._failure_owed = False
        self._every = every
        self._within = within
        self._stopping = threading.Event()
        self._was: str | None = None

    def run(self) -> None:
        trusted = httpx.create_ssl_context()  # read from disk once, not at every ping
        pause = 0
        while not self._stopping.wait(pause / SECOND):
            watching = self._watching()
            if watching:
                self._failure_owed = True
                self._tell(self._ping(trusted, self._url))
            elif self._failure_owed and self._fail_url is not None:
                wrong = self._ping(trusted, self._fail_url)
                self._failure_owed = wrong is not None
                self._tell(wrong)
            pause = self._every if watching else min(self._every, ASK_EVERY)

    def stop(self) -> None:
        """No further ping; one that is under way is not waited for."""
        self._stopping.set()

    def _ping(self, trusted: ssl.SSLContext, url: str) -> str | None:
        """None if it was taken, else what was in the way."""
        try:
            status = asyncio.run(self._status(trusted, url))
        except (
            Exception
        ) as error:  # whatever is wrong out there, the next ping must be sent; never quote the address
            return type(error).__name__
        return None if status // 100 == 2 else f"status {status}"

    async def _status(self, trusted: ssl.SSLContext, url: str) -> int:
        """The answer's status; its body is not waited for. httpx's own timeouts count from one byte to the next."""
        patience = self._within / SECOND
        async with (
            asyncio.timeout(patience),
            httpx.AsyncClient(verify=trusted, timeout=patience) as client,
            client.stream("GET", url) as answer,
        ):
            return answer.status_code

    def _tell(self, wrong: str | None) -> None:
        """Tells when it changes, not each time."""
        if wrong is not None and wrong != self._was:
            _log.error("the dead man's ping is not taken; who is outside will be called", wrong=wrong)
        elif wrong is None and self._was is not None:
            _log.info("the dead man's ping is taken again")
        self._was = wrong
