"""Keys on their way to another machine: sealed by a passphrase, of one installation, and never back from the dead."""

import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import orjson
import pytest

from shared.security import keysfile
from shared.security.keys import KeyRing
from shared.security.keysfile import Contents, KeysFileUnusable
from shared.security.keysmove import OtherInstallation, contents, take_in

PASSPHRASE = "nine sample horses"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap guess: what it costs is no part of these rules."""
    monkeypatch.setattr(keysfile, "_COST", {"n": 1 << 10, "r": 8, "p": 1})


class Rings:
    """Rings of several machines, each under a master key of its own."""

    def __init__(self, place: Path, stack: ExitStack) -> None:
        self._place = place
        self._stack = stack

    def on(self, machine: int, given: Contents | None = None) -> KeyRing:
        """That machine's; a new one is of the installation of `given`."""
        path = self._place / f"machine-{machine}.sqlite3"
        hashes = None if given is None else given.contenthash_key
        ring = KeyRing(path, bytes([machine]) * 32, contenthash_key=hashes)
        return self._stack.enter_context(closing(ring))


@pytest.fixture
def rings(tmp_path: Path) -> Iterator[Rings]:
    with ExitStack() as stack:
        yield Rings(tmp_path, stack)


def test_keys_come_to_another_machine_with_its_own_master_key(rings: Rings, tmp_path: Path) -> None:
    one = rings.on(1)
    sealed = {who: one.seal("Asleep.", "H1", who) for who in ("P1", "P2", None)}
    one.destroy("H1", "P2")
    keysfile.write(tmp_path / "k", contents(one, 7000), PASSPHRASE)

    given = keysfile.read(tmp_path / "k", PASSPHRASE)
    assert (given.made_at, len(given.keys)) == (7000, 3)
    two = rings.on(2, given)
    assert take_in(two, given).new == 3
    assert two.contenthash_key == one.contenthash_key
    assert [two.open(text, "H1", who) for who, text in sealed.items()] == ["Asleep.", None, "Asleep."]
    assert two.seal("Awake.", "H1", "P2") == {"sealed": "", "key": sealed["P2"]["key"]}


def test_nothing_in_the_file_can_be_read_without_the_passphrase(rings: Rings, tmp_path: Path) -> None:
    ring = rings.on(1)
    placement = "P-1"  # a hyphen never stands in base64: the sealed bytes cannot spell it by chance
    ring.seal("Asleep.", "H1", placement)
    given = contents(ring, 0)
    path = tmp_path / "k"
    keysfile.write(path, given, PASSPHRASE)
    raw = path.read_bytes()
    keys = [given.contenthash_key, *(each.key for each in given.keys if each.key)]
    assert not any(keysfile._text(key).encode() in raw or key in raw for key in keys)
    assert placement.encode() not in raw
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(KeysFileUnusable, match="the passphrase is another, or the file is damaged"):
        keysfile.read(path, "nine other horses")


def test_a_file_that_was_altered_is_not_used(rings: Rings, tmp_path: Path) -> None:
    path = tmp_path / "k"
    keysfile.write(path, contents(rings.on(1), 0), PASSPHRASE)
    for name, value in (("nonce", "A" * 16), ("sealed", "AAAA"), ("kdf", {"name": "none"}), ("kdf", None)):
        other = tmp_path / "other"
        other.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), name: value}))
        with pytest.raises(KeysFileUnusable, match="another copy"):
            keysfile.read(other, PASSPHRASE)


def test_a_guess_may_not_be_made_dear_without_bounds(rings: Rings, tmp_path: Path) -> None:
    path = tmp_path / "k"
    keysfile.write(path, contents(rings.on(1), 0), PASSPHRASE)
    file = orjson.loads(path.read_bytes())
    file["kdf"]["n"] = 1 << 40
    path.write_bytes(orjson.dumps(file))
    with pytest.raises(KeysFileUnusable, match="damaged"):
        keysfile.read(path, PASSPHRASE)


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b"\xff", b'{"wakeful_keys": 99}'])
def test_what_is_no_keys_file_is_neither_read_nor_overwritten(
    rings: Rings, tmp_path: Path, text: bytes
) -> None:
    path = tmp_path / "k"
    path.write_bytes(text)
    with pytest.raises(KeysFileUnusable):
        keysfile.read(path, PASSPHRASE)
    with pytest.raises(KeysFileUnusable):
        keysfile.write(path, contents(rings.on(1), 0), PASSPHRASE)
    assert path.read_bytes() == text


def test_an_older_keys_file_gives_way_to_a_newer_one(rings: Rings, tmp_path: Path) -> None:
    ring = rings.on(1)
    for made_at in (1000, 2000):
        keysfile.write(tmp_path / "k", contents(ring, made_at), PASSPHRASE)
    assert keysfile.read(tmp_path / "k", PASSPHRASE).made_at == 2000


def test_a_short_passphrase_is_not_taken(rings: Rings, tmp_path: Path) -> None:
    with pytest.raises(KeysFileUnusable, match="at least 12"):
        keysfile.write(tmp_path / "k", contents(rings.on(1), 0), "horse")
    assert not (tmp_path / "k").exists()


def test_a_key_that_was_destroyed_here_does_not_come_back(rings: Rings) -> None:
    one = rings.on(1)
    sealed = one.seal("Asleep.", "H1", "P1")
    older = contents(one, 0)
    one.destroy("H1", "P1")
    assert take_in(one, older).stay_destroyed == 1
    assert one.open(sealed, "H1", "P1") is None
    assert contents(one, 0).keys[0].key is None


def test_a_key_that_was_destroyed_elsewhere_is_destroyed_here(rings: Rings, tmp_path: Path) -> None:
    one = rings.on(1)
    sealed = one.seal("Asleep.", "H1", "P1")
    older = contents(one, 0)
    two = rings.on(2, older)
    take_in(two, older)
    with two.engine.connect() as connection:
        wrapped = connection.exec_driver_sql("SELECT wrapped FROM data_keys").scalar_one()
    one.destroy("H1", "P1")

    assert take_in(two, contents(one, 0)).destroyed == [("H1", "P1")]
    assert two.open(sealed, "H1", "P1") is None
    assert not any(wrapped in file.read_bytes() for file in tmp_path.glob("machine-2*"))


def test_taking_in_twice_is_taking_in_once(rings: Rings) -> None:
    one = rings.on(1)
    one.seal("Asleep.", "H1", "P1")
    given = contents(one, 0)
    taken = take_in(one, given)
    assert (taken.new, taken.known, taken.destroyed) == (0, 1, [])
    assert contents(one, 0) == given


def test_keys_of_another_installation_are_not_taken_in(rings: Rings) -> None:
    one, two = rings.on(1), rings.on(2)
    one.seal("Asleep.", "H1", "P1")
    with pytest.raises(OtherInstallation, match="a folder that was never started"):
        take_in(two, contents(one, 0))
    assert contents(two, 0).keys == ()


def test_another_key_of_the_same_child_is_refused_and_nothing_is_taken_in(rings: Rings) -> None:
    one = rings.on(1)
    two = rings.on(2, contents(one, 0))
    one.seal("Asleep.", "H0", "P0")
    for ring in (one, two):
        ring.seal("Asleep.", "H1", "P1")
    with pytest.raises(OtherInstallation, match="into an empty folder"):
        take_in(two, contents(one, 0))
    assert two.standing("H0", "P0") is None
