"""Ids of checks in few bytes. Pure."""

from binascii import unhexlify
from hashlib import blake2b
from typing import Final

INLINE: Final = 8
"""Of a journal's entry: its id is short, and stands in its place."""
ELSEWHERE: Final = 16
"""Its id is long, and no UUID."""


def packed(id_: str) -> tuple[int, bytes]:
    """An id in 16 bytes, and the flag that says how; of one that does not go in, b""."""
    if len(id_) == 36 and id_[8:24:5] == "----" and id_.lower() == id_ != id_.upper():
        try:
            raw = unhexlify(id_.replace("-", ""))
        except ValueError:
            return ELSEWHERE, b""
        return (0, raw) if len(raw) == 16 else (ELSEWHERE, b"")
    if len(id_) < 16 and id_.isascii():
        return INLINE, bytes((len(id_),)) + id_.encode()
    return ELSEWHERE, b""


def unpacked(how: int, raw: bytes) -> str:
    """The id that was packed so."""
    if how == INLINE:
        return raw[1 : raw[0] + 1].decode()
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def mark_of(id_: str) -> bytes:
    """Six bytes that stand for a check's id where only this one is asked for: the last ones of a UUID, which are
    random."""
    how, raw = packed(id_)
    return raw[10:] if how == 0 else blake2b(id_.encode(), digest_size=6).digest()
