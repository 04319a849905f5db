"""The ways in: a code for a device, a PIN for a worker; and the people, kept by whoever manages their homes.

Secrets are given out once and never logged; an answer to a wrong PIN or code does not say what was wrong. What
a token is worth is `shared.security`'s.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from services.gateway.fold import DoorFold
from services.gateway.shapes import (
    EnrolBody,
    Enrolled,
    PersonBody,
    PersonShape,
    Session,
    SessionBody,
    WayShape,
)
from shared.events.errors import WITHHELD, FieldError
from shared.events.fields import Id
from shared.instants import Instant, show_instant
from shared.security.access import Access, Pause
from shared.security.people import Person
from shared.security.rights import Actor, HomeRef, Right, Scope
from shared.security.tokens import Kind
from shared.security.ways import Address, Ways, WayWrong, shown
from shared.web.access import Doorkeeper, needs, open_to_all
from shared.web.problems import forbidden, invalid, later, missing, unauthorised

Device = Annotated[Actor, needs(kinds=frozenset({Kind.DEVICE}))]
SignedIn = Annotated[Actor, needs(kinds=frozenset({Kind.WORKER, Kind.PERSON}))]
Manager = Annotated[Actor, needs(Right.MANAGE)]


def access_routes(
    access: Access,
    fold: DoorFold,
    now: Callable[[], Instant],
    ways: Ways,
    unreachable: Callable[[Address], str | None],
) -> APIRouter:
    """`/devices:enrol`, `/sessions` and `/people`. `unreachable`: what is wrong with a way of reaching somebody."""
    router = APIRouter()

    @router.post(
        "/devices:enrol",
        status_code=201,
        tags=["access"],
        dependencies=[open_to_all("the one-time code is what lets a device in; it has nothing else yet")],
    )
    def enrol(body: EnrolBody) -> Enrolled:
        """A device's token for a one-time code."""
        device_id = secrets.token_hex(6)
        issued = access.enrol(body.code, device_id, now())
        if issued is None:
            raise unauthorised(
                "this code is unknown, used or too old; let a manager make a new one", "bad-code"
            )
        home_id = issued.token.actor.home_id or ""
        until = show_instant(issued.token.valid_until)
        return Enrolled(device_id=device_id, home_id=home_id, token=issued.secret, valid_until=until)

    @router.post("/sessions", status_code=201, tags=["access"])
    async def sign_in(request: Request, _device: Device, body: SessionBody) -> Session:
        """A worker signs in on a device, with their PIN: a token for 14 hours."""
        keeper: Doorkeeper = request.app.state.doorkeeper
        device = await keeper.bearer(request)
        home_id = device.actor.home_id or ""
        home = fold.home(home_id) or HomeRef(home_id, "")
        issued = await keeper.slowly(access.sign_in, device, home, body.staff_id, body.pin, now())
        if isinstance(issued, Pause):
            detail = "too many wrong PINs; ask a manager for a new one if it is forgotten"
            raise later(429, "too-many-attempts", "Wait", detail, issued.wait)
        if issued is None:
            raise unauthorised("this is not the PIN of somebody who works in this home", "bad-pin")
        token = issued.token
        return Session(
            staff_id=token.actor.id,
            token=issued.secret,
            valid_from=show_instant(token.valid_from),
            valid_until=show_instant(token.valid_until),
        )

    @router.delete("/sessions/current", status_code=204, tags=["access"])
    def sign_out(actor: SignedIn) -> Response:
        """The token that this was sent with ends now; what was entered under it stays good."""
        access.tokens.revoke(actor.token_id, now())
        return Response(status_code=204)

    @router.get("/people/{person_id}", tags=["people"])
    def person(manager: Manager, person_id: Id) -> PersonShape:
        """Somebody whom the reader manages."""
        found = access.people.get(person_id)
        if found is None or not found.scope.within(manager.scope):
            raise missing(f"nobody {person_id} whom you manage")
        return _shape(found)

    @router.put("/people/{person_id}", tags=["people"])
    def put_person(manager: Manager, person_id: Id, body: PersonBody) -> PersonShape:
        """Add or change somebody. What they are signed in with ends where they lose something by it."""
        wanted = _wanted(person_id, body)
        known = access.people.get(person_id)
        if known is not None and not known.scope.within(manager.scope):
            raise forbidden("this person is another's to manage; take another id")
        _hands_on(manager, wanted, known)
        wanted = replace(wanted, reach=_reach(person_id, body, known, ways, unreachable))
        try:
            access.put_person(wanted, now(), pin=body.pin)
        except ValueError as error:
            raise invalid([FieldError("pin", None, str(error))]) from None
        stored = access.people.get(person_id)
        return _shape(stored or wanted)

    return router


def _wanted(person_id: str, body: PersonBody) -> Person:
    try:
        homes = None if body.homes is None else frozenset(body.homes)
        scope = Scope(body.provider_id, body.commissioner_id, homes)
    except ValueError as error:
        raise invalid([FieldError("commissioner_id", body.commissioner_id, str(error))]) from None
    return Person(person_id, body.name, scope, frozenset(body.rights), active=body.active)


def _reach(
    person_id: str,
    body: PersonBody,
    known: Person | None,
    ways: Ways,
    unreachable: Callable[[Address], str | None],
) -> tuple[Mapping[str, Any], ...]:
    """How they are to be reached, as it is kept. What is kept already is not asked about again: a person can always be
    changed otherwise. Raises Problem."""
    kept = () if known is None else known.reach
    given = [Address(each.channel, each.to, each.secret, each.options) for each in body.reach]
    try:
        wanted = ways.wanted(person_id, given, kept)
    except WayWrong as error:
        raise invalid([FieldError(f"reach.{error.number}.{error.part}", WITHHELD, error.remedy)]) from None
    before = ways.opened(person_id, kept)
    wrong = [(number, unreachable(each)) for number, each in enumerate(wanted) if each not in before]
    errors = [FieldError(f"reach.{number}", given[number].channel, text) for number, text in wrong if text]
    if errors:
        raise invalid(errors)
    return ways.kept(person_id, wanted)


def _hands_on(manager: Actor, wanted: Person, known: Person | None) -> None:
    """Nobody hands on more than he holds. Raises Problem."""
    if not wanted.scope.within(manager.scope):
        remedy = "keep within the provider, commissioner and homes that you manage"
        raise forbidden("these are not homes that you manage", [FieldError("homes", None, remedy)])
    before = frozenset() if known is None else known.rights
    over = sorted((wanted.rights - before) - manager.rights)
    if over or (Right.ADMIN in before and Right.ADMIN not in manager.rights):
        remedy = "leave out what you do not hold yourself"
        raise forbidden("nobody hands on more than he holds", [FieldError("rights", list(over), remedy)])


def _shape(person: Person) -> PersonShape:
    scope = person.scope
    return PersonShape(
        id=person.id,
        name=person.name,
        provider_id=scope.provider_id,
        commissioner_id=scope.commissioner_id,
        homes=None if scope.homes is None else sorted(scope.homes),
        rights=sorted(person.rights),
        reach=[WayShape(**shown(way)) for way in person.reach],
        active=person.active,
        has_pin=person.has_pin,
    )
