"""A home's devices, for whoever manages it: a code to enrol one, which there are, and the end of one that was lost.

Codes are shown once. How a device comes in with one is `routes_access`'; what a token is worth, `shared.security`'s.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.gateway.fold import DoorFold
from services.gateway.shapes import CodeBody, Devices, DeviceShape, NewCode
from shared.events.fields import Id
from shared.instants import Instant, show_instant
from shared.security.access import CODE_LIFE, Access
from shared.security.rights import Actor, HomeRef, Right
from shared.security.tokens import Kind, Token
from shared.web.access import needs
from shared.web.problems import missing

Manager = Annotated[Actor, needs(Right.MANAGE)]


def device_routes(access: Access, fold: DoorFold, now: Callable[[], Instant]) -> APIRouter:
    """`/devices:code` and `/devices`."""
    router = APIRouter(tags=["access"])

    @router.post("/devices:code", status_code=201)
    def new_code(manager: Manager, body: CodeBody) -> NewCode:
        """A one-time code, good for an hour, with which one device enrols in a home. It is shown this once."""
        home = _managed(manager, fold, body.home_id)
        code = access.new_code(home.id, now())
        return NewCode(home_id=home.id, code=code, valid_until=show_instant(now() + CODE_LIFE))

    @router.get("/devices")
    def devices(manager: Manager, home: Annotated[Id, Query(description="Whose devices.")]) -> Devices:
        """The devices that were ever enrolled in a home, those that have ended too."""
        known = _managed(manager, fold, home)
        tokens = access.tokens.all(kind=Kind.DEVICE)
        return Devices(devices=[_shape(token) for token in tokens if token.actor.home_id == known.id])

    @router.delete("/devices/{device_id}", status_code=204)
    def end(manager: Manager, device_id: Id) -> Response:
        """A device was lost: from now on it records nothing, and nor does anybody who signed in on it."""
        tokens = access.tokens.all(kind=Kind.DEVICE, holder=device_id)
        theirs = [token for token in tokens if _manages(manager, fold, token.actor.home_id)]
        if not theirs:
            raise missing(f"no device {device_id} in a home that you manage; GET /api/v1/devices lists them")
        for token in theirs:
            access.tokens.revoke(token.id, now())
        return Response(status_code=204)

    return router


def _managed(manager: Actor, fold: DoorFold, home_id: str) -> HomeRef:
    home = fold.home(home_id)
    if home is None or not manager.may(Right.MANAGE, home):
        raise missing(f"no home {home_id} that you manage; GET /api/v1/homes lists those that you see")
    return home


def _manages(manager: Actor, fold: DoorFold, home_id: str | None) -> bool:
    home = None if home_id is None else fold.home(home_id)
    return home is not None and manager.may(Right.MANAGE, home)


def _shape(token: Token) -> DeviceShape:
    ended = None if token.revoked_at is None else show_instant(token.revoked_at)
    return DeviceShape(
        device_id=token.actor.id,
        home_id=token.actor.home_id or "",
        enrolled_at=show_instant(token.valid_from),
        valid_until=show_instant(token.valid_until),
        ended_at=ended,
    )
