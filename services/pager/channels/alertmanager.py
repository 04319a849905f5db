"""`alertmanager`: in the format of Alertmanager's webhooks (version 4), for what understands that already.

Address: where to POST to. Secret: none; a token, sent as `Authorization: Bearer`; or `user:password`.

An alert that somebody has is `firing` there too, for the format knows nothing between: the annotation `wakeful_status`
says it. Where several alerts were gathered, the labels of the message are those of the worst.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from services.pager.channels.addresses import wrong_url
from services.pager.channels.base import Address, Message, Outcome
from services.pager.channels.sending import Sender
from shared.instants import Duration, show_instant

RECEIVER: Final = "wakeful"
_NOT_YET: Final = "0001-01-01T00:00:00Z"
"""How Alertmanager says that an alert has not ended."""


class Alertmanager:
    """The channel. `private`: whether addresses of private networks are allowed."""

    name = "alertmanager"

    def __init__(self, sender: Sender, *, private: bool) -> None:
        self._sender = sender
        self._private = private

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        headers = {"Idempotency-Key": message.key, **authorization(address.secret)}
        return await self._sender.post(address.to, orjson.dumps(body(message)), headers, within)

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do."""
        return wrong_url(address.to, private=self._private) or wrong_credentials(address.secret)


def authorization(secret: str | None) -> Mapping[str, str]:
    """The header for a token, or for `user:password`."""
    if secret is None:
        return {}
    if ":" in secret:
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    return {"Authorization": f"Bearer {secret}"}


def wrong_credentials(secret: str | None) -> str | None:
    """What is wrong with a token, or with `user:password`."""
    if secret is None or (secret.isascii() and secret.isprintable() and secret.strip() == secret != ""):
        return None
    return "has a secret that no header can carry; write a token, or user:password"


def body(message: Message) -> dict[str, Any]:
    """The same on every retry, byte for byte."""
    status = "resolved" if message.status == "resolved" else "firing"
    alerts = [_alert(message, alert_id, status) for alert_id in message.alert_ids]
    return {
        "version": "4",
        "groupKey": message.thread,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": RECEIVER,
        "groupLabels": {},
        "commonLabels": _labels(message),
        "commonAnnotations": _annotations(message),
        "externalURL": message.link or "",
        "alerts": alerts,
    }


def _alert(message: Message, alert_id: str, status: str) -> dict[str, Any]:
    at = show_instant(message.at)
    return {
        "status": status,
        "labels": {**_labels(message), "alert_id": alert_id},
        "annotations": _annotations(message),
        "startsAt": at,
        "endsAt": at if status == "resolved" else _NOT_YET,
        "generatorURL": message.link or "",
        "fingerprint": hashlib.sha256(alert_id.encode()).hexdigest()[:16],
    }


def _labels(message: Message) -> dict[str, str]:
    return {"alertname": message.labels.get("kind", message.purpose), **message.labels}


def _annotations(message: Message) -> dict[str, str]:
    return {"summary": message.title, "description": message.text, "wakeful_status": message.status}
