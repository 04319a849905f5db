"""Who says so: the one in whose name a fact is recorded, and the envelope completed from the token.

Pure: tokens and times in, a `Voice` or a Problem out. `actor` is the worker of the token that was valid at
`entered_at`, not at arrival; `source` and `homeid` come from the device's or system's token, never from a
body of a device (ARCHITECTURE.md, "Who says so").
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.events.errors import FieldError
from shared.instants import Instant
from shared.security.rights import Actor, Right
from shared.security.tokens import Kind, Standing, Token
from shared.web.problems import Problem, forbidden, invalid, unauthorised

_NAMES_OTHERS = frozenset({Kind.SYSTEM})
"""Whose token lets them name the actor: any of its people of that home."""


class Voice(NamedTuple):
    """In whose name a fact is recorded."""

    speaks: Actor
    """Whose rights count."""
    source: str
    home_id: str | None
    """The one home that a device is of; None: the body says which."""
    actor_id: str | None
    """None: the body says which of its people."""


def voice(bearer: Token, worker: Token | None) -> Voice:
    """Who speaks, before it is asked whether they could at the time (`could_then`). Raises Problem."""
    if bearer.kind is Kind.DEVICE:
        if worker is None:
            raise unauthorised(
                "a device alone records nothing: send the worker's token with the fact, as it was entered under",
                "worker-needed",
            )
        if worker.device_token_id != bearer.id:
            raise forbidden("this worker's token is of another device; send the fact from the one it is of")
        return Voice(worker.actor, f"device/{bearer.actor.id}", bearer.actor.home_id, worker.actor.id)
    actor = bearer.actor
    if bearer.kind is Kind.WORKER:
        return Voice(actor, f"device/{actor.device_id}", actor.home_id, actor.id)
    if bearer.kind in _NAMES_OTHERS:
        return Voice(actor, f"system/{actor.id}", None, None)
    return Voice(actor, f"person/{actor.id}", None, actor.id)


def could_then(session: Token, entered_at: Instant, now: Instant) -> Problem | None:
    """Whether a worker was signed in when the fact was entered."""
    standing = session.vouches_for(entered_at, now)
    if standing is Standing.GOOD:
        return None
    return forbidden(
        f"the worker's token was {standing.value} when this was entered: whoever saw it signs in and records it",
    )


def completed(body: Mapping[str, Any], event_id: str, who: Voice) -> dict[str, Any]:
    """The whole envelope. What the body says of itself must be what the token says. Raises Problem."""
    known: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": who.source,
        "homeid": who.home_id,
        "actor": who.actor_id,
        "datacontenttype": "application/json",
    }
    event = {**known, **body}
    for name, value in known.items():
        if value is not None and event[name] != value:
            raise _first_contradiction(body, known)
    if "contenthash" in body:
        raise invalid([FieldError("contenthash", None, "leave it out: the door makes it")])
    if who.home_id is None:
        event["homeid"] = body.get("homeid")
    missing = [name for name in ("homeid", "actor") if event[name] is None]
    if missing:
        raise invalid([FieldError(name, None, "state it; an event of a system needs it") for name in missing])
    return event


def _first_contradiction(body: Mapping[str, Any], known: Mapping[str, Any]) -> Problem:
    """Of the body's fields the first that says other than is known."""
    wrong = (name for name in body if known.get(name) is not None and body[name] != known[name])
    name = next(wrong)
    return _contradicts(name, body[name], known[name])


def _contradicts(name: str, value: Any, known: Any) -> Problem:
    shown = value if isinstance(value, str) and len(value) <= 200 else None
    if name in ("source", "homeid", "actor"):
        error = FieldError(name, shown, "leave it out: the token says it")
        return forbidden(f"{name} is what the token says, and not what the body says", [error])
    return invalid([FieldError(name, shown, f"write {known}, or leave it out")])


def lacks(who: Voice, needed: Right) -> Problem:
    """The one who speaks does not hold that right anywhere at all."""
    return forbidden(f"this needs the right to {needed}, which this {who.speaks.kind} does not have")
