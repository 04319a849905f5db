"""`pagerduty`: PagerDuty's Events API v2, and whatever else speaks it.

Secret: the integration's routing key. Address: where the events go; `default` is PagerDuty's own. All that is told of
one alert has one `dedup_key`: an incident is opened, acknowledged and resolved, never doubled by a retry.
"""

import re
from typing import Any, Final

import orjson

from services.pager.channels.addresses import wrong_url
from services.pager.channels.base import Address, Message, Outcome
from services.pager.channels.sending import Sender, never
from shared.instants import Duration, show_instant

DEFAULT: Final = "default"
ENDPOINT: Final = "https://events.pagerduty.com/v2/enqueue"
_ROUTING_KEY: Final = re.compile(r"[A-Za-z0-9]{32}")
_LONGEST_KEY: Final = 255
_LONGEST_SUMMARY: Final = 1_024
_ACTIONS: Final = {"open": "trigger", "acknowledged": "acknowledge", "resolved": "resolve"}
_SEVERITIES: Final = {
    "page": "critical",
    "test": "critical",  # it has to ring, or it tests nothing
    "operations": "error",
    "notify": "warning",
    "update": "info",
}


class Pagerduty:
    """The channel. `private`: whether addresses of private networks are allowed."""

    name = "pagerduty"

    def __init__(self, sender: Sender, *, private: bool) -> None:
        self._sender = sender
        self._private = private

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        if address.secret is None:
            return never("there is no routing key; write it as the secret")
        to = ENDPOINT if address.to == DEFAULT else address.to
        return await self._sender.post(to, orjson.dumps(body(message, address.secret)), {}, within)

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do."""
        if address.to != DEFAULT:
            wrong = wrong_url(address.to, private=self._private)
            if wrong is not None:
                return f"{wrong}; or write {DEFAULT}"
        if not _ROUTING_KEY.fullmatch(address.secret or ""):
            return "has no routing key as its secret; copy the 32 characters from the integration"
        return None


def body(message: Message, routing_key: str) -> dict[str, Any]:
    """The same on every retry, byte for byte."""
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": _ACTIONS[message.status],
        "dedup_key": message.thread[:_LONGEST_KEY],
        "payload": {
            "summary": message.title[:_LONGEST_SUMMARY],
            "source": f"wakeful/{message.labels.get('home', 'operations')}",
            "severity": _SEVERITIES[message.purpose],
            "timestamp": show_instant(message.at),
            "component": message.labels.get("placement", ""),
            "class": message.labels.get("kind", message.purpose),
            "custom_details": {**message.labels, "key": message.key, "alert_ids": list(message.alert_ids)},
        },
        "client": "Wakeful",
    }
    if message.link is not None:
        event["client_url"] = message.link
        event["links"] = [{"href": message.link, "text": "Answer"}]
    return event
