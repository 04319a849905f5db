"""Secrets: how they are made, hashed and compared. Nothing here stores or prints one.

A token is 256 random bits, so its SHA-256 says nothing about it and can be looked up. A PIN is short, so it
is hashed by argon2id, slow on purpose. An enrolment code is typed by hand once, within the hour.
"""

import hashlib
import itertools
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

_PINS = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""argon2id with 19 MiB: what keeps a small machine at the door usable while several workers sign in."""

_NOBODY = _PINS.hash(secrets.token_hex(8))
"""Checked where there is no such person, so that the answer takes as long as for one who is there."""

_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_PIN = re.compile(r"[0-9]{4,12}\Z", re.ASCII)


def new_token(kind: str) -> str:
    """A new bearer token: `wakeful_<kind>_`, so that a scanner of repositories knows it, and 256 random
    bits."""
    return f"wakeful_{kind}_{secrets.token_urlsafe(32)}"


def new_code() -> str:
    """A new enrolment code, `XXXXX-XXXXX`: 49 random bits without letters that are mistaken for others."""
    letters = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def code_hash(code: str) -> str:
    """The hash under which a code is kept; case, blanks and hyphens do not matter."""
    return token_hash(re.sub(r"[\s-]", "", code).upper())


def token_hash(secret: str) -> str:
    """The hash under which a token is kept and found."""
    return hashlib.sha256(secret.encode()).hexdigest()


def weakness(pin: str) -> str | None:
    """What is wrong with a PIN as a new one, with the remedy; None if it will do."""
    if not _PIN.match(pin):
        return "a PIN is 4 to 12 digits"
    steps = {int(b) - int(a) for a, b in itertools.pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        return "this PIN is the first that anybody would try; take digits that are not all alike or in a row"
    return None


def pin_hash(pin: str) -> str:
    """argon2id of a PIN. Raises ValueError for one that is too weak."""
    wrong = weakness(pin)
    if wrong is not None:
        raise ValueError(wrong)
    return _PINS.hash(pin)


def pin_matches(pin: str, stored: str | None) -> bool:
    """Whether the PIN is the one that was hashed. Slow (some 30 ms of one core), never in an event loop."""
    try:
        return _PINS.verify(stored or _NOBODY, pin) and stored is not None
    except VerificationError:
        return False
