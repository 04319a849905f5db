"""`ntfy`: push messages by a server of ntfy, the public one or one's own, with buttons that answer.

Address: the topic's, `https://ntfy.example/topic`; whoever knows it can read along, so it is kept as a secret. Secret:
none; an access token; or `user:password`. What is told of one alert takes the place of what was told before, where the
server can do that (2.16 and later); an older one shows both.
"""

import hashlib
import re
from typing import Any, Final

import httpx
import orjson

from services.pager.channels.addresses import wrong_url
from services.pager.channels.alertmanager import authorization, wrong_credentials
from services.pager.channels.base import Action, Address, Message, Outcome
from services.pager.channels.sending import Sender
from shared.instants import Duration

_TOPIC: Final = re.compile(r"[-_A-Za-z0-9]{1,64}")
_PLAIN_SEQUENCE: Final = re.compile(r"[-_A-Za-z0-9]{1,64}")
_LONGEST: Final = 3_900
"""Bytes of a message: one of more than 4,096 becomes a file."""
_BUTTONS: Final = 3
"""That ntfy shows."""
_PRIORITIES: Final = {"page": 5, "test": 5, "operations": 4, "notify": 3, "update": 2}
_TAGS: Final = {"open": "rotating_light", "acknowledged": "eyes", "resolved": "white_check_mark"}


class Ntfy:
    """The channel. `private`: whether addresses of private networks are allowed."""

    name = "ntfy"

    def __init__(self, sender: Sender, *, private: bool) -> None:
        self._sender = sender
        self._private = private

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        server, topic = _parts(address.to)
        content = orjson.dumps(body(message, topic))
        return await self._sender.post(server, content, authorization(address.secret), within)

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do."""
        wrong = wrong_url(address.to, private=self._private)
        if wrong is not None:
            return wrong
        if not _TOPIC.fullmatch(_parts(address.to)[1]) or httpx.URL(address.to).query:
            return "names no topic; write it like https://ntfy.example/topic"
        return wrong_credentials(address.secret)


def _parts(to: str) -> tuple[str, str]:
    """The server's root, and the topic."""
    root, _, topic = to.rpartition("/")
    return f"{root}/", topic


def body(message: Message, topic: str) -> dict[str, Any]:
    """The same on every retry, byte for byte."""
    told: dict[str, Any] = {
        "topic": topic,
        "sequence_id": _sequence(message.thread),
        "title": message.title,
        "message": shortened(message.text or message.title, _LONGEST),
        "priority": _PRIORITIES[message.purpose],
        "tags": [_TAGS[message.status]],
    }
    if message.link is not None:
        told["click"] = message.link
    if message.status != "resolved":
        told["actions"] = _buttons(message.link, message.actions)
    return told


def _buttons(link: str | None, actions: tuple[Action, ...]) -> list[dict[str, Any]]:
    view = [] if link is None else [{"action": "view", "label": "Open", "url": link}]
    answers = [
        {"action": "http", "label": each.label, "url": each.url, "method": "POST", "clear": True}
        for each in actions
    ]
    return [*answers[: _BUTTONS - len(view)], *view]


def _sequence(thread: str) -> str:
    return thread if _PLAIN_SEQUENCE.fullmatch(thread) else hashlib.sha256(thread.encode()).hexdigest()[:32]


def shortened(text: str, most: int) -> str:
    """The text, cut to `most` bytes of UTF-8, and marked where it was."""
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"
