"""Prompts ("are you awake?") for whoever is on duty: when the next one is, and how it is answered in one request.

A device asks now and then, rings at `at`, and sends the answer as any other fact (`cover.proved`). When it is, is
`prompts`'; what an answer proves is the cover service's.
"""

import hmac
from collections.abc import Callable
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query

from services.gateway.fold import DoorFold
from services.gateway.prompts.prompts import Draw, Prompt, prompts
from services.gateway.prompts.shapes import PromptAnswerShape, Prompts, PromptShape
from shared.events.errors import FieldError
from shared.events.fields import Id
from shared.instants import Instant, show_instant
from shared.security.keys import KeyRing
from shared.security.rights import Actor, HomeRef, Right
from shared.security.tokens import Kind
from shared.web.access import needs
from shared.web.problems import invalid, missing

Recorder = Annotated[Actor, needs(Right.RECORD)]
OfHome = Annotated[
    Id | None, Query(description="Of which home; left out by a worker on a device, who is of one.")
]
_PURPOSE: Final = b"wakeful: moments of prompts"


def prompt_routes(keys: KeyRing, fold: DoorFold, now: Callable[[], Instant]) -> APIRouter:
    """`GET /prompts`."""
    router = APIRouter(tags=["cover"])
    draw = drawing(keys.contenthash_key)

    @router.get("/prompts")
    def of_those_on_duty(asker: Recorder, home: OfHome = None) -> Prompts:
        """When each worker on duty is asked next whether they are awake: a worker's own; a system's, the whole home's.
        The moment is random, between half and nine tenths of the time until the worker would lapse; it stays the same
        until something proves that they are awake. Answer with one PUT of the `answer`, with `time` and `enteredat`."""
        home_id = asker.home_id if home is None else home
        if home_id is None:
            raise invalid([FieldError("home", None, "state whose prompts: ?home=<home_id>")])
        if not asker.scope.reaches(fold.home(home_id) or HomeRef(home_id, "")) or fold.home(home_id) is None:
            raise missing(f"no home {home_id} in which you may record")
        at, proofs = now(), fold.proofs.of(home_id)
        with fold.looking_at(home_id) as (_, known):
            found = [] if known is None else prompts(known, proofs, at, draw)
        mine = [each for each in found if asker.kind != Kind.WORKER or each.staff_id == asker.id]
        return Prompts(
            home_id=home_id, now=show_instant(at), prompts=[_shape(home_id, each) for each in mine]
        )

    return router


def drawing(installation_key: bytes) -> Draw:
    """What draws the moments: a keyed hash, under a key of its own that is made from the installation's."""
    key = hmac.digest(installation_key, _PURPOSE, "sha256")

    def draw(home_id: str, staff_id: str, last: Instant) -> bytes:
        return hmac.digest(key, orjson.dumps([home_id, staff_id, last]), "sha256")

    return draw


def _shape(home_id: str, prompt: Prompt) -> PromptShape:
    data = {"staff_id": prompt.staff_id, "how": "prompt"}
    answer = PromptAnswerShape(
        path=f"/api/v1/cover/{prompt.id}", type="cover.proved.v1", subject=home_id, data=data
    )
    return PromptShape(
        id=prompt.id,
        staff_id=prompt.staff_id,
        role=prompt.role,
        placement_id=prompt.placement_id,
        proved_at=None if prompt.proved_at is None else show_instant(prompt.proved_at),
        at=show_instant(prompt.at),
        by=show_instant(prompt.by),
        answer=answer,
    )
