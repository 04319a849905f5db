"""The facts of benchmarks as the log takes them: whole envelopes, not validated: nothing here measures the door."""

from typing import Any

from shared.events.canonical import canonical
from shared.facts import Fact
from shared.instants import show_instant
from shared.log.base import Draft


def draft_of(fact: Fact) -> Draft:
    """One fact on its way into the log."""
    return Draft(fact.topic, fact.home_id, fact.id, fact.contenthash or fact.id, canonical(envelope_of(fact)))


def envelope_of(fact: Fact) -> dict[str, Any]:
    """Its envelope, without a hash of its content."""
    return {
        "specversion": "1.0",
        "id": fact.id,
        "source": fact.source,
        "type": fact.type,
        "subject": fact.subject,
        "time": show_instant(fact.observed_at),
        "enteredat": show_instant(fact.entered_at),
        "homeid": fact.home_id,
        "actor": fact.actor,
        "datacontenttype": "application/json",
        "data": fact.data,
    }
