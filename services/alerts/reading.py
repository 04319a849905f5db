"""Reading the log as the alerts service must: what was rejected is read by its record alone, and never rejected again.

A rejection tells of something that could not be read or may not stand. If reading *it* could fail, its reader would
answer it with another rejection, and that one with the next, for ever. Everything else is decoded as everywhere.
"""

from collections.abc import Callable
from typing import Any

import orjson

from shared.facts import Fact
from shared.log.base import Record, fact_of
from shared.runner.rejection import TYPE
from shared.topics import REJECTED


def decode(record: Record, inner: Callable[[Record], Fact] = fact_of) -> Fact:
    """The record's fact, to be given to the `Runner`. Raises Unreadable, but never for `wakeful.rejected`. `inner`: how
    everything else is decoded."""
    if record.topic != REJECTED:
        return inner(record)
    at = record.appended_at
    return Fact(
        record.topic,
        at,
        record.home_id,
        record.id,
        TYPE,
        record.id,
        "",
        "wakeful",
        at,
        at,
        _data(record.body),
    )


def _data(body: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(body)["data"]
    except (ValueError, TypeError, LookupError):
        return {}
    return data if isinstance(data, dict) else {}
