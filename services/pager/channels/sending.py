"""How what goes by HTTP is sent, whatever the channel: one client for all, and what became of each attempt.

1. The address's name is looked up and checked (`addresses`); the client connects to one that was checked, and the
   certificate is that of the name.
2. The answer's status says what became of it. The body is not waited for; a redirect is not followed.
3. `within` is the whole time, from the look-up to the status, however slowly the answer drips.

Every message has a connection of its own: there are few, and no receiver can hold up another by a pool.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from services.pager.channels.addresses import NOT_ALLOWED, NotAllowed, Resolver, Unresolved
from services.pager.channels.base import Outcome, Result
from shared.instants import SECOND, Duration, Instant

AGENT: Final = "Wakeful/1"
AT_MOST_ADDRESSES: Final = 4
"""That are tried of one name."""
_TO_CONNECT: Final = 0.45
"""The part of the time that connecting may take, and agreeing on TLS once more. Together they end before the whole: a
client that is cancelled amid a handshake leaves its socket to the garbage collector."""
_AGAIN: Final = frozenset({408, 425, 429})
_SECONDS: Final = re.compile(r"\d{1,9}", re.ASCII)
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=0)


def later(error: str, retry_after: Duration | None = None) -> Outcome:
    """It may be tried again."""
    return Outcome(Result.LATER, error, retry_after)


def never(error: str) -> Outcome:
    """This address will not take it."""
    return Outcome(Result.NEVER, error)


TOO_SLOW: Final = later("no answer in time")


class Sender:
    """The client. For one event loop; opened when it is first used."""

    def __init__(
        self, resolver: Resolver, now: Callable[[], Instant], trusted: ssl.SSLContext | None = None
    ) -> None:
        """`trusted`: whose certificates are taken; None: those that the machine takes."""
        self._checked = resolver
        self._any = Resolver(private=True)
        self._now = now
        self._trusted = trusted
        self._client: httpx.AsyncClient | None = None

    @property
    def now(self) -> Instant:
        """The wall clock: what a signature's time is read from."""
        return self._now()

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        within: Duration,
        *,
        ours: bool = False,
    ) -> Outcome:
        """POST a JSON body. `ours`: the address is one of our own settings, and may be private. Never raises but for
        cancellation."""
        try:
            async with asyncio.timeout(within / SECOND):
                return await self._posted(httpx.URL(url), body, headers, within, ours)
        except TimeoutError:
            return TOO_SLOW
        except httpx.InvalidURL:
            return never("the address is malformed")
        except Exception as error:  # whatever is wrong out there; what it says may quote the address
            return later(f"it could not be sent ({type(error).__name__})")

    async def close(self) -> None:
        """Let go of everything."""
        self._checked.close()
        self._any.close()
        if self._client is not None:
            await self._client.aclose()

    async def _posted(
        self, url: httpx.URL, body: bytes, headers: Mapping[str, str], within: Duration, ours: bool
    ) -> Outcome:
        resolver = self._any if ours else self._checked
        try:
            addresses = await resolver.addresses(url.raw_host.decode())
        except NotAllowed:
            return never(f"the address {NOT_ALLOWED}")
        except Unresolved:
            return later("the address's name cannot be looked up")
        outcome = later("no connection")
        addresses = addresses[:AT_MOST_ADDRESSES]
        for address in addresses:
            try:
                return await self._answer(url, address, body, headers, within / SECOND, len(addresses))
            except httpx.ConnectTimeout:
                outcome = later("no connection in time")
            except httpx.ConnectError as error:
                outcome = later(_why(error))
            except httpx.TimeoutException:
                return TOO_SLOW
            except httpx.TransportError as error:
                return later(f"the connection broke off ({type(error).__name__})")
        return outcome

    async def _answer(
        self,
        url: httpx.URL,
        address: str,
        body: bytes,
        headers: Mapping[str, str],
        within: float,
        shares: int,
    ) -> Outcome:
        client = self._opened()
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers={
                "Content-Type": "application/json",
                **headers,
                "Host": url.netloc.decode(),
                "User-Agent": AGENT,
            },
            timeout=httpx.Timeout(within, connect=within * _TO_CONNECT / shares),
            extensions={"sni_hostname": url.raw_host.decode()},
        )
        answer = await client.send(request, stream=True)
        try:
            return self.told(answer.status_code, answer.headers.get("retry-after"))
        finally:
            await answer.aclose()

    def told(self, status: int, retry_after: str | None) -> Outcome:
        """What a status says."""
        if 200 <= status < 300:
            return Outcome(Result.SENT)
        if status in _AGAIN or status >= 500:
            return later(f"status {status}", self._pause(retry_after))
        if 300 <= status < 400:
            return never(
                f"status {status}: it sends elsewhere, and is not followed; write the address that it is at"
            )
        return never(f"status {status}")

    def _pause(self, retry_after: str | None) -> Duration | None:
        """What the receiver asked for: in seconds, or as a date."""
        if retry_after is None:
            return None
        if _SECONDS.fullmatch(retry_after.strip()):
            return int(retry_after) * SECOND
        try:
            until = parsedate_to_datetime(retry_after)
            return max(0, int(until.timestamp() * SECOND) - self._now())
        except (ValueError, OverflowError):
            return None

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            trusted = httpx.create_ssl_context() if self._trusted is None else self._trusted
            self._client = httpx.AsyncClient(
                verify=trusted,
                limits=_LIMITS,
                follow_redirects=False,
                trust_env=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            )
        return self._client


def _why(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "TLS: its certificate is not to be trusted"
        if isinstance(cause, ssl.SSLError):
            return "TLS: no agreement"
        cause = cause.__cause__ or cause.__context__
    return "no connection"
