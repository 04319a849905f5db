"""Where a page of a list ended, as a text that is handed back for the page behind it: an instant, or nothing, and what
tells those of one instant apart."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

import orjson

from shared.events.errors import FieldError
from shared.instants import NEVER, Instant
from shared.web.problems import invalid


class Mark(NamedTuple):
    """The last of a page."""

    at: Instant
    id: str


def cursor_of(mark: Mark | None) -> str | None:
    """As it is handed out."""
    return None if mark is None else urlsafe_b64encode(orjson.dumps([*mark])).decode()


def mark_of(cursor: str | None) -> Mark | None:
    """What was handed out. Raises a 422 Problem for anything else."""
    if cursor is None:
        return None
    try:
        at, id_ = orjson.loads(urlsafe_b64decode(cursor))
        if not (type(at) is int and type(id_) is str and abs(at) < NEVER):
            raise TypeError(cursor)  # what a database holds, and nothing larger
        return Mark(at, id_)
    except (ValueError, TypeError) as error:
        remedy = "give `next` of the page before as it came, or nothing for the first page"
        raise invalid([FieldError("cursor", cursor[:80], remedy)]) from error
