"""Answers that other systems call back with. A button of ntfy, and a key that is pressed in a call, post to the links
of the message itself (`api`); here is what has a shape of its own: PagerDuty's webhooks of version 3.

    POST /answers/pagerduty/<person id>

for the person whose channel it is; signed with the secret of the webhook's subscription, kept beside the channel as
`webhook_secret`. Somebody's `incident.acknowledged` is an acknowledgement. So is `incident.resolved`: a person at
PagerDuty cannot close what only a fact closes. What PagerDuty was told by ourselves comes back too, and is no answer.
"""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request

from services.pager.answering.desk import AnswerDesk
from services.pager.answering.giving import Tap, said
from shared.security.people import Person
from shared.store.texts import storable
from shared.web.access import open_to_all
from shared.web.problems import Problem, unauthorised
from shared.words.doing import SEEING_TO_IT

SECRET: Final = "webhook_secret"  # noqa: S105 - the name of a field
SECRETS_AT_MOST: Final = 4
_WHY_OPEN: Final = "what comes is asked for the signature of the subscription that it says it is of"
_ANSWERS: Final = ("incident.acknowledged", "incident.resolved")


@dataclass(frozen=True, slots=True)
class CalledBack:
    """What PagerDuty says that a person did."""

    event_id: str
    thread: str
    """What we named the incident by: the thread of our messages."""


def is_signed(body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Whether one of the signatures (`v1=<hex>`, with commas between) is by one of the secrets, over these bytes."""
    given = [each.strip().removeprefix("v1=") for each in header.split(",") if each.strip().startswith("v1=")]
    known = [hmac.digest(secret.encode(), body, "sha256").hex() for secret in secrets]
    matches = [hmac.compare_digest(one.encode(), other) for one in known for other in map(str.encode, given)]
    return any(matches)


def called_back(body: bytes) -> CalledBack | None:
    """What a person answered; None where it is nobody's answer. Raises a 400 Problem where it cannot be read."""
    try:
        event = orjson.loads(body)["event"]
        type_, agent, data = event["event_type"], event.get("agent") or {}, event["data"]
        if type_ not in _ANSWERS or agent.get("type") != "user_reference":
            return None  # ours come back by an integration, never by a user
        return CalledBack(str(event["id"]), storable(str(data["incident_key"])))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise Problem(
            400, "unreadable", "Not an event", "this is no webhook of PagerDuty's version 3"
        ) from None


def inbound_routes(
    desk: AnswerDesk,
    secrets_of: Callable[[Person], Sequence[str]],
    alerts_of: Callable[[str, str], Sequence[str]],
) -> APIRouter:
    """To be mounted at the root. `secrets_of`: of a person's PagerDuty channel, opened; `alerts_of`: of a
    person's id and a thread, the alerts that it tells of. Both may read the disk."""
    router = APIRouter(include_in_schema=False)

    @router.post("/answers/pagerduty/{person_id}", dependencies=[open_to_all(_WHY_OPEN)])
    async def pagerduty(request: Request, person_id: str) -> dict[str, Any]:
        body = await request.body()
        person = await desk.person(person_id)
        secrets = () if person is None else secrets_of(person)[:SECRETS_AT_MOST]
        if person is None or not is_signed(body, request.headers.get("X-PagerDuty-Signature", ""), secrets):
            raise unauthorised("this is not signed with the secret of that person's webhook")
        event = called_back(body)
        if event is None:
            return {"said": "Nobody answered; nothing was changed."}
        tap = Tap("acknowledge", "pagerduty", form=event.event_id, action=SEEING_TO_IT, via="phone")
        given = await desk.call_back(person, event.thread, partial(alerts_of, person.id), tap)
        return {"said": said(given, tap, desk.now())}

    return router
