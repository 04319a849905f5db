"""How much of the door one token may have, so that one that hammers starves nobody else: so many requests at once, so
many reads a second, so many facts on account.

What is over is answered 429 with Retry-After, before anything of it is read; so nothing is half-taken, and a phone or a
system that waits and sends again loses nothing. Facts are counted against an account that holds more than any backlog
and may be overdrawn by a batch: whoever has anything in it is let in with a whole one. Whoever carries no token is not
counted: they are let in nowhere that costs anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.instants import SECOND, Duration
from shared.web.problems import Problem, later

KEPT: Final = 10_000
"""Accounts remembered before those that are full again are forgotten."""
_KEY: Final = "wakeful.share"
_CARRIERS: Final = (b"authorization", b"cookie")


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one token. A backlog is what a phone or a region's system has to send after a night offline."""

    at_once: int = 32
    """Requests in progress; streams are counted apart."""
    batches: int = 4
    """Of those, batches of facts."""
    streams: int = 200
    facts: int = 20_000
    """On account: more than any backlog."""
    facts_per_s: int = 2_000
    reads: int = 600
    reads_per_s: int = 60


class Account:
    """Something that is used up, and comes back with time, up to `most`. It may be overdrawn."""

    __slots__ = ("_at", "_left", "most", "per_s")

    def __init__(self, most: int, per_s: int, now: Duration) -> None:
        self.most = most
        self.per_s = per_s
        self._left = float(most)
        self._at = now

    def left(self, now: Duration) -> float:
        self._left = min(self.most, self._left + (now - self._at) * self.per_s / SECOND)
        self._at = now
        return self._left

    def take(self, count: int) -> None:
        self._left -= count

    def wait(self) -> Duration:
        """How long until there is one again."""
        return max(0, round((1 - self._left) * SECOND / self.per_s))


class Share:
    """What one token has in progress and on account."""

    __slots__ = ("facts", "in_progress", "reads")

    def __init__(self, limits: Limits, now: Duration) -> None:
        self.in_progress = {"fact": 0, "batch": 0, "stream": 0, "other": 0}
        self.facts = Account(limits.facts, limits.facts_per_s, now)
        self.reads = Account(limits.reads, limits.reads_per_s, now)

    def idle(self, now: Duration) -> bool:
        """Whether there is nothing to remember of it."""
        full = self.facts.left(now) >= self.facts.most and self.reads.left(now) >= self.reads.most
        return full and not any(self.in_progress.values())


class Shares:
    """Around the door: gives each token its share. For one event loop."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        kind_of: Callable[[str, str], str],
        limits: Limits,
        monotonic: Callable[[], Duration],
    ) -> None:
        """`kind_of`: whether a method and path are of a `fact`, a `batch`, a `stream`, `other`, or `free`."""
        self._app = app
        self._kind_of = kind_of
        self._limits = limits
        self._monotonic = monotonic
        self._shares: dict[bytes, Share] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _carried(scope) if scope["type"] == "http" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        kind = self._kind_of(scope["method"], scope["path"])
        if kind == "free":
            await self._app(scope, receive, send)
            return
        share, now = self._shares.get(key) or self._new(key), self._monotonic()
        problem = refused(kind, share, self._limits, now)
        if problem is not None:
            await problem.response()(scope, receive, send)
            return
        (share.facts if kind in ("fact", "batch") else share.reads).take(1)
        scope[_KEY] = share
        share.in_progress[kind] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            share.in_progress[kind] -= 1

    def _new(self, key: bytes) -> Share:
        now = self._monotonic()
        if len(self._shares) >= KEPT:
            self._shares = {each: share for each, share in self._shares.items() if not share.idle(now)}
        share = self._shares[key] = Share(self._limits, now)
        return share


def refused(kind: str, share: Share, limits: Limits, now: Duration) -> Problem | None:
    """Why a request of that kind is not let in now; None where it is."""
    busy = share.in_progress
    if kind == "stream":
        if busy["stream"] >= limits.streams:
            return _later(f"this token has {limits.streams} streams open; close some", 30 * SECOND)
    elif busy["fact"] + busy["batch"] + busy["other"] >= limits.at_once:
        return _later(f"this token has {limits.at_once} requests in progress; wait for their answers", SECOND)
    if kind == "batch" and busy["batch"] >= limits.batches:
        return _later(f"this token has {limits.batches} batches in progress; wait for their answers", SECOND)
    account = share.facts if kind in ("fact", "batch") else share.reads
    if account.left(now) > 0:
        return None
    return _later(
        "this token has sent so much that others must have their turn; send the same again", account.wait()
    )


def charge(scope: Scope, facts: int) -> None:
    """A batch has turned out to hold so many facts; one is counted already."""
    share: Any = scope.get(_KEY)
    if isinstance(share, Share) and facts > 1:
        share.facts.take(facts - 1)


def _later(detail: str, wait: Duration) -> Problem:
    return later(429, "too-many-requests", "Too many at once", detail, wait)


def _carried(scope: Scope) -> bytes | None:
    """What a request carries to say who it is, whatever that is worth."""
    for name, value in scope["headers"]:
        if name in _CARRIERS:
            known: bytes = value
            return known
    return None
