"""What became of a fact, and how that is answered. No HTTP here but for the words of problems."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from services.gateway.answering.standing import Standing, said_of
from shared.acceptance import Refusal
from shared.cautions import Caution
from shared.events.errors import FieldError
from shared.instants import Instant, show_instant
from shared.web.problems import Problem


class Outcome(NamedTuple):
    """What became of a fact."""

    id: str
    status: int
    appended_at: Instant | None = None
    problem: Problem | None = None
    warnings: Sequence[Caution] = ()
    """What its sender should look at, though it was taken."""
    standing: Standing | None = None
    """Of an answer: the alert, as it stood when the answer came."""
    by: str = ""
    """Of an answer: who gave it."""


def conflict(fact_id: str) -> Problem:
    """409: another fact has this id; it stands."""
    remedy = "make a new id for a new fact; correct a check with check.corrected"
    error = FieldError("id", fact_id, remedy)
    return Problem(409, "conflict", "Another fact has this id", "the first one stands, unchanged", [error])


def refusal_problem(refused: Refusal) -> Problem:
    """422: it may not stand, and what would be accepted."""
    error = FieldError(refused.field, refused.value, refused.remedy)
    return Problem(422, refused.reason.replace("_", "-"), "This may not stand", refused.detail, [error])


def answer(outcome: Outcome) -> bytes:
    """The body of an outcome that is no problem."""
    at = None if outcome.appended_at is None else show_instant(outcome.appended_at)
    body: dict[str, Any] = {"id": outcome.id, "status": outcome.status, "appended_at": at}
    if outcome.warnings:
        body["warnings"] = warnings(outcome)
    return orjson.dumps(body | told(outcome))


def told(outcome: Outcome) -> dict[str, Any]:
    """What whoever answered an alert is told of it."""
    if outcome.standing is None or outcome.problem is not None or outcome.appended_at is None:
        return {}
    return said_of(outcome.standing, outcome.by, outcome.appended_at)


def warnings(outcome: Outcome) -> list[dict[str, Any]]:
    """As they are answered."""
    return [each._asdict() for each in outcome.warnings]
