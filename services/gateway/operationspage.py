"""`/operations`: the page for whoever runs the system. What is open comes first, each with its cause and remedy.

For the right `admin`, as `GET /api/v1/operations`. No child is on it. By its form somebody says that he has one, which
keeps messages back for a while and closes nothing (`having`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.shapes import Trouble
from services.gateway.troubles import Troubles
from shared import clock
from shared.instants import MINUTE, Instant, parse_instant, show_instant
from shared.security.rights import Actor, Right
from shared.security.tokens import Token
from shared.store.operations import Operation
from shared.web.pages import Pages
from shared.web.places import places_of
from shared.web.problems import Problem
from shared.web.session import csrf_of, form_needs, page_needs
from shared.words import Wall, exact_clock, length
from shared.words.doing import SEEING_TO_IT
from shared.words.lengths import Length, lengths
from shared.words.operations import operations_told

TEMPLATES: Final = Path(__file__).parent / "templates"
"""To be given to `Pages`."""
PATH: Final = "/operations"
OVER_AT_MOST: Final = 40
_WORDS_AT_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One of them on the page."""

    title: str
    points: tuple[str, ...]
    remedy: str
    lasts: str
    """For how long, or how long it did."""
    over: str
    """When it was over; empty: it is open."""
    id: str | None = None
    """By which somebody says that he has it; None: it has no entry."""
    has: str = ""
    """Who has it, and until when."""
    lengths: tuple[Length, ...] = ()


def operations_routes(
    troubles: Troubles, pages: Pages, clock_now: Callable[[], Instant] = clock.now
) -> APIRouter:
    """The page, to be mounted at the root. `pages` must know `TEMPLATES`."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    def page(request: Request, reader: Annotated[Actor, page_needs(pages, Right.ADMIN)]) -> Response:
        now, since = clock_now(), troubles.blind_since()
        return pages.render(
            "operations.html",
            open=shown(troubles.now(), now),
            over=[_over(each, now) for each in troubles.over(OVER_AT_MOST)],
            shown_at=exact_clock(now, None),
            blind_since="" if since is None else _clock(since, now),
            now=show_instant(now),
            reader=reader.id,
            places=places_of(reader),
            csrf=csrf_of(request),
        )

    @router.post(PATH + "/{entry_id}/acknowledge")
    def acknowledge(
        token: Annotated[Token, form_needs(pages, Right.ADMIN)],
        entry_id: str,
        action: Annotated[str, Form()] = "",
        minutes: Annotated[int, Form(ge=1, le=120)] = 30,
    ) -> Response:
        now, words = clock_now(), " ".join(action.split())[:_WORDS_AT_MOST]
        by, until = token.actor.id, now + minutes * MINUTE
        try:
            troubles.have(entry_id, by, words or SEEING_TO_IT, until, now)
        except Problem as problem:
            return pages.render(
                "wrong.html", problem.status_code, title="Nothing was changed", what=str(problem.detail)
            )
        return RedirectResponse(PATH, 303)

    return router


def shown(troubles: Iterable[Trouble], now: Instant) -> list[Shown]:
    """What is open: blindness first, then what began first."""
    ordered = sorted(
        troubles, key=lambda each: (each.kind != "monitor_blind", each.since, each.home_id or "")
    )
    return [
        replace(
            _shown(each.kind, each.home_id, each.service, parse_instant(each.since), each.reason, now),
            id=each.id,
            has=_has(each, now),
            lengths=lengths([each.kind]),
        )
        for each in ordered
    ]


def _has(trouble: Trouble, now: Instant) -> str:
    if trouble.until is None or trouble.acknowledged_by is None:
        return ""
    until = parse_instant(trouble.until)
    if until <= now:
        return ""
    doing = f": {trouble.action}" if trouble.action else ""
    return f"{trouble.acknowledged_by} has it until {_clock(until, now)}{doing}"


def _over(entry: Operation, now: Instant) -> Shown:
    return _shown(entry.kind, entry.home_id, entry.service, entry.since, entry.detail, now, entry.resolved)


def _shown(
    kind: str,
    home_id: str | None,
    service: str | None,
    since: Instant,
    reason: str,
    now: Instant,
    over: Instant | None = None,
) -> Shown:
    facts: dict[str, Any] = {"detail": reason} | ({} if service is None else {"service": service})
    words = operations_told(kind, home_id, since, facts, Wall(None, now))
    lasts = length((now if over is None else over) - since) if since > 0 else ""
    return Shown(words.title, words.points, words.remedy, lasts, "" if over is None else _clock(over, now))


def _clock(at: Instant, now: Instant) -> str:
    return Wall(None, now).clock(at) if at > 0 else "the start"
