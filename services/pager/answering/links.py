"""Links by which somebody answers: signed, for one person, one purpose and a day.

Pure: keys, ids and times in, a token or a reason out. A token is a secret, since whoever has it answers as the person
it was made for; so it opens the alerts it names and nothing else. What that person may still see and do is asked when
it is used, and never read from it.

Bytes, before base64url without padding: version (1), key id (4), purpose (1), expiry in seconds (4), the person's id
with its length (1 + n), how many more alerts there were (2), number of alerts (1), their ids (16 each), and the first
16 bytes of HMAC-SHA-256 of all that.
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final
from uuid import UUID

from shared.instants import DAY, SECOND, Duration, Instant

LIFE: Final[Duration] = DAY
ALERTS_AT_MOST: Final = 40
"""Alerts that one link answers: more make an address longer than every receiver carries, and a page that nobody reads
at night. The worst are named, of the rest only how many they are."""
KEY_PURPOSE: Final = "links by which people answer alerts"
"""What the links' key is derived for (`KeyRing.derived`)."""

_VERSION: Final = 1
_HEAD: Final = struct.Struct(">B4sBIB")
_COUNTS: Final = struct.Struct(">HB")
_MAC_BYTES: Final = 16
_PERSON_BYTES: Final = 255
_LONGEST: Final = 2048


class Purpose(Enum):
    """What one link is good for."""

    SHOW = 1
    """Opens the page, and answers by its forms."""
    HAVE = 2
    """Says "I have it", and nothing else."""
    CANNOT = 3
    """Says "I can't", and nothing else."""
    TEST = 4
    """Answers a test of a home's on-call, by its id in the place of an alert's, and opens no alert."""


class Refused(Enum):
    """Why a token opens nothing."""

    FORGED = "forged"
    """Not made here, altered, or by a key that is no longer known."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says."""

    person_id: str
    alert_ids: tuple[str, ...]
    """Worst first."""
    purpose: Purpose
    expires: Instant
    more: int = 0
    """Alerts that were told with these, and are not named."""


class Links:
    """Makes links and reads them. The first key signs; all of them are believed, so that a new one can be put before
    an old one, which is taken away when its last links have expired."""

    def __init__(self, url: str, keys: Sequence[bytes]) -> None:
        """`url`: where people come in, without a slash at its end. `keys`: 32 bytes each, see `KEY_PURPOSE`."""
        self._url = url
        self._by_id = {_key_id(key): key for key in keys}
        self._signs = _key_id(keys[0])

    def url(self, person_id: str, alert_ids: Sequence[str], purpose: Purpose, at: Instant) -> str:
        """The whole address; the same for the same arguments, so that a message is the same on every retry."""
        return f"{self._url}/a/{self.token(person_id, alert_ids, purpose, at)}"

    def token(self, person_id: str, alert_ids: Sequence[str], purpose: Purpose, at: Instant) -> str:
        """A token made at `at`, good for `LIFE`. Raises ValueError: no alert, an id that is no UUID, a person's id of
        more than 255 bytes."""
        person, named = person_id.encode(), alert_ids[:ALERTS_AT_MOST]
        if not named or len(person) > _PERSON_BYTES:
            raise ValueError("a link names a person, by an id of at most 255 bytes, and at least one alert")
        more = min(len(alert_ids) - len(named), 0xFFFF)
        expires = -(-(at + LIFE) // SECOND)
        signed = b"".join(
            (
                _HEAD.pack(_VERSION, self._signs, purpose.value, expires, len(person)),
                person,
                _COUNTS.pack(more, len(named)),
                *(UUID(alert_id).bytes for alert_id in named),
            )
        )
        return _text(signed + _mac(self._by_id[self._signs], signed))

    def read(self, token: str, now: Instant) -> Link | Refused:
        """What a token says, if it was made here and is not over at `now`."""
        raw = _bytes(token)
        signed, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        key = self._by_id.get(signed[1:5], b"")
        if not hmac.compare_digest(_mac(key, signed), mac) or not key:
            return Refused.FORGED
        link = _read(signed)
        if link is None:
            return Refused.FORGED
        return link if now < link.expires else Refused.EXPIRED


def _read(signed: bytes) -> Link | None:
    """What was signed; None: in a form of another version."""
    if signed[0] != _VERSION:
        return None
    _, _, purpose, expires, length = _HEAD.unpack_from(signed)
    person_ends = _HEAD.size + length
    more, count = _COUNTS.unpack_from(signed, person_ends)
    begin = person_ends + _COUNTS.size
    alert_ids = tuple(str(UUID(bytes=signed[at : at + 16])) for at in range(begin, begin + 16 * count, 16))
    person_id = signed[_HEAD.size : person_ends].decode()
    return Link(person_id, alert_ids, Purpose(purpose), expires * SECOND, more)


def _key_id(key: bytes) -> bytes:
    """Tells keys apart, and nothing of them."""
    return hmac.digest(key, b"wakeful: which key signed a link", "sha256")[:4]


def _mac(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, sha256)[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(token: str) -> bytes:
    """The bytes of a token; none where it is written in any other way than ours (some bits of base64 say nothing)."""
    if not token.isascii() or len(token) > _LONGEST:
        return b""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except binascii.Error:
        return b""
    return raw if _text(raw) == token else b""
