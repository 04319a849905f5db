"""The keys of sealed texts: one a placement and one a home, made on first use, wrapped by the master key.

The ring is a file of its own beside the log; the master key that opens it lies in another folder (decision
0004). Destroying a placement's key is the erasure of its texts. Who may read a text is not asked here.
"""

import base64
import binascii
import os
import secrets
import stat
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import platformdirs
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.dialects.sqlite import insert

from shared.events.canonical import canonical
from shared.store.engine import make_engine, writing
from shared.store.schema import upgrade

MIGRATIONS: Final = Path(__file__).parent / "keys_migrations"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_HOME: Final = ""
"""Stands for the placement in the row of a home's own key."""
_CONTENTHASH: Final = "contenthash"

_META = sa.MetaData()
_DATA_KEYS = sa.Table(
    "data_keys",
    _META,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("home_id", sa.Text, nullable=False),
    sa.Column("placement_id", sa.Text, nullable=False),
    sa.Column("wrapped", sa.LargeBinary),
)
_INSTALLATION_KEYS = sa.Table(
    "installation_keys",
    _META,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)


class MasterKeyUnusable(Exception):  # noqa: N818 - reads as what it says
    """The master key is missing, lies where it must not, is readable by others, or is not the one that the
    keys were wrapped with. The message says what to do; nothing was changed."""


class SealBroken(Exception):  # noqa: N818
    """A sealed text was altered, or names a key that this ring has never had."""


def default_master_key_path() -> Path:
    """`master.key` in the user's configuration folder for Wakeful."""
    return platformdirs.user_config_path("wakeful") / "master.key"


def load_master_key(path: Path | None = None, make: bool = True, *, data_folder: Path | None = None) -> bytes:
    """The 32 bytes of the master key file (base64, mode 0600), made first where there is none and `make` says
    so.

    Raises MasterKeyUnusable: it lies inside `data_folder` (a backup of the data would carry the key to it),
    others may read it, or it holds something else.
    """
    path = default_master_key_path() if path is None else path
    if data_folder is not None and path.resolve().is_relative_to(data_folder.resolve()):
        raise MasterKeyUnusable(
            f"the master key {path} lies inside the data folder {data_folder}: whoever copies the "
            f"data has the key to it; move it out (say to {default_master_key_path()}) and name it in "
            "WAKEFUL_MASTER_KEY_FILE"
        )
    if not path.exists():
        if not make:
            raise MasterKeyUnusable(
                f"there is no master key at {path}; put it back from its backup, or name it in "
                "WAKEFUL_MASTER_KEY_FILE (without it no sealed text can be read)"
            )
        _make_master_key(path)
    return _read_master_key(path)


def _make_master_key(path: Path) -> None:
    """Whole or not at all, and never over one that is there: written beside, made durable, then linked."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".master-key-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return  # another process was first, and its key counts
    finally:
        os.unlink(beside)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _read_master_key(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if os.name == "posix" and mode & 0o077:
            raise MasterKeyUnusable(
                f"the master key {path} has mode {mode:04o}, so others may read it; run: chmod 600 {path}"
            )
        text = file.read(1024)
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise MasterKeyUnusable(
            f"{path} holds no master key (32 bytes in base64); put it back from its backup, or name the "
            "right file in WAKEFUL_MASTER_KEY_FILE"
        )
    return key


class KeyRing:
    """The keys of one installation. Safe for use from several threads; several processes may share the file.

    Raises MasterKeyUnusable where the file's keys were wrapped by another master key.
    """

    def __init__(self, path: Path, master_key: bytes) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._master = AESGCM(master_key)
        self._engine = make_engine(path, durable=True)
        self._lock = threading.Lock()
        self._in_use: dict[tuple[str, str], tuple[str, AESGCM | None]] = {}
        try:
            upgrade(self._engine, MIGRATIONS, "schema_keys")
            self._contenthash_key = self._installation_key(_CONTENTHASH)
        except BaseException:
            self.close()
            raise

    @property
    def contenthash_key(self) -> bytes:
        """The installation's key of content hashes: made once, never rotated, never exported (EVENTS.md)."""
        return self._contenthash_key

    def seal(self, text: str, home_id: str, placement_id: str | None) -> dict[str, str]:
        """The text under the key of the placement, or of the home; the key is durable before it is used.

        A key that was destroyed seals nothing: the text is dropped, and what is left marks that there was
        one.
        """
        key_id, key = self._key_for(home_id, placement_id or _HOME)
        if key is None:
            return {"sealed": "", "key": key_id}
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + key.encrypt(nonce, text.encode(), _bound_to(key_id))
        return {"sealed": base64.b64encode(sealed).decode(), "key": key_id}

    def open(self, sealed: Mapping[str, str], home_id: str, placement_id: str | None) -> str | None:
        """The text; None where its key was destroyed. Always asks the file, so that an erasure by another
        process is an erasure here.

        Raises SealBroken; also for a key of another home, or of another placement than this (None: any of the
        home's): an event of one child must never show a text of another.
        """
        key_id = sealed["key"]
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_DATA_KEYS).where(_DATA_KEYS.c.id == key_id)).one_or_none()
        if row is None:
            raise SealBroken(f"key {key_id} is not in this ring; restore keys.sqlite3 from its backup")
        if row.home_id != home_id or (placement_id and row.placement_id not in (placement_id, _HOME)):
            raise SealBroken(
                f"key {key_id} is of another child or home than the event that its text stands in"
            )
        key = self._unwrapped(row.id, row.home_id, row.placement_id, row.wrapped)
        if key is None or not sealed["sealed"]:
            return None
        try:
            raw = base64.b64decode(sealed["sealed"], validate=True)
            return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound_to(key_id)).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"a text sealed under key {key_id} was altered") from error

    def destroy(self, home_id: str, placement_id: str | None) -> None:
        """Erase: the key is gone for ever, its row stays as a tombstone, and no page of the file keeps it."""
        place = (home_id, placement_id or _HOME)
        self._key_for(*place)  # whoever never had a key gets a tombstone too: nothing will be sealed later
        with self._lock:
            with writing(self._engine) as connection:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
                connection.execute(sa.update(_DATA_KEYS).where(_of(*place)).values(wrapped=None))
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            self._in_use.pop(place, None)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _key_for(self, home_id: str, placement_id: str) -> tuple[str, AESGCM | None]:
        place = (home_id, placement_id)
        known = self._in_use.get(place)
        if known is None:
            with self._lock:
                known = self._in_use.get(place) or self._find_or_make(home_id, placement_id)
                self._in_use[place] = known
        return known

    def _find_or_make(self, home_id: str, placement_id: str) -> tuple[str, AESGCM | None]:
        key_id = f"key_{secrets.token_hex(12)}"
        wrapped = self._wrap(AESGCM.generate_key(256), key_id, home_id, placement_id)
        new = {"id": key_id, "home_id": home_id, "placement_id": placement_id, "wrapped": wrapped}
        # Whoever comes first has made it; what is read back is what everybody uses.
        with writing(self._engine) as connection:
            connection.execute(insert(_DATA_KEYS).values(new).on_conflict_do_nothing())
            kept = connection.execute(sa.select(_DATA_KEYS).where(_of(home_id, placement_id))).one()
        return kept.id, self._unwrapped(kept.id, home_id, placement_id, kept.wrapped)

    def _installation_key(self, name: str) -> bytes:
        wrapped = self._wrap(secrets.token_bytes(_KEY_BYTES), name)
        with writing(self._engine) as connection:
            new = insert(_INSTALLATION_KEYS).values(name=name, wrapped=wrapped)
            connection.execute(new.on_conflict_do_nothing())
            row = _INSTALLATION_KEYS.c.name == name
            kept = connection.scalar(sa.select(_INSTALLATION_KEYS.c.wrapped).where(row))
        return self._unwrap(kept or b"", name)

    def _unwrapped(
        self, key_id: str, home_id: str, placement_id: str, wrapped: bytes | None
    ) -> AESGCM | None:
        return None if wrapped is None else AESGCM(self._unwrap(wrapped, key_id, home_id, placement_id))

    def _wrap(self, key: bytes, *of: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, canonical(["wakeful key", *of]))

    def _unwrap(self, wrapped: bytes, *of: str) -> bytes:
        try:
            return self._master.decrypt(
                wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], canonical(["wakeful key", *of])
            )
        except InvalidTag as error:
            raise MasterKeyUnusable(
                "the keys in keys.sqlite3 were wrapped by another master key; put the right one back, or "
                "name it in WAKEFUL_MASTER_KEY_FILE"
            ) from error


def _of(home_id: str, placement_id: str) -> sa.ColumnElement[bool]:
    return (_DATA_KEYS.c.home_id == home_id) & (_DATA_KEYS.c.placement_id == placement_id)


def _bound_to(key_id: str) -> bytes:
    """What a sealed text is authenticated with: its key's id, and so the placement or home that the key is
    of."""
    return canonical(["wakeful text", key_id])
