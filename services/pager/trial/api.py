"""Tests of a home's on-call over HTTP: one is asked for, and told live, a line of JSON for each thing that happens; and
those that were made. For whoever manages the home.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated
from uuid import uuid4

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine

from services.pager import desk_rows
from services.pager.desk import DeskHome
from services.pager.trial import book, plan
from services.pager.trial.plan import Stage, Ways
from services.pager.trial.sending import Progress, Sender
from services.pager.trial.shapes import TestBody, Tests, shape_of
from shared import clock
from shared.events.errors import FieldError
from shared.events.fields import Id
from shared.security.rights import Actor, HomeRef, Right
from shared.web.access import needs
from shared.web.problems import Problem, invalid, missing

LINES = "application/x-ndjson"
Manager = Annotated[Actor, needs(Right.MANAGE)]


def api_routes(views: Engine, sender: Sender, ways: Ways) -> APIRouter:
    """`POST /on-call/{home}/test` and `GET /on-call/{home}/tests`, to be mounted under `/api/v1`."""
    router = APIRouter(tags=["on-call"])
    under_way: set[str] = set()

    @router.post(
        "/on-call/{home_id}/test",
        response_class=StreamingResponse,
        responses={
            200: {"content": {LINES: {}}, "description": "A line of JSON for each thing that happens"},
            409: {"description": "The home has no policy, or is being tested"},
        },
    )
    def test(manager: Manager, home_id: Id, body: TestBody | None = None) -> StreamingResponse:
        """Send a message that is marked as a test to everybody in the home's policy, step by step, by each way of
        reaching them. Whoever stops listening ends it."""
        home = _home(views, manager, home_id)
        stages = _stages(home, ways, None if body is None else body.step)
        if home_id in under_way:
            raise Problem(
                409, "under-way", "Not twice at once", "a test of this home is under way: wait for its end"
            )

        async def lines() -> AsyncIterator[bytes]:
            under_way.add(home_id)
            try:
                async with aclosing(
                    sender.send(str(uuid4()), home_id, "asked", manager.id, stages)
                ) as telling:
                    async for happened in telling:
                        yield _line(happened)
            finally:
                under_way.discard(home_id)

        return StreamingResponse(lines(), media_type=LINES)

    @router.get("/on-call/{home_id}/tests", response_model_exclude_none=True)
    def tests(manager: Manager, home_id: Id) -> Tests:
        """The latest tests of a home: who was tried by which way, and who answered in what time."""
        _home(views, manager, home_id)
        with views.connect() as connection:
            return Tests(tests=[shape_of(each) for each in book.latest(connection, home_id)])

    return router


def _home(views: Engine, manager: Actor, home_id: str) -> DeskHome:
    with views.connect() as connection:
        home = desk_rows.home(connection, home_id)
    if home.provider_id is None or not manager.may(Right.MANAGE, HomeRef(home_id, home.provider_id)):
        raise missing("there is no such home among those that you manage; `GET /api/v1/homes` lists them")
    return home


def _stages(home: DeskHome, ways: Ways, step: int | None) -> list[Stage]:
    if home.policy is None:
        remedy = "state one first: PUT /api/v1/on-call/{event id}, on_call.policy_set.v1"
        raise Problem(409, "no-policy", "Nothing to test", f"this home has no on-call policy; {remedy}")
    stages = plan.whole(home, ways, clock.now(), step)
    if not stages:
        raise invalid(
            [FieldError("step", step, f"write 1 to {len(home.policy['steps']) + 1}, or leave it out")]
        )
    return stages


def _line(happened: Progress) -> bytes:
    return orjson.dumps(happened.shape()) + b"\n"
