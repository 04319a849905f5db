"""Where messages may go: an address that somebody wrote down must not lead Wakeful to itself or its neighbours.

1. When it is written down it is looked at as a text: `https://`, no name or number of a private place.
2. At each send its name is looked up, and only addresses of the public internet are left.
3. What connects, connects to an address that was looked at. There is no second look-up that could answer otherwise.

A name is looked up once for all who ask, in threads of their own: one whose name server hangs holds nobody else up. An
answer is good for a minute, and longer while the name server gives none: a page is worth more than a fresh address.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import httpx

from shared import clock
from shared.instants import MINUTE, SECOND, Duration

GOOD_FOR: Final[Duration] = MINUTE
NEWS_WITHIN: Final[Duration] = 2 * SECOND
"""How long a fresh answer is waited for where there is an old one."""
THREADS: Final = 64
LONGEST: Final = 2_000
"""Characters of an address."""

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp = Callable[[str], Sequence[str]]
"""The addresses of a name; raises OSError."""

_PRIVATE_NAMES: Final = ("localhost", "local", "internal", "lan", "home.arpa", "intranet", "corp")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
NOT_ALLOWED: Final = (
    "leads to this machine or a private network; write a public one, or set WAKEFUL_ALLOW_PRIVATE_RECEIVERS"
)


class NotAllowed(Exception):  # noqa: N818 - reads as what it says
    """A name leads to private addresses only."""


class Unresolved(Exception):  # noqa: N818
    """A name cannot be looked up now."""


def wrong_url(text: str, *, private: bool) -> str | None:
    """What is wrong with a web address as a text, and what to do. `private`: whether private ones are allowed."""
    url = _url(text)
    if url is None or url.fragment:
        return "is not a web address; write it like https://receiver.example/path"
    if url.scheme != "https" and not private:
        return "is not encrypted; write https://"
    if not private and _looks_private(url.raw_host.decode()):
        return NOT_ALLOWED
    return None


def _url(text: str) -> httpx.URL | None:
    try:
        url = httpx.URL(text)
        named = bool(url.host)  # may be in letters that no name has
    except (httpx.InvalidURL, ValueError):
        return None
    whole = url.scheme in ("http", "https") and named and len(text) <= LONGEST and not re.search(r"\s", text)
    return url if whole else None


def wrong_host(host: str, *, private: bool) -> str | None:
    """The same of a bare name or number."""
    return NOT_ALLOWED if not private and _looks_private(host) else None


def _looks_private(host: str) -> bool:
    number = numeric(host)
    if number is not None:
        return not public(number)
    name = host.rstrip(".").lower()
    return "." not in name or any(name == each or name.endswith(f".{each}") for each in _PRIVATE_NAMES)


def numeric(host: str) -> IP | None:
    """The address that a host is, where it is no name; also in the ways of writing that only machines use (127.1)."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def public(address: IP) -> bool:
    """Whether it is one of the public internet, also where it is one wrapped in another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def look_up(name: str) -> Sequence[str]:
    """What the machine says. Blocks."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class _Answer:
    addresses: tuple[str, ...]
    at: Duration


class Resolver:
    """Looks names up. For one event loop."""

    def __init__(self, *, private: bool, asks: LookUp = look_up) -> None:
        """`private`: whether private addresses are allowed."""
        self._private = private
        self._asks = asks
        self._known: dict[str, _Answer] = {}
        self._asking: dict[str, asyncio.Future[_Answer]] = {}
        self._threads: ThreadPoolExecutor | None = None

    async def addresses(self, host: str) -> list[str]:
        """Where a host may be connected to, best first. Raises NotAllowed, Unresolved."""
        number = numeric(host)
        found = (str(number),) if number is not None else await self._looked_up(host)
        allowed = [each for each in found if self._private or public(_address(each))]
        if not allowed:
            raise NotAllowed
        return allowed

    def close(self) -> None:
        """Look nothing up any more; a look-up that hangs is not waited for."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _looked_up(self, host: str) -> tuple[str, ...]:
        known = self._known.get(host)
        if known is not None and clock.monotonic() - known.at < GOOD_FOR:
            return known.addresses
        asked = self._asking.get(host) or self._ask(host)
        await asyncio.wait([asked], timeout=None if known is None else NEWS_WITHIN / SECOND)
        if asked.done() and not asked.cancelled() and asked.exception() is None:
            return asked.result().addresses
        if known is None:
            raise Unresolved
        return known.addresses

    def _ask(self, host: str) -> asyncio.Future[_Answer]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="names")
        asked = asyncio.get_running_loop().run_in_executor(self._threads, self._answer, host)
        self._asking[host] = asked
        asked.add_done_callback(lambda done: self._answered(host, done))
        return asked

    def _answer(self, host: str) -> _Answer:
        return _Answer(tuple(self._asks(host)), clock.monotonic())

    def _answered(self, host: str, asked: asyncio.Future[_Answer]) -> None:
        self._asking.pop(host, None)
        if not asked.cancelled() and asked.exception() is None:
            self._known[host] = asked.result()


def _address(text: str) -> IP:
    return ipaddress.ip_address(text.partition("%")[0])
