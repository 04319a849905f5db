"""The prober: it comes in by the public door as a phone would, and says whether that works (ARCHITECTURE.md,
"The log's present").

Every `tick_every`:
1. `PUT /api/v1/probe` at the public URL, with a token of its own. The answer 204 means durable.
2. It got in: the present may move for twice `tick_every` of monotonic time, counted from when it was sent.
3. It did not: the present stands still, which is told as blindness, not as ten thousand missed checks.
4. It got in, but the door was not known to be open all the while (a start, a network that came back, a process that was
   stopped and woken): what came meanwhile waits at the door. Twice more it comes in, behind all that; then it waits for
   what the door had in hand by then. Only then may the present move.

How long nobody watched, and a machine's clock that is not believed, are told here too. It never writes a fact, and
never the log but through the door.
"""

import ipaddress
import threading
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import httpx
import structlog

from services.gateway.inhand import InHand
from services.gateway.routes_running import PROBE
from shared import clock
from shared.blind import BLIND_AFTER, clock_said
from shared.instants import DAY, SECOND, Duration, Instant, show_instant
from shared.log.base import DoorLog, least_present
from shared.security.access import Access
from shared.security.rights import Scope
from shared.security.tokens import Kind

TICK_EVERY: Final[Duration] = 2 * SECOND

_log = structlog.get_logger("probe")


class Prober(threading.Thread):
    """The thread. `url`: where phones come in (`WAKEFUL_PUBLIC_URL`, or the door's own address)."""

    def __init__(
        self,
        log: DoorLog,
        url: str,
        secret: str,
        tick_every: Duration = TICK_EVERY,
        *,
        in_hand: InHand | None = None,
        blind_after: Duration = BLIND_AFTER,
        renew: Callable[[], str] | None = None,
    ) -> None:
        """`in_hand`: of the door itself, where it is in this process. `renew`: another token, where this one is not
        good any more."""
        super().__init__(name="prober", daemon=True)
        self._log = log
        self._url = url.rstrip("/") + "/api/v1/probe"
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._renew = renew
        self._tick_every = tick_every
        self._in_hand = in_hand or InHand()
        self._blind_after = blind_after
        self._stopping = threading.Event()
        self._was: str | None = None
        self._clock_was_off = False

    def run(self) -> None:
        # A proxy of the environment has no business between the door and its own address.
        with httpx.Client(trust_env=not _is_loopback(self._url), timeout=self._tick_every / SECOND) as client:
            while not self._stopping.is_set():
                self._probe(client)
                self._stopping.wait(self._tick_every / SECOND)
        self._log.door_shut()

    def stop(self) -> None:
        """End it; the present stands still from here on."""
        self._stopping.set()
        self.join()

    def _probe(self, client: httpx.Client) -> None:
        asked = clock.monotonic()
        wrong = self._try(client)
        if wrong is None and not self._log.door_still_open(2 * self._tick_every, asked):
            wrong = self._open_anew(client)
        if wrong is not None:
            self._log.door_shut()
        if wrong != self._was or (self._was is None and wrong is not None):
            self._tell(wrong)
        self._was = wrong
        self._tell_of_the_clock()

    def _open_anew(self, client: httpx.Client) -> str | None:
        """Behind all that waits at the door; None if that is in, else what was in the way."""
        asked, stood = clock.monotonic(), least_present(self._log)
        wrong = self._try(client) or self._try(client)
        if wrong is not None:
            return wrong
        if not self._in_hand.let_in(self._tick_every):
            return "what waited is still being let in"
        self._log.door_open(2 * self._tick_every, asked)
        self._tell_of_the_gap(stood, least_present(self._log))
        return None

    def _try(self, client: httpx.Client) -> str | None:
        """None if it got in, else what was in the way."""
        try:
            answer = client.put(self._url, headers=self._headers)
        except httpx.HTTPError as error:
            return type(error).__name__
        if answer.status_code == 401 and self._renew is not None:
            self._headers = {"Authorization": f"Bearer {self._renew()}"}
        return None if answer.status_code == 204 else f"status {answer.status_code}"

    def _tell(self, wrong: str | None) -> None:
        if wrong is None:
            _log.info("the door lets in again", url=self._url)
        else:
            _log.error("the door lets nobody in; the present stands still", url=self._url, wrong=wrong)

    def _tell_of_the_gap(self, stood: Instant, present: Instant) -> None:
        if stood and present - stood >= self._blind_after:
            since, until = show_instant(stood), show_instant(present)
            remedy = "ask each home what was done meanwhile; what its phones kept comes in by itself"
            _log.error("nobody was watched", since=since, until=until, remedy=remedy)

    def _tell_of_the_clock(self) -> None:
        off = self._log.clock_off
        if off and not self._clock_was_off:
            _log.error(
                "the machine's clock is not believed; the present stands still", reason=clock_said(off)
            )
        elif self._clock_was_off and not off:
            _log.info("the machine's clock is believed again")
        self._clock_was_off = bool(off)


def probe_token(access: Access, at: Instant, *, alone: bool = True) -> str:
    """A token for the prober of this process. `alone`: there is no other door, and the tokens of earlier ones end; else
    it is good for a day, and is renewed."""
    if alone:
        access.tokens.revoke_holder(Kind.SYSTEM, PROBE, at)
    life = 3650 * DAY if alone else DAY
    return access.tokens.issue_system(PROBE, frozenset(), Scope(), at, life=life).secret


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
