"""Answering from the feed's page: a form comes in, a fact goes the door's own way, and a page says what became of it.

Everything works without a script, and the same form sent twice is one answer.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Depends, Form, Request, Response

from services.gateway.answering.answers import Answers
from services.gateway.answering.words import said_of
from services.gateway.speaker import voice
from shared.answering import TERMS
from shared.events.canonical import canonical
from shared.instants import MINUTE, Instant
from shared.security.rights import Right
from shared.security.tokens import Kind, Token
from shared.web.access import Doorkeeper
from shared.web.pages import Pages
from shared.web.session import csrf_of, form_needs

TEMPLATES: Final = Path(__file__).parent / "templates"
"""To be given to `Pages`."""
_PEOPLE: Final = frozenset({Kind.PERSON, Kind.WORKER})
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wakeful:answers:feed")
_WORDS_AT_MOST: Final = 2_000

Say = Literal["acknowledge", "decline", "decide"]


class Filled:
    """What the form sends."""

    def __init__(
        self,
        say: Annotated[str, Form()] = "",
        form: Annotated[str, Form()] = "",
        do: Annotated[str, Form()] = "",
        other: Annotated[str, Form()] = "",
        minutes: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
        home: Annotated[str, Form()] = "",
    ) -> None:
        self.say = cast(Say, say) if say in ("acknowledge", "decline", "decide") else "acknowledge"
        takes = self.say == "acknowledge"
        self.action = (_words(other) or _words(do)) if takes else None
        self.minutes = (
            int(minutes) if takes and minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else None
        )
        self.reason = _words(reason) if self.say == "decide" else None
        self.form = form[:40]
        self.back = f"/homes/{quote(home[:200], safe='')}" if home else "/"

    def fact_id(self, token: Token, alert_id: str) -> str:
        """The same for the same form with the same words, in the same session."""
        words = [self.form, self.say, self.action, self.minutes, self.reason]
        return str(uuid5(_NAMESPACE, canonical([token.id, alert_id, *words]).decode()))

    def until(self, kind: str | None, now: Instant) -> Instant | None:
        """Never longer than the kind allows; None: nothing was chosen."""
        terms = None if kind is None else TERMS.get(kind)
        if self.minutes is None or terms is None:
            return None
        return now + min(max(self.minutes, 1) * MINUTE, terms.longest)


def answer_routes(pages: Pages) -> APIRouter:
    """`POST /alerts/{id}/answer`, to be mounted at the root. `pages` must know `TEMPLATES`."""
    router = APIRouter(include_in_schema=False)
    sender = form_needs(pages, Right.RESPOND, _PEOPLE)

    @router.post("/alerts/{alert_id}/answer")
    async def answer(
        request: Request,
        token: Annotated[Token, sender],
        alert_id: str,
        filled: Annotated[Filled, Depends()],
    ) -> Response:
        answers: Answers = request.app.state.answers
        keeper: Doorkeeper = request.app.state.doorkeeper
        standing, now = await answers.standing(alert_id), keeper.now()
        given = await answers.give(
            alert_id,
            token.actor.id,
            filled.say,
            via="app",
            id=filled.fact_id(token, alert_id),
            action=filled.action,
            until=filled.until(None if standing is None else standing.kind, now),
            reason=filled.reason,
            voice=voice(token, None),
        )
        status = 200 if given.problem is None else given.problem.status_code
        said = said_of(given, filled.say, token.actor.id, now)
        context: dict[str, Any] = {
            "reader": token.actor.id,
            "csrf": csrf_of(request),
            "back": filled.back,
            "alert_id": alert_id,
        }
        return pages.render("answered.html", status, said=said, **context)

    return router


def _words(text: str) -> str | None:
    return " ".join(text.split())[:_WORDS_AT_MOST] or None
