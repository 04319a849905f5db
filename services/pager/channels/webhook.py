"""`webhook`: what is told, whole, to a system of the receiver's own; signed after Standard Webhooks.

Address: where to POST to. Secret: one to four signing secrets with spaces between, that all sign: put the new one
beside the old, change it over there, take the old one away. What the body holds is told in `docs/channels.md`.
"""

from typing import Any

import orjson

from services.pager.channels.addresses import wrong_url
from services.pager.channels.base import Address, Message, Outcome
from services.pager.channels.sending import Sender, never
from shared.instants import Duration, Instant, show_instant
from shared.security.signing import keys_in, signed


class Webhook:
    """The channel. `private`: whether addresses of private networks are allowed."""

    name = "webhook"

    def __init__(self, sender: Sender, *, private: bool) -> None:
        self._sender = sender
        self._private = private

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        return await post_signed(
            self._sender, address.to, address.secret or "", message.key, body(message), within
        )

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do."""
        return wrong_url(address.to, private=self._private) or wrong_secret(address)


async def post_signed(
    sender: Sender,
    url: str,
    secret: str,
    key: str,
    body: dict[str, Any],
    within: Duration,
    *,
    ours: bool = False,
) -> Outcome:
    """POST a body with the headers of Standard Webhooks: the id is the same on every retry, the time is of this one."""
    content = orjson.dumps(body)
    at: Instant = sender.now
    try:
        headers = signed(secret, key, at, content)
    except ValueError as error:
        return never(f"the signing secret cannot be used: {error}")
    return await sender.post(url, content, headers, within, ours=ours)


def wrong_secret(address: Address) -> str | None:
    """What is wrong with a signing secret."""
    try:
        keys_in(address.secret or "")
    except ValueError as error:
        return f"has no secret that can sign; {error}"
    return None


def body(message: Message) -> dict[str, Any]:
    """The same on every retry, byte for byte."""
    return {
        "type": f"wakeful.{message.purpose}",
        "timestamp": show_instant(message.at),
        "data": {
            "key": message.key,
            "thread": message.thread,
            "purpose": message.purpose,
            "status": message.status,
            "title": message.title,
            "text": message.text,
            "link": message.link,
            "alert_ids": list(message.alert_ids),
            "labels": dict(message.labels),
            "actions": [{"label": each.label, "url": each.url} for each in message.actions],
        },
    }
