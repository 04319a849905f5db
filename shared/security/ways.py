"""The ways in which a person is reached, at rest: what opens anything is sealed, and is never shown again.

Every way is kept as what may be shown of it and, where there is more, a sealed part. Of e-mail addresses and telephone
numbers all may be shown; of any other address only where it leads, for whoever knows the rest may send there or read
along; of a secret, and of an option whose name ends in `secret`, only that there is one.

The key is derived from the installation's own, which the master key wraps: a new master key, a backup and a move to
another machine leave every way as it was (`shared.security.keysrotation`, `keysfile`).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.events.canonical import canonical
from shared.security.keystables import NONCE_BYTES

SET: Final = "set"
"""What is shown of a secret."""
SHOWN: Final = frozenset({"email", "sms", "voice"})
"""The channels whose addresses are no secret."""
DEFAULT: Final = "default"
"""An address that says nothing: the channel's own."""
HIDDEN: Final = "…"
"""Stands for the part of an address that is not shown."""

_log = structlog.get_logger("people")


@dataclass(frozen=True, slots=True)
class Address:
    """One way to reach somebody, with its secret opened."""

    channel: str
    to: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


class WayWrong(Exception):  # noqa: N818 - reads as what it says
    """A way cannot be written down so. `number`: which of them, from 0; `part` of it: `to` or `secret`."""

    def __init__(self, number: int, part: str, remedy: str) -> None:
        super().__init__(f"reach.{number}.{part}: {remedy}")
        self.number = number
        self.part = part
        self.remedy = remedy


class Ways:
    """Seals and opens them. `key`: 32 bytes, the same for ever (`KeyRing.ways_key`)."""

    def __init__(self, key: bytes) -> None:
        self._sealing = AESGCM(key)
        self._told: set[str] = set()
        self._marking = hashlib.sha256(b"wakeful mark of a way" + key).digest()

    def kept(self, person_id: str, addresses: Sequence[Address]) -> tuple[Mapping[str, Any], ...]:
        """As `people` keeps them."""
        return tuple(self._kept(person_id, each) for each in addresses)

    def opened(self, person_id: str, reach: Sequence[Mapping[str, Any]]) -> tuple[Address, ...]:
        """The addresses, best first. One that does not open is left out, and that is logged once."""
        found = (self._opened(person_id, each) for each in reach)
        return tuple(each for each in found if each is not None)

    def wanted(
        self, person_id: str, given: Sequence[Address], known: Sequence[Mapping[str, Any]]
    ) -> list[Address]:
        """What somebody wrote down, whole: where they wrote what they were shown, as it is kept. Raises WayWrong."""
        before = [(each, self._opened(person_id, each)) for each in known]
        return [self._wanted(number, each, before) for number, each in enumerate(given)]

    def _wanted(
        self,
        number: int,
        given: Address,
        before: Sequence[tuple[Mapping[str, Any], Address | None]],
    ) -> Address:
        hidden = given.channel not in SHOWN and HIDDEN in given.to
        asked = given.secret == SET or any(
            value == SET and is_secret(name) for name, value in given.options.items()
        )
        if not hidden and not asked:
            return given
        for kept, address in before:
            if address is None or address.channel != given.channel:
                continue
            if given.to in (address.to, shown(kept)["to"]):
                secret = address.secret if given.secret in (None, SET) else given.secret
                options = {
                    name: address.options.get(name, value) if value == SET and is_secret(name) else value
                    for name, value in given.options.items()
                }
                return replace(given, to=address.to, secret=secret, options=options)
        part = "to" if hidden else "secret" if given.secret == SET else "options"
        raise WayWrong(number, part, "none is kept that this could stand for; write it whole")

    def _kept(self, person_id: str, address: Address) -> Mapping[str, Any]:
        open_ = address.channel in SHOWN
        kept: dict[str, Any] = {
            "channel": address.channel,
            "to": address.to
            if open_ or address.to == DEFAULT
            else f"{_outside(address)}{HIDDEN}{self._mark(address)}",
        }
        hidden = {name: value for name, value in address.options.items() if is_secret(name)}
        if address.options:
            kept["options"] = {**address.options, **dict.fromkeys(hidden, SET)}
        if address.secret is not None:
            kept["secret"] = SET
        if not open_ or address.secret is not None or hidden:
            nonce = secrets.token_bytes(NONCE_BYTES)
            plain = canonical({"to": address.to, "secret": address.secret, "options": hidden})
            sealed = self._sealing.encrypt(nonce, plain, _bound_to(person_id, address.channel))
            kept["sealed"] = base64.b64encode(nonce + sealed).decode()
        return kept

    def _opened(self, person_id: str, kept: Mapping[str, Any]) -> Address | None:
        channel, options = kept["channel"], kept.get("options", {})
        if "sealed" not in kept:
            return Address(channel, kept["to"], kept.get("secret"), options)
        raw = base64.b64decode(kept["sealed"])
        try:
            plain = self._sealing.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(person_id, channel))
        except InvalidTag:
            if person_id not in self._told:  # asked again before every send
                self._told.add(person_id)
                _log.error("a way of reaching somebody does not open; write it anew", person_id=person_id)
            return None
        opened = orjson.loads(plain)
        return Address(channel, opened["to"], opened["secret"], {**options, **opened["options"]})

    def _mark(self, address: Address) -> str:
        """Tells two addresses of one place apart, and nothing else of them."""
        about = canonical([address.channel, address.to])
        return hmac.new(self._marking, about, hashlib.sha256).hexdigest()[:6]


def is_secret(option: str) -> bool:
    """Whether an option is a secret, by its name."""
    return option.endswith("secret")


def shown(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What may be shown of a way as it is kept."""
    may = {name: value for name, value in kept.items() if name != "sealed"}
    if kept.get("secret") is not None:
        may["secret"] = SET
    if kept.get("options"):
        may["options"] = {name: SET if is_secret(name) else each for name, each in kept["options"].items()}
    if "sealed" not in kept and kept["channel"] not in SHOWN:
        may["to"] = f"{_outside(Address(kept['channel'], kept['to']))}{HIDDEN}"
    return may


def _outside(address: Address) -> str:
    """Where an address leads, and no more: `https://receiver.example/`, `slack://`."""
    scheme, mark, _rest = address.to.partition("://")
    if not mark:
        return ""
    if address.channel == "apprise":
        return f"{scheme}://"  # what follows may be a token
    try:
        host = urlsplit(address.to).hostname or ""
    except ValueError:
        host = ""
    return f"{scheme}://{host}/"


def _bound_to(person_id: str, channel: str) -> bytes:
    """A sealed part opens for this person and channel alone."""
    return canonical(["wakeful way", person_id, channel])
