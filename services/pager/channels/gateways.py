"""`sms` and `voice`: text messages and calls, by a gateway that the provider runs or rents.

Nobody's API is built in: a gateway takes one documented shape (`docs/channels.md`), signed after Standard Webhooks, and
turns it into whatever its network wants. Where it is, and what is signed with, are settings of ours
(WAKEFUL_SMS_URL, WAKEFUL_SMS_SECRET; WAKEFUL_VOICE_…), so its address may be private. A person's address is a number.
"""

import re
from typing import Any, Final, Literal

from pydantic import SecretStr

from services.pager.channels.base import Address, Message, Outcome
from services.pager.channels.ntfy import shortened
from services.pager.channels.sending import Sender, never
from services.pager.channels.webhook import post_signed
from shared.instants import Duration, show_instant

_NUMBER: Final = re.compile(r"\+[1-9][0-9 ().-]{5,30}", re.ASCII)
_MOST_DIGITS: Final = 15
_LEAST_DIGITS: Final = 7
_WEB: Final = re.compile(r"\S*://\S*")
_LONGEST: Final = {"sms": 400, "voice": 2_000}
"""Bytes of text, the link of a text message not counted: three messages in one, with a link."""


class Gateway:
    """The channel. `url` and `secret`: of the gateway; None: there is none."""

    def __init__(
        self,
        kind: Literal["sms", "voice"],
        sender: Sender,
        url: SecretStr | None,
        secret: SecretStr | None,
    ) -> None:
        self.name: str = kind
        self._kind = kind
        self._sender = sender
        self._url = url
        self._secret = secret

    async def send(self, message: Message, address: Address, within: Duration) -> Outcome:
        """Carry it."""
        if self._url is None or self._secret is None:
            setting = f"WAKEFUL_{self._kind.upper()}"
            return never(f"there is no gateway for {self._kind}; set {setting}_URL and {setting}_SECRET")
        return await post_signed(
            self._sender,
            self._url.get_secret_value(),
            self._secret.get_secret_value(),
            message.key,
            body(message, self._kind, number(address.to)),
            within,
            ours=True,
        )

    def wrong(self, address: Address) -> str | None:
        """What is wrong with an address, and what to do."""
        digits = len(number(address.to)) - 1
        if not _NUMBER.fullmatch(address.to) or not _LEAST_DIGITS <= digits <= _MOST_DIGITS:
            return "is not a number that can be dialled from anywhere; write it like +44 7700 900123"
        if address.secret is not None:
            return "needs no secret; leave it out"
        return None


def number(to: str) -> str:
    """The number without spaces and brackets: `+447700900123`."""
    return "+" + re.sub(r"[^0-9]", "", to)


def body(message: Message, kind: Literal["sms", "voice"], to: str) -> dict[str, Any]:
    """The same on every retry, byte for byte."""
    return {
        "to": to,
        "kind": kind,
        "text": _written(message) if kind == "sms" else _spoken(message),
        "key": message.key,
        "thread": message.thread,
        "purpose": message.purpose,
        "status": message.status,
        "at": show_instant(message.at),
        "callback": message.link,
        "actions": [
            {"digit": str(digit), "label": each.label, "url": each.url}
            for digit, each in enumerate(message.actions[:9], start=1)
        ],
    }


def _written(message: Message) -> str:
    text = shortened(message.title, _LONGEST["sms"])
    return text if message.link is None else f"{text} {message.link}"


def _spoken(message: Message) -> str:
    """What can be read aloud: no addresses, no line breaks."""
    whole = f"{message.title}. {message.text}" if message.text else message.title
    return shortened(" ".join(_WEB.sub("", whole).split()), _LONGEST["voice"])
