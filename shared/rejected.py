"""The event that says that a fact may not stand (`wakeful.rejected`). Pure.

The id is UUIDv5(topic, event id, reason) and the bytes name no service, so that services that see the same one say it
once. Who finds out, and why it may not stand, is the runner's (`shared.runner.rejection`) or a monitor's to say.
"""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from shared.acceptance import Refusal
from shared.events.canonical import canonical
from shared.instants import Instant, show_instant
from shared.monitor import Effect
from shared.topics import REJECTED

NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wakeful:rejected")
TYPE: Final = "fact.rejected.v1"


def rejected(topic: str, home_id: str, event_id: str, at: Instant, refusal: Refusal) -> Effect:
    """What a monitor tells of a fact that it refuses, where it knows of no place in the log. `at`: its append."""
    said = {"field": refusal.field, "remedy": refusal.remedy}
    return told(topic, home_id, event_id, at, refusal.reason, said)


def told(topic: str, home_id: str, event_id: str, at: Instant, reason: str, more: dict[str, Any]) -> Effect:
    """The event itself; `more`: what else is known of it."""
    when = show_instant(at)
    id_ = str(uuid5(NAMESPACE, canonical([topic, event_id, reason]).decode()))
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": "wakeful/acceptance",
        "type": TYPE,
        "subject": event_id,
        "time": when,
        "enteredat": when,
        "homeid": home_id,
        "actor": "wakeful",
        "datacontenttype": "application/json",
        "data": {"topic": topic, "event_id": event_id, "reason": reason, **more},
    }
    return Effect(REJECTED, home_id, id_, at, event)
