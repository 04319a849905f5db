"""The keys of sealed texts: one a placement and one a home, made on first use, wrapped by the master key.

The ring is a file of its own beside the log, or a schema of its own in Postgres; the master key that opens it lies in
another folder (decision 0004). Destroying a placement's key is the erasure of its texts. Who may read a text is not
asked here; how the master key is replaced is `shared.security.keysrotation`'s, how keys move to another machine
`shared.security.keysfile`'s.
"""

import base64
import os
import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Engine

from shared.events.canonical import canonical
from shared.security.keystables import (
    CONTENTHASH,
    DATA_KEYS,
    HOME,
    INSTALLATION_KEYS,
    NONCE_BYTES,
    NotScrubbed,
    Wrapping,
    at,
    overwrite,
    scrub,
    scrub_schema,
    settle,
)
from shared.security.masterkey import (
    KEY_BYTES,
    MasterKeyUnusable,
    default_master_key_path,
    derived,
    load_master_key,
)
from shared.store.engine import make_engine, writing
from shared.store.schema import opened
from shared.store.upserts import insert_into

__all__ = [
    "MIGRATIONS",
    "SCHEMA",
    "KeyRing",
    "MasterKeyUnusable",
    "NotScrubbed",
    "SealBroken",
    "Standing",
    "default_master_key_path",
    "load_master_key",
    "open_engine",
]

MIGRATIONS: Final = Path(__file__).parent / "keys_migrations"
SCHEMA: Final = "keys"
_LOOK: Final = {
    "sqlite": "SELECT id, wrapped FROM data_keys WHERE home_id = ? AND placement_id = ?",
    "postgresql": "SELECT id, wrapped FROM data_keys WHERE home_id = %s AND placement_id = %s",
}


def open_engine(where: Path | str) -> Engine:
    """Where keys lie: a file, or a schema that has one writer as a file has (no key may be wrapped by a master key that
    is being replaced)."""
    return make_engine(where, schema=(SCHEMA,), durable=True, one_writer=True)


class SealBroken(Exception):  # noqa: N818
    """A sealed text was altered, or names a key that this ring has never had."""


class Standing(NamedTuple):
    """One key of the ring, without the key."""

    id: str
    home_id: str
    placement_id: str | None
    """None: the home's own."""
    destroyed: bool


class KeyRing:
    """The keys of one installation. Safe for use from several threads; several processes may share the file (or the
    schema).

    No key is kept in memory: each text asks the file, so that an erasure by another process is one here from the
    moment it is durable (11 µs a text). Raises MasterKeyUnusable where the file's keys were wrapped by another master
    key; TooOld where it is in a database that `wakeful migrate` has not brought up to date.
    """

    def __init__(
        self, where: Path | str | Engine, master_key: bytes, *, contenthash_key: bytes | None = None
    ) -> None:
        """`where`: a file, the address of a database, or what `open_engine` made of one. `contenthash_key`: the
        installation's, where the ring is new and the installation is not."""
        self.path = where if isinstance(where, Path) else None
        if self.path is not None:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self.wrapping = Wrapping(master_key)
        self._derived = partial(derived, master_key)
        self.engine = where if isinstance(where, Engine) else open_engine(where)
        self._look_up = _LOOK[self.engine.dialect.name]
        try:
            opened(self.engine, MIGRATIONS, "schema_keys")
            self._contenthash_key = self._installation_key(contenthash_key or secrets.token_bytes(KEY_BYTES))
        except BaseException:
            self.close()
            raise

    @property
    def contenthash_key(self) -> bytes:
        """The installation's key of content hashes: made once, never rotated, in no export of facts (EVENTS.md); it
        leaves the installation only as the installation itself does (decision 0011)."""
        return self._contenthash_key

    def derived(self, purpose: str) -> bytes:
        """The installation's key for one purpose, for what need not outlive its master key
        (`shared.security.masterkey.derived`)."""
        return self._derived(purpose)

    @property
    def ways_key(self) -> bytes:
        """What the ways of reaching people are sealed by (`shared.security.ways`): derived from the installation's key,
        so it is as old as that, wherever the installation goes and however often its master key is replaced."""
        return self._from_the_installations(b"wakeful ways of reaching people")

    @property
    def operations_key(self) -> bytes:
        """Operations' own: what is said of their entries is sealed by it (`shared.security.sayings`). As old, too."""
        return self._from_the_installations(b"wakeful what is said of operations")

    def _from_the_installations(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, None, purpose).derive(self._contenthash_key)

    def seal(self, text: str, home_id: str, placement_id: str | None) -> dict[str, str]:
        """The text under the key of the placement, or of the home; the key is durable before it is used.

        A key that was destroyed seals nothing: the text is dropped, and what is left marks that there was
        one.
        """
        place = (home_id, placement_id or HOME)
        key_id, wrapped = self._look(*place) or self._make(*place)
        if wrapped is None:
            return {"sealed": "", "key": key_id}
        key = AESGCM(self.wrapping.unwrap(wrapped, key_id, *place))
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + key.encrypt(nonce, text.encode(), _bound_to(key_id))
        return {"sealed": base64.b64encode(sealed).decode(), "key": key_id}

    def open(self, sealed: Mapping[str, str], home_id: str, placement_id: str | None) -> str | None:
        """The text; None where its key was destroyed. Always asks the file, so that an erasure by another
        process is an erasure here.

        Raises SealBroken; also for a key of another home, or of another placement than this (None: any of the
        home's): an event of one child must never show a text of another.
        """
        key_id = sealed["key"]
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(DATA_KEYS).where(DATA_KEYS.c.id == key_id)).one_or_none()
        if row is None:
            raise SealBroken(f"key {key_id} is not in this ring; restore the keys from their backup")
        if row.home_id != home_id or (placement_id and row.placement_id not in (placement_id, HOME)):
            raise SealBroken(
                f"key {key_id} is of another child or home than the event that its text stands in"
            )
        if row.wrapped is None or not sealed["sealed"]:
            return None
        key = AESGCM(self.wrapping.unwrap(row.wrapped, row.id, row.home_id, row.placement_id))
        try:
            raw = base64.b64decode(sealed["sealed"], validate=True)
            return key.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound_to(key_id)).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"a text sealed under key {key_id} was altered") from error

    def destroy(self, home_id: str, placement_id: str | None) -> None:
        """Erase: the key is gone for ever, its row stays as a tombstone, and no page of the file keeps it. Again is
        the same once more; whoever never had a key gets a tombstone too, and nothing will be sealed later.

        On Postgres an UPDATE leaves the old row in its page, and VACUUM the bytes: the tables are written anew (VACUUM
        FULL), which takes as long as it takes to copy them, and they are the owner's alone to ask for. What it cannot
        reach are copies: write-ahead log that is kept or archived, standbys' own, base backups, dumps. The key lies in
        them wrapped, so they open nothing without the master key of their time; they are over when they are deleted, or
        when that master key is (`shared.security.keysrotation`). The same holds for backups of a file.

        Raises NotScrubbed.
        """
        place = {"home_id": home_id, "placement_id": placement_id or HOME}
        with writing(self.engine) as connection:
            overwrite(connection)
            new = insert_into(connection, DATA_KEYS).values(id=_new_id(), **place)
            gone = new.on_conflict_do_update(
                index_elements=["home_id", "placement_id"], set_={"wrapped": None, "rewrapped": None}
            )
            connection.execute(gone)
        self.scrub()

    def scrub(self) -> None:
        """Leave nothing of what was destroyed. Raises NotScrubbed."""
        if self.path is not None:
            scrub(self.path)
        else:
            scrub_schema(self.engine)

    def standing(self, home_id: str, placement_id: str | None) -> Standing | None:
        """The key of a placement or home; None before its first use."""
        found = self._look(home_id, placement_id or HOME)
        return None if found is None else Standing(found[0], home_id, placement_id, found[1] is None)

    def homes_of(self, placement_id: str) -> list[str]:
        """The homes that have a key, or had one, for a placement of that id."""
        query = sa.select(DATA_KEYS.c.home_id).where(DATA_KEYS.c.placement_id == placement_id)
        with self.engine.connect() as connection:
            return sorted(connection.scalars(query))

    def still_opens(self, connection: sa.Connection) -> bytes:
        """The key of content hashes as it lies in the file now. Asked in every transaction that adds a key: raises
        MasterKeyUnusable where the master key was replaced meanwhile."""
        query = sa.select(INSTALLATION_KEYS.c.wrapped).where(INSTALLATION_KEYS.c.name == CONTENTHASH)
        return self.wrapping.unwrap(connection.scalar(query) or b"", CONTENTHASH)

    def close(self) -> None:
        """Let go of it."""
        self.engine.dispose()

    def _look(self, home_id: str, placement_id: str) -> tuple[str, bytes | None] | None:
        # By the driver: each text waits for this, and SQLAlchemy's own way takes seven times as long.
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(self._look_up, (home_id, placement_id))
            found: tuple[str, bytes | None] | None = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        return found

    def _make(self, home_id: str, placement_id: str) -> tuple[str, bytes | None]:
        place, key_id = (home_id, placement_id), _new_id()
        wrapped = self.wrapping.wrap(AESGCM.generate_key(256), key_id, *place)
        new = {"id": key_id, "home_id": home_id, "placement_id": placement_id, "wrapped": wrapped}
        # Whoever comes first has made it; what is read back is what everybody uses.
        with writing(self.engine) as connection:
            self.still_opens(connection)  # no key may be wrapped by a master key that was replaced
            connection.execute(insert_into(connection, DATA_KEYS).values(new).on_conflict_do_nothing())
            kept = connection.execute(sa.select(DATA_KEYS).where(at(*place))).one()
        return kept.id, kept.wrapped

    def _installation_key(self, new: bytes) -> bytes:
        row = {"name": CONTENTHASH, "wrapped": self.wrapping.wrap(new, CONTENTHASH)}
        with writing(self.engine) as connection:
            connection.execute(
                insert_into(connection, INSTALLATION_KEYS).values(row).on_conflict_do_nothing()
            )
            settle(connection, self.wrapping)
            return self.still_opens(connection)


def _new_id() -> str:
    return f"key_{secrets.token_hex(12)}"


def _bound_to(key_id: str) -> bytes:
    """What a sealed text is authenticated with: its key's id, and so the placement or home that the key is
    of."""
    return canonical(["wakeful text", key_id])
