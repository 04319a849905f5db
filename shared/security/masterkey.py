"""The master key: one small file outside the data folder, its owner's alone, that wraps all other keys.

Made whole or not at all, and replaced in one step (`replace_master_key`). What it wraps is `shared.security.keys`'.
"""

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path
from typing import Final

import platformdirs
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.durable import sync, written, written_beside

KEY_BYTES: Final = 32


class MasterKeyUnusable(Exception):  # noqa: N818 - reads as what it says
    """The master key is missing, lies where it must not, is readable by others, or is not the one that the
    keys were wrapped with. The message says what to do; nothing was changed."""


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
    _refuse_inside(path, data_folder)
    if not path.exists():
        if not make:
            raise MasterKeyUnusable(
                f"there is no master key at {path}; put it back from its backup, or name it in "
                "WAKEFUL_MASTER_KEY_FILE (without it no sealed text can be read)"
            )
        make_master_key(path)
    return _read_master_key(path)


def make_master_key(path: Path, *, data_folder: Path | None = None) -> bool:
    """Make the file, whole or not at all; False where there is one already, which stays as it is. Raises
    MasterKeyUnusable for a place inside `data_folder`."""
    _refuse_inside(path, data_folder)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with written_beside(path) as (file, beside):
        file.write(_line(new_master_key()))
    try:
        os.link(beside, path)
    except FileExistsError:
        return False  # another process was first, and its key counts
    finally:
        beside.unlink()
    sync(path.parent)
    return True


def new_master_key() -> bytes:
    """32 random bytes, not yet written anywhere."""
    return secrets.token_bytes(KEY_BYTES)


def derived(master_key: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose (HKDF-SHA-256): whoever learns it learns neither the master key nor the key of
    another purpose. It changes with the master key, so nothing that has to last may be sealed or signed by it."""
    info = b"wakeful: " + purpose.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master_key)


def replace_master_key(path: Path, key: bytes) -> None:
    """Put `key` in the place of the one in the file, in one step: whoever looks, also after a power cut, finds the
    old one whole or the new one whole."""
    with written(path.resolve()) as file:  # a link stays a link
        file.write(_line(key))


def _line(key: bytes) -> bytes:
    return base64.b64encode(key) + b"\n"


def _refuse_inside(path: Path, data_folder: Path | None) -> None:
    if data_folder is not None and path.resolve().is_relative_to(data_folder.resolve()):
        raise MasterKeyUnusable(
            f"the master key {path} lies inside the data folder {data_folder}: whoever copies the "
            f"data has the key to it; move it out (say to {default_master_key_path()}) and name it in "
            "WAKEFUL_MASTER_KEY_FILE"
        )


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
    if len(key) != KEY_BYTES:
        raise MasterKeyUnusable(
            f"{path} holds no master key (32 bytes in base64); put it back from its backup, or name the "
            "right file in WAKEFUL_MASTER_KEY_FILE"
        )
    return key
