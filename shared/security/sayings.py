"""What somebody says of an entry of operations (`shared.store.operations`), at rest: sealed under operations' own key.

As much may be said there of a child as in any answer to an alert, and whoever can read the database may not read that.
The key is derived from the installation's own, as that of people's ways is. A text that was kept before texts were
sealed is read as it is, and sealed when the door next starts (`seal_old`).
"""

import base64
import secrets
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from shared.events.canonical import canonical
from shared.security.keystables import NONCE_BYTES
from shared.store import operations
from shared.store.texts import storable

SEALED: Final = "sealed:"
UNREADABLE: Final = "…"
"""Shown in place of a text that does not open."""

_log = structlog.get_logger("operations")


class Sayings:
    """Seals and opens them. `key`: 32 bytes, the same for ever (`KeyRing.operations_key`)."""

    def __init__(self, key: bytes) -> None:
        self._sealing = AESGCM(key)

    def sealed(self, entry_id: str, text: str) -> str:
        """As it is kept."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._sealing.encrypt(nonce, storable(text).encode(), _bound_to(entry_id))
        return SEALED + base64.b64encode(nonce + sealed).decode()

    def opened(self, entry_id: str, kept: str | None) -> str | None:
        """As it was said."""
        if kept is None or not kept.startswith(SEALED):
            return kept
        try:
            raw = base64.b64decode(kept.removeprefix(SEALED))
            return self._sealing.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(entry_id)).decode()
        except (ValueError, InvalidTag):
            _log.error("what was said of an entry of operations does not open", entry_id=entry_id)
            return UNREADABLE

    def old(self, connection: Connection) -> list[tuple[str, str]]:
        """What was kept before texts were sealed, by entry."""
        return [each for each in operations.said(connection) if not each[1].startswith(SEALED)]

    def seal_old(self, connection: Connection) -> None:
        """Seal that."""
        for entry_id, text in self.old(connection):
            operations.keep_said(connection, entry_id, self.sealed(entry_id, text))


def _bound_to(entry_id: str) -> bytes:
    """A text opens for this entry alone."""
    return canonical(["wakeful said of operations", entry_id])
