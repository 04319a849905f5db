"""Canonical JSON: the one way in which an event is written, so that same means same bytes.

Keys sorted, no spaces, UTF-8 (EVENTS.md). Nothing about meaning is decided here.
"""

from typing import Any

import orjson


def canonical(obj: Any) -> bytes:
    """The bytes of a JSON value. Raises TypeError for what JSON cannot say (a whole number beyond 64 bits,
    text that is not Unicode, an object nested deeper than 254)."""
    return orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
