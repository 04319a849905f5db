"""The paths by which facts come in: one by one, and in batches (API.md).

The hot routes of the house. They read the body's bytes themselves and answer bytes; what they take and give is
written into the OpenAPI document by hand (`openapi`). What happens to a fact is `door`'s.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from services.gateway.door import Cleared, Door, Prepared, in_order
from services.gateway.families import FAMILIES, RIGHT_OF, rights_of_family
from services.gateway.hot import Endpoint, HotRoute
from services.gateway.limits import BATCH_FACTS, too_large
from services.gateway.openapi import BATCH, fact_operation
from services.gateway.outcomes import Outcome, answer, told, warnings
from services.gateway.shares import charge
from services.gateway.speaker import Voice, voice
from services.gateway.waiting import awaiter
from shared.events.errors import FieldError
from shared.instants import Instant
from shared.security.tokens import Kind, Token
from shared.web.access import Doorkeeper, Gate
from shared.web.problems import Problem, invalid, unauthorised

JSON: Final = "application/json"


def fact_routes(door: Door) -> APIRouter:
    """`PUT /<family>/{event id}` for every family, and `POST /facts:batch`."""
    router = APIRouter(route_class=HotRoute)
    for family in sorted(FAMILIES, key=lambda name: (name != "checks", name != "cover", name)):
        gate = Gate(rights_of_family(family))
        router.add_api_route(
            f"/{family}/{{event_id}}",
            _put(door, FAMILIES[family], gate),
            methods=["PUT"],
            dependencies=[Depends(gate)],
            **fact_operation(family),
        )
    gate = Gate(frozenset(RIGHT_OF.values()))
    router.add_api_route(
        "/facts:batch", _batch(door, gate), methods=["POST"], dependencies=[Depends(gate)], **BATCH
    )
    return router


def _put(door: Door, types: Sequence[str], gate: Gate) -> Endpoint:
    async def put(request: Request, content: bytes) -> Response:
        keeper: Doorkeeper = request.app.state.doorkeeper
        bearer = await keeper.bearer(request)
        worker = await keeper.worker(request)
        who = voice(bearer, worker)
        gate.ask(who.speaks)
        body = parsed(content)
        event_id = request.path_params["event_id"]
        session, now = _session(bearer, worker), keeper.now()
        if door.quick(body, who):
            ready = door.prepare(body, event_id, who, session, now, types)
        else:
            ready = await asyncio.to_thread(door.prepare, body, event_id, who, session, now, types)
        (receipt,) = await awaiter().soon(partial(door.append, [ready]))
        outcome = door.outcome(ready, receipt)
        if outcome.problem is not None:
            raise outcome.problem
        return Response(answer(outcome), outcome.status, media_type=JSON)

    return put


def _batch(door: Door, gate: Gate) -> Endpoint:
    async def batch(request: Request, content: bytes) -> Response:
        keeper: Doorkeeper = request.app.state.doorkeeper
        bearer = await keeper.bearer(request)
        default = await keeper.worker(request)
        if bearer.kind is not Kind.DEVICE:
            gate.ask(bearer.actor)
        body = parsed(content)
        workers = await _workers(keeper, body)
        if not workers:  # whoever speaks for all of it must be somebody, however little there is
            voice(bearer, default)
        items = _items(body)
        charge(request.scope, len(items))
        step = _Batch(door, gate, bearer, default, workers, keeper.now())
        tried = await asyncio.to_thread(step.prepare, items)
        ready = in_order([each for each in tried if isinstance(each, Prepared)])
        receipts = await awaiter().of(door.append(ready))
        known = {id(each): door.outcome(each, took) for each, took in zip(ready, receipts, strict=True)}
        outcomes = [each if isinstance(each, Outcome) else known[id(each)] for each in tried]
        return Response(orjson.dumps({"results": list(map(_result, outcomes))}), media_type=JSON)

    return batch


class _Batch:
    """What a batch's items have in common."""

    def __init__(
        self,
        door: Door,
        gate: Gate,
        bearer: Token,
        default: Token | None,
        workers: dict[str, Token | None],
        now: Instant,
    ) -> None:
        self._door = door
        self._gate = gate
        self._bearer = bearer
        self._default = default
        self._workers = workers
        self._now = now
        self._voices: dict[str | None, tuple[Voice, Token | None]] = {}
        self._cleared: Cleared = set()

    def prepare(self, items: list[Any]) -> list[Prepared | Outcome]:
        """Each item ready, or what is wrong with it: one bad item never spoils the others."""
        return [self._one(item) for item in items]

    def _one(self, item: Any) -> Prepared | Outcome:
        event_id = item.get("id") if isinstance(item, dict) else None
        shown = event_id if isinstance(event_id, str) else ""
        try:
            if not shown:
                raise invalid([FieldError("id", None, "state the event's id, made by the device")])
            secret = item.pop("worker", None)
            who, session = self._voice(secret if isinstance(secret, str) else None)
            return self._door.prepare(item, shown, who, session, self._now, None, self._cleared)
        except Problem as problem:
            return Outcome(shown, problem.status_code, problem=problem)

    def _voice(self, secret: str | None) -> tuple[Voice, Token | None]:
        known = self._voices.get(secret)
        if known is None:
            worker = self._default if secret is None else self._workers[secret]
            if secret is not None and worker is None:
                raise unauthorised("the item's worker token is not known here", "unknown-token")
            who = voice(self._bearer, worker)
            self._gate.ask(who.speaks)
            known = self._voices[secret] = who, _session(self._bearer, worker)
        return known


def parsed(body: bytes) -> Any:
    """The body's JSON. Raises a 400 Problem, which does not repeat it."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem(
            400, "not-json", "Not JSON", f"the body cannot be read as JSON: {error.msg} at {where}"
        ) from None


def _items(body: Any) -> list[Any]:
    facts = body.get("facts") if isinstance(body, dict) else None
    if not isinstance(facts, list):
        raise invalid([FieldError("facts", None, 'send {"facts": [ … ]}, each with its id')])
    if len(facts) > BATCH_FACTS:
        problem = too_large(0)
        problem.detail = f"{len(facts)} facts at once are too many; send at most {BATCH_FACTS:,}"
        raise problem
    return facts


async def _workers(keeper: Doorkeeper, body: Any) -> dict[str, Token | None]:
    """The tokens of the workers under whose sessions the items were entered, each looked up once."""
    facts = body.get("facts") if isinstance(body, dict) else None
    carried = (
        [item.get("worker") for item in facts or () if isinstance(item, dict)]
        if isinstance(facts, list)
        else []
    )
    secrets = {secret for secret in carried if isinstance(secret, str)}
    return {secret: await keeper.token(secret) for secret in secrets}


def _session(bearer: Token, worker: Token | None) -> Token | None:
    """The worker's session that must have been good when the fact was entered."""
    if bearer.kind is Kind.DEVICE:
        return worker
    return bearer if bearer.kind is Kind.WORKER else None


def _result(outcome: Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {"id": outcome.id, "status": outcome.status}
    if outcome.problem is not None:
        result["problem"] = outcome.problem.body()
    elif outcome.warnings:
        result["warnings"] = warnings(outcome)
    return result | told(outcome)
