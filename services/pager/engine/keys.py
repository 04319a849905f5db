"""The names by which messages and what is told of them are known: the same in every run, on every retry. Pure."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from services.pager.chain.parts import Queued
from shared.events.canonical import canonical
from shared.instants import Instant, show_instant
from shared.monitor import Effect
from shared.topics import PAGES

NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wakeful:pages")

SENT: Final = "page.sent.v1"
FAILED: Final = "page.failed.v1"
SKIPPED: Final = "page.skipped.v1"
UNDELIVERED: Final = "page.undelivered.v1"


def key_of(alert_id: str, queued: Queued) -> str:
    """The idempotency key of a message: of (alert, step, round, person)."""
    about: list[Any] = [alert_id, queued.step, queued.round, queued.person]
    if queued.purpose in ("commissioner", "update"):
        about = [alert_id, queued.purpose, queued.round, queued.person]
    return str(uuid5(NAMESPACE, canonical(about).decode()))


def bundle_of(keys: Sequence[str]) -> str:
    """Of several that go as one; a message alone goes by its own."""
    if len(keys) == 1:
        return keys[0]
    return str(uuid5(NAMESPACE, canonical(sorted(keys)).decode()))


def told(type_: str, key: str, home_id: str, at: Instant, data: dict[str, Any], *about: Any) -> Effect:
    """An event of `wakeful.pages`. `about`: what tells it from others of its type about the same message."""
    event_id = str(uuid5(UUID(key), canonical([type_, *about]).decode()))
    when = show_instant(at)
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": "wakeful/pager",
        "type": type_,
        "subject": data["alert_id"],
        "time": when,
        "enteredat": when,
        "homeid": home_id,
        "actor": "wakeful",
        "datacontenttype": "application/json",
        "data": data,
    }
    return Effect(PAGES, home_id, event_id, at, event)
