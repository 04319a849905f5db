"""Signatures of what goes out, after Standard Webhooks: who gets it can tell that it is ours, whole and not old.

Of a secret's life nothing is known here: while one takes the place of another both are given, and both sign.
"""

import base64
import binascii
from datetime import UTC, datetime
from typing import Final

from standardwebhooks.webhooks import Webhook

from shared.instants import SECOND, Instant

PREFIX: Final = "whsec_"
LEAST: Final = 24
MOST: Final = 64
"""Bytes of a key."""
TOGETHER: Final = 4
"""Secrets that may stand together."""


def keys_in(secret: str) -> list[bytes]:
    """The keys in one secret, or in several with spaces between. Raises ValueError, with the remedy and without the
    secret."""
    keys = [_key(each) for each in secret.split()]
    if not 1 <= len(keys) <= TOGETHER or not all(LEAST <= len(key) <= MOST for key in keys):
        raise ValueError(
            f"write whsec_ and {LEAST} to {MOST} random bytes in base64; while a new one takes its place, the two with "
            "a space between"
        )
    return keys


def signed(secret: str, message_id: str, at: Instant, body: bytes) -> dict[str, str]:
    """The headers to send `body` with. `message_id`: the same on every retry; `at`: of this attempt. Raises
    ValueError."""
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    text = body.decode()
    signatures = [Webhook(key).sign(message_id, moment, text) for key in keys_in(secret)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at // SECOND),
        "webhook-signature": " ".join(signatures),
    }


def _key(secret: str) -> bytes:
    bare = secret.removeprefix(PREFIX).rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
