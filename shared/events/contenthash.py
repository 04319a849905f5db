"""When two events under one id are the same fact: when their content hash is (EVENTS.md, Envelope).

It covers what was said, `type`, `time`, `enteredat` and `data` before sealing; not who carried it here.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import show_instant


def contenthash(event: Mapping[str, Any], key: bytes | None) -> str:
    """HMAC-SHA-256, in hex, of a validated event before sealing, under the installation's key.

    Without a key: SHA-256 of the same. A plain hash of a short text can be guessed by trying texts, so the
    door always has a key; only tests do without.
    """
    said = canonical({name: event[name] for name in ("type", "time", "enteredat", "data")})
    if key is None:
        return hashlib.sha256(said).hexdigest()
    return hmac.digest(key, said, "sha256").hex()


def of_fact(fact: Fact) -> str:
    """The fact's content hash; for one that carries none, SHA-256 of the same content."""
    if fact.contenthash is not None:
        return fact.contenthash
    times = {"time": show_instant(fact.observed_at), "enteredat": show_instant(fact.entered_at)}
    return contenthash({"type": fact.type, "data": fact.data, **times}, None)
