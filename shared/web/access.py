"""Who may call a route. Every route says so, with `needs(…)` or `open_to_all("why")`; a test walks them all.

    @router.get("/homes")
    def homes(reader: Annotated[Actor, needs(Right.READ)]) -> …

A route that is declared learns who is asking (`Actor`); *which* homes and children that is, it asks of
`shared.security.rights`. Bearer tokens come in `Authorization`; a page's cookie is good for reading only.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends

from shared.instants import Instant
from shared.security.access import Access
from shared.security.rights import Actor, Right
from shared.security.tokens import Kind, Standing, Token
from shared.web.problems import forbidden, unauthorised

T = TypeVar("T")

COOKIES: Final = ("__Host-wakeful", "wakeful")
"""What a page's session is carried in (shared.web.session), with https and without."""
WORKER_HEADER: Final = "Wakeful-Worker"
_FORWARDED: Final = frozenset({"forwarded", "x-forwarded-for", "x-real-ip", "via"})
_READING: Final = frozenset({"GET", "HEAD"})


class Doorkeeper:
    """Looks at what a request carries. One for an app (`app.state.doorkeeper`); safe in its event loop."""

    def __init__(self, access: Access, now: Callable[[], Instant]) -> None:
        self.access = access
        self.now = now
        self._slow = asyncio.Semaphore(2)

    async def slowly(self, call: Callable[..., T], *args: Any) -> T:
        """Something slow on purpose (a PIN), two at a time: a crowd signing in does not starve the door."""
        async with self._slow:
            return await asyncio.to_thread(call, *args)

    async def token(self, secret: str) -> Token | None:
        """The token of a secret, from memory or else the disk, whatever it is worth now."""
        tokens = self.access.tokens
        return tokens.remembered(secret) or await asyncio.to_thread(tokens.find, secret)

    async def bearer(self, request: Request) -> Token:
        """The token that the request carries, good now. Raises a 401 Problem."""
        secret = _bearer_of(request)
        if not secret:
            raise unauthorised("send `Authorization: Bearer <token>`; `wakeful token` makes one")
        return await self.good(secret)

    async def good(self, secret: str) -> Token:
        """The token of a secret, good now. Raises a 401 Problem."""
        token = await self.token(secret)
        if token is None:
            raise unauthorised("this token is not known here; `wakeful token` makes one", "unknown-token")
        standing = token.standing(self.now())
        if standing is not Standing.GOOD:
            raise unauthorised(f"this token is {standing.value}; sign in again", "ended-token")
        return token

    async def worker(self, request: Request) -> Token | None:
        """The worker's token beside a device's, whatever it is worth now. Raises a 401 Problem where there is
        no such token."""
        secret = request.headers.get(WORKER_HEADER)
        if not secret:
            return None
        token = await self.token(secret)
        if token is None or token.kind is not Kind.WORKER:
            raise unauthorised(f"the token in {WORKER_HEADER} is no worker's; sign in again", "unknown-token")
        return token

    async def caller(self, request: Request) -> Token:
        """Who is asking, now: the worker where a device carries one that is good, else the bearer."""
        bearer = await self.bearer(request)
        if bearer.kind is not Kind.DEVICE or (worker := await self.worker(request)) is None:
            return bearer
        if worker.device_token_id != bearer.id:
            raise forbidden("this worker signed in on another device: sign in on this one")
        standing = worker.standing(self.now())
        if standing is not Standing.GOOD:
            raise unauthorised(f"the worker's token is {standing.value}; sign in again", "ended-token")
        return worker


@dataclass(frozen=True)
class Gate:
    """What a route says about who may call it; FastAPI calls it as a dependency."""

    rights: frozenset[Right] = frozenset()
    """Any one of these will do; none: any token of the `kinds`."""
    kinds: frozenset[Kind] = frozenset(Kind)
    open_because: str | None = None
    """Why anybody may call it."""
    open_here: bool = False
    """Whoever asks from this machine itself needs no token."""

    async def __call__(self, request: Request) -> Any:
        if self.open_because is not None or (self.open_here and from_here(request)):
            return None
        keeper: Doorkeeper = request.app.state.doorkeeper
        actor = (await keeper.caller(request)).actor
        self.ask(actor)
        request.state.actor = actor
        return actor

    def ask(self, actor: Actor) -> None:
        """Raises a 403 Problem where the actor is of another kind, or holds none of the rights."""
        if actor.kind not in self.kinds:
            kinds = " or ".join(sorted(self.kinds))
            raise forbidden(f"this is for the token of a {kinds}, and yours is a {actor.kind}'s")
        if self.rights and self.rights.isdisjoint(actor.rights):
            raise forbidden(f"this needs the right to {' or '.join(sorted(self.rights))}, which yours is not")


def needs(*rights: Right, kinds: frozenset[Kind] = frozenset(Kind)) -> Any:
    """Declare a route: a good token, of one of the `kinds`, with any one of the `rights`. Gives the Actor."""
    return Depends(Gate(frozenset(rights), kinds))


def needs_unless_here(*rights: Right) -> Any:
    """Declare a route of operations: as `needs`, but whoever asks from this machine itself needs no token."""
    return Depends(Gate(frozenset(rights), open_here=True))


def from_here(request: Request) -> bool:
    """Whether a request comes from this machine itself, and by no proxy that says so."""
    if request.client is None or not _FORWARDED.isdisjoint(request.headers.keys()):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def open_to_all(because: str) -> Any:
    """Declare a route that anybody may call, and why that is safe."""
    return Depends(Gate(open_because=because))


def gates(dependant: Dependant) -> Iterator[Gate]:
    """The gates that a route declares, at any depth."""
    if isinstance(dependant.call, Gate):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from gates(inner)


def install(app: FastAPI, access: Access, now: Callable[[], Instant]) -> Doorkeeper:
    """Give the app its doorkeeper."""
    keeper = Doorkeeper(access, now)
    app.state.doorkeeper = keeper
    return keeper


def _bearer_of(request: Request) -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    if scheme:
        return None
    # A cookie is sent by whatever page asks; so it never changes anything without a form's own token.
    if request.method not in _READING:
        return None
    return next((request.cookies[name] for name in COOKIES if name in request.cookies), None)
