"""A new master key, in steps each of which may be the last: the installation opens after a crash at any of them.

    1. Nobody else: the folder's lock, so `wakeful up` is stopped (it would go on wrapping new keys by the old one). In
       Postgres each key that is made asks first whether its master key is still the one.
    2. In one transaction every key is wrapped a second time, by the new master key, beside the old wrapping.
    3. In another, that holds off every writer: the file of the master key is replaced in one step. That is the commit
       point: before it the old key opens the old wrappings, after it the new key the new ones.
    4. Still in it, the new wrappings take the place of the old. After a crash whoever opens the ring next does that.
    5. No page keeps an old wrapping.

The keys themselves stay the same: no text is sealed again, and a fact sent again is known again.
"""

from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from shared.log.lockfile import LockFile
from shared.security.keys import KeyRing
from shared.security.keystables import CONTENTHASH, DATA_KEYS, INSTALLATION_KEYS, Wrapping, at, scrub, settle
from shared.security.masterkey import load_master_key, new_master_key, replace_master_key
from shared.store.engine import writing


def rotate(folder: Path, master_key_file: Path) -> int:
    """Replace the master key of the installation in `folder`; how many keys the new one wraps.

    Raises Locked, MasterKeyUnusable, NotScrubbed (then all is done but step 5: rotate again).
    """
    lock = LockFile(folder / "log.sqlite3")
    try:
        old = load_master_key(master_key_file, make=False, data_folder=folder)
        with closing(KeyRing(folder / "keys.sqlite3", old)) as ring:
            number = _rotated(ring, master_key_file)
        scrub(folder / "keys.sqlite3")
        return number
    finally:
        lock.release()


def rotate_schema(url: str, master_key_file: Path) -> int:
    """The same where the keys lie in Postgres. There is no folder to lock: a gateway that still has the old master key
    makes no new key, and opens no text, until it is started again with the new one.

    Raises MasterKeyUnusable, NotScrubbed (then all is done but step 5: rotate again), TooOld.
    """
    with closing(KeyRing(url, load_master_key(master_key_file, make=False))) as ring:
        number = _rotated(ring, master_key_file)
        ring.scrub()
    return number


def _rotated(ring: KeyRing, master_key_file: Path) -> int:
    """Steps 2 to 4."""
    new = new_master_key()
    number = wrap_beside(ring, Wrapping(new))
    while not _replaced(ring, master_key_file, new):
        number = wrap_beside(ring, Wrapping(new))
    return number


def wrap_beside(ring: KeyRing, new: Wrapping) -> int:
    """Step 2; how many keys."""
    with writing(ring.engine) as connection:
        again = new.wrap(ring.still_opens(connection), CONTENTHASH)
        connection.execute(sa.update(INSTALLATION_KEYS).values(rewrapped=again))
        rows = connection.execute(sa.select(DATA_KEYS).where(DATA_KEYS.c.wrapped.is_not(None))).all()
        for row in rows:
            of = (row.id, row.home_id, row.placement_id)
            again = new.wrap(ring.wrapping.unwrap(row.wrapped, *of), *of)
            connection.execute(sa.update(DATA_KEYS).where(at(*of[1:])).values(rewrapped=again))
    return len(rows) + 1


def _replaced(ring: KeyRing, master_key_file: Path, new: bytes) -> bool:
    """Steps 3 and 4; False where a key has come in meanwhile."""
    alone = DATA_KEYS.c.wrapped.is_not(None) & DATA_KEYS.c.rewrapped.is_(None)
    with writing(ring.engine) as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(DATA_KEYS).where(alone)):
            return False
        # Where this fails, nothing is taken back: the file may have been replaced all the same.
        replace_master_key(master_key_file, new)
        settle(connection, Wrapping(new))
    return True
