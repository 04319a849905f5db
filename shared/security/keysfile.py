"""The keys file: the keys of an installation on their way to another machine, or kept apart from a backup of the log.

JSON, sealed by a passphrase (scrypt, AES-256-GCM). It needs no master key: the machine that takes it in has its own,
and whoever has but the file, or but the log, has nothing. Keys that were destroyed are in it as tombstones. How they
are taken in is `shared.security.keysmove`'s.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from shared.durable import written
from shared.events.canonical import canonical
from shared.instants import Instant, parse_instant, show_instant

FORMAT: Final = 1
LEAST: Final = 12
"""Characters of a passphrase."""
_COST: Final = {"n": 1 << 17, "r": 8, "p": 1}
"""128 MiB and a third of a second: what each guess costs."""
_MOST: Final = {"n": 1 << 20, "r": 16, "p": 4}
_LONGEST: Final = 1 << 28


class KeysFileUnusable(Exception):  # noqa: N818 - reads as what it says
    """It is no keys file, is damaged, or the passphrase is another. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key, in plain."""

    id: str
    home_id: str
    placement_id: str
    """Empty: the home's own."""
    key: bytes | None
    """None: destroyed."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a keys file holds."""

    made_at: Instant
    contenthash_key: bytes
    keys: tuple[Key, ...]

    @property
    def installation(self) -> str:
        """Which installation they are of."""
        return installation_of(self.contenthash_key)


def installation_of(contenthash_key: bytes) -> str:
    """A name for an installation, made of its key of content hashes and telling nothing of it."""
    return hmac.new(contenthash_key, b"wakeful installation", hashlib.sha256).hexdigest()[:24]


def write(path: Path, contents: Contents, passphrase: str) -> None:
    """Write the file, whole or not at all, mode 0600. In the place of an older keys file; never of anything else.

    Raises KeysFileUnusable where something else is there, or the passphrase is too short.
    """
    refuse_short(passphrase)
    if path.exists():
        _header(path)
    body = canonical(_sealed(contents, passphrase)) + b"\n"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written(path) as file:
        file.write(body)


def refuse_short(passphrase: str) -> None:
    """Raises KeysFileUnusable for a passphrase that can be guessed."""
    if len(passphrase) < LEAST:
        raise KeysFileUnusable(
            f"a passphrase of {len(passphrase)} characters can be guessed; take at least {LEAST}"
        )


def read(path: Path, passphrase: str) -> Contents:
    """What the file holds. Raises KeysFileUnusable, and FileNotFoundError."""
    header = _header(path)
    try:
        sealed = base64.b64decode(header.pop("sealed"), validate=True)
        key = AESGCM(_stretched(passphrase, header["kdf"]))
        plain = key.decrypt(base64.b64decode(header["nonce"], validate=True), sealed, canonical(header))
    except InvalidTag as error:
        raise KeysFileUnusable(
            f"{path} does not open: the passphrase is another, or the file is damaged; try again, or take another copy"
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise KeysFileUnusable(f"{path} is damaged; take another copy of it") from error
    return _contents(orjson.loads(plain))


def _header(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            header = orjson.loads(file.read(_LONGEST))
        found = header["wakeful_keys"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise KeysFileUnusable(
            f"{path} is no keys file; name one that `wakeful keys export` wrote"
        ) from error
    if found != FORMAT:
        raise KeysFileUnusable(
            f"{path} is a keys file of format {found}, this Wakeful knows {FORMAT}; upgrade it"
        )
    return dict(header)


def _sealed(contents: Contents, passphrase: str) -> dict[str, Any]:
    kdf = {"name": "scrypt", "salt": _text(secrets.token_bytes(16)), **_COST}
    nonce = secrets.token_bytes(12)
    header = {"wakeful_keys": FORMAT, "kdf": kdf, "nonce": _text(nonce)}
    plain = canonical(
        {
            "made_at": show_instant(contents.made_at),
            "contenthash": _text(contents.contenthash_key),
            "keys": [
                [each.id, each.home_id, each.placement_id, None if each.key is None else _text(each.key)]
                for each in contents.keys
            ],
        }
    )
    sealed = AESGCM(_stretched(passphrase, kdf)).encrypt(nonce, plain, canonical(header))
    return {**header, "sealed": _text(sealed)}


def _contents(plain: dict[str, Any]) -> Contents:
    keys = (
        Key(id_, home_id, placement_id, None if key is None else base64.b64decode(key))
        for id_, home_id, placement_id, key in plain["keys"]
    )
    return Contents(parse_instant(plain["made_at"]), base64.b64decode(plain["contenthash"]), tuple(keys))


def _stretched(passphrase: str, kdf: dict[str, Any]) -> bytes:
    cost = {name: int(kdf[name]) for name in _COST}
    if kdf["name"] != "scrypt" or any(not 0 < cost[name] <= most for name, most in _MOST.items()):
        raise ValueError("a cost that no file of ours has")
    salt = base64.b64decode(kdf["salt"], validate=True)
    return Scrypt(salt=salt, length=32, **cost).derive(passphrase.encode())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
