"""A new master key: whatever step is the last, the installation opens with the file that lies there."""

import os
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.log.lockfile import Locked, LockFile
from shared.security import keysrotation, masterkey
from shared.security.keys import KeyRing, MasterKeyUnusable, load_master_key
from shared.security.keysrotation import rotate, wrap_beside
from shared.security.keystables import Wrapping


class Installation:
    """A folder with two keys and a tombstone, and the file of its master key."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "data"
        self.folder.mkdir()
        self.master = place / "configuration" / "master.key"
        with closing(self.ring()) as ring:
            self.sealed = {who: ring.seal("Asleep.", "H1", who) for who in ("P1", "P2", None)}
            self.contenthash_key = ring.contenthash_key
            ring.destroy("H1", "P2")

    def ring(self) -> KeyRing:
        return KeyRing(self.folder / "keys.sqlite3", load_master_key(self.master))

    def is_whole(self) -> bool:
        """Opened by what lies in the file, all is as it was, and new keys can be made."""
        with closing(self.ring()) as ring:
            opened = {who: ring.open(text, "H1", who) for who, text in self.sealed.items()}
            assert ring.open(ring.seal("Awake.", "H1", "P3"), "H1", "P3") == "Awake."
            return (
                opened == {"P1": "Asleep.", "P2": None, None: "Asleep."}
                and ring.contenthash_key == self.contenthash_key
            )

    def holds(self, secret: bytes) -> bool:
        return any(secret in file.read_bytes() for file in self.folder.iterdir())

    def wrapped(self) -> bytes:
        with closing(self.ring()) as ring, ring.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT wrapped FROM data_keys WHERE placement_id = 'P1'")
            wrapped: bytes = found.scalar_one()
            return wrapped


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_a_rotation_keeps_every_text_and_the_tombstones(installation: Installation) -> None:
    before = load_master_key(installation.master)
    assert rotate(installation.folder, installation.master) == 3
    assert load_master_key(installation.master) != before
    assert installation.is_whole()
    assert stat.S_IMODE(installation.master.stat().st_mode) == 0o600
    assert [each.name for each in installation.master.parent.iterdir()] == ["master.key"]


def test_the_old_master_key_opens_nothing_afterwards(installation: Installation) -> None:
    before, wrapped = load_master_key(installation.master), installation.wrapped()
    rotate(installation.folder, installation.master)
    assert not installation.holds(wrapped)
    with pytest.raises(MasterKeyUnusable, match="wrapped by another master key"):
        KeyRing(installation.folder / "keys.sqlite3", before)


class Crash(BaseException):
    """The power goes."""


def no_power(*_: object) -> None:
    raise Crash


def after_the_file(path: Path, key: bytes) -> None:
    masterkey.replace_master_key(path, key)
    raise Crash


@pytest.mark.parametrize(
    ("step", "instead", "new"),
    [
        ("wrap_beside", no_power, False),
        ("replace_master_key", no_power, False),
        ("replace_master_key", after_the_file, True),
        ("settle", no_power, True),
        ("scrub", no_power, True),
    ],
)
def test_a_crash_at_any_step_leaves_an_installation_that_opens(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    instead: Callable[..., None],
    new: bool,
) -> None:
    before, wrapped = load_master_key(installation.master), installation.wrapped()
    with monkeypatch.context() as cut:
        cut.setattr(keysrotation, step, instead)
        with pytest.raises(Crash):
            rotate(installation.folder, installation.master)
    assert (load_master_key(installation.master) != before) is new
    assert installation.is_whole()

    rotate(installation.folder, installation.master)  # and it can be done again, with what was made meanwhile
    assert installation.is_whole()
    assert not installation.holds(wrapped)


def test_what_is_destroyed_between_the_steps_stays_destroyed(installation: Installation) -> None:
    new = masterkey.new_master_key()
    with closing(installation.ring()) as ring:
        wrap_beside(ring, Wrapping(new))
        ring.destroy("H1", "P1")
    masterkey.replace_master_key(installation.master, new)
    with closing(installation.ring()) as ring:
        assert ring.open(installation.sealed["P1"], "H1", "P1") is None


def test_a_key_that_comes_in_between_the_steps_is_not_left_behind(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, str]] = []

    def beside(ring: KeyRing, new: Wrapping) -> int:
        number = wrap_beside(ring, new)
        if not made:
            made.append(ring.seal("Late.", "H1", "P9"))
        return number

    monkeypatch.setattr(keysrotation, "wrap_beside", beside)
    rotate(installation.folder, installation.master)
    with closing(installation.ring()) as ring:
        assert ring.open(made[0], "H1", "P9") == "Late."


def test_whoever_still_has_the_old_master_key_makes_no_key(installation: Installation) -> None:
    with closing(installation.ring()) as old:
        rotate(installation.folder, installation.master)
        with pytest.raises(MasterKeyUnusable):
            old.seal("Awake.", "H1", "P4")
    with closing(installation.ring()) as ring:
        assert ring.standing("H1", "P4") is None


def test_nothing_is_rotated_while_somebody_writes_the_log(installation: Installation) -> None:
    before = installation.master.read_bytes()
    lock = LockFile(installation.folder / "log.sqlite3")
    try:
        with pytest.raises(Locked, match=f"process {os.getpid()}"):
            rotate(installation.folder, installation.master)
    finally:
        lock.release()
    assert installation.master.read_bytes() == before
