"""Somebody has an entry of operations (DOMAIN.md §6): who, what he will do, until when. It closes nothing.

An acknowledgement says who, what they will do and until when; beyond the limit it is refused. Of a resolved alert
it is answered with how it was resolved, and changes nothing.
"""

from dataclasses import replace

from sqlalchemy import Engine

from shared.answering import TERMS
from shared.events.errors import FieldError
from shared.instants import Instant, show_duration
from shared.security.sayings import Sayings
from shared.store import operations
from shared.store.engine import writing
from shared.store.operations import Operation
from shared.web.problems import Problem, invalid, missing

NOT_HERE = "no entry of operations has that id; GET /api/v1/operations lists those that are open"


def have(
    views: Engine | None,
    sayings: Sayings,
    entry_id: str,
    by: str,
    action: str,
    until: Instant | None,
    now: Instant,
) -> Operation:
    """The entry as it stands after it, its text opened. `until`: None is the kind's default. Raises Problem."""
    if views is None:
        raise missing(NOT_HERE)
    with writing(views) as connection:
        entry = operations.find(connection, entry_id)
        if entry is None:
            raise missing(NOT_HERE)
        if entry.resolved is None:
            sealed = sayings.sealed(entry.id, action)
            operations.acknowledge(connection, entry_id, by, sealed, _until(entry.kind, until, now))
            entry = operations.find(connection, entry_id) or entry
    return replace(entry, action=sayings.opened(entry.id, entry.action))


def _until(kind: str, until: Instant | None, now: Instant) -> Instant:
    terms = TERMS[kind]
    if until is None:
        return now + terms.default
    if not now < until <= now + terms.longest:
        raise _refused(f"has to be after now, and {show_duration(terms.longest)} from now at the most", until)
    return until


def _refused(why: str, until: Instant) -> Problem:
    return invalid([FieldError("until", until, why)])
