"""The key ring: keys by placement and home, durable before they are used; erasure; the master key's place."""

import base64
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from shared.events.sealing import seal, unseal
from shared.events.validate import validate
from shared.security.keys import (
    MIGRATIONS,
    SCHEMA,
    KeyRing,
    MasterKeyUnusable,
    NotScrubbed,
    SealBroken,
    open_engine,
)
from shared.security.keystables import scrub
from shared.store.schema import make_schemas, upgrade
from tests.servers.plugin import Postgres
from tests.unit.events.samples import EVENTS, Event, a

MASTER = bytes(range(32))
posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.sqlite3"


Where: TypeAlias = Path | str


@pytest.fixture(params=["file", "postgres"])
def where(request: pytest.FixtureRequest, path: Path) -> Where:
    """A file, or a database: what holds in one holds in the other."""
    return path if request.param == "file" else new_keys(request.getfixturevalue("postgres"))


in_a_file = pytest.mark.parametrize("where", ["file"], indirect=True)


def new_keys(server: Postgres) -> str:
    """A database of the test's own with an empty schema of keys."""
    url = server.new_database()
    with closing_engine(open_engine(url)) as engine:
        make_schemas(engine, [SCHEMA])
        upgrade(engine, MIGRATIONS, "schema_keys")
    return url


@contextmanager
def closing_engine(engine: Engine) -> Iterator[Engine]:
    yield engine
    engine.dispose()


@pytest.fixture
def opened() -> Iterator[Callable[[Where], KeyRing]]:
    """Opens rings, as other processes would, and closes them all."""
    with ExitStack() as rings:
        yield lambda where: rings.enter_context(closing(KeyRing(where, MASTER)))


Opened: TypeAlias = Callable[[Where], KeyRing]


@pytest.fixture
def ring(where: Where, opened: Opened) -> KeyRing:
    return opened(where)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"])), placement=st.sampled_from(["p-1", "p-2", None])
)
def test_what_is_sealed_opens_again(ring: KeyRing, text: str, placement: str | None) -> None:
    sealed = ring.seal(text, "home-1", placement)
    assert ring.open(sealed, "home-1", placement) == text
    assert ring.seal(text, "home-1", placement)["sealed"] != sealed["sealed"]  # a nonce is never used twice


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["type"])
def test_every_event_is_valid_sealed_and_comes_back_whole(ring: KeyRing, event: Event) -> None:
    plain = unseal(event, _Blind())
    sealed = seal(plain, ring)
    assert validate(sealed, unknown="refuse") == sealed
    assert unseal(sealed, ring) == plain


class _Blind:
    """Reads every sealed text of a golden event as the same words."""

    def open(self, sealed: object, home_id: str, placement_id: str | None) -> str:
        return "What it said."


def test_each_placement_and_each_home_has_a_key_of_its_own(ring: KeyRing) -> None:
    places = [("home-1", None), ("home-1", "p-1"), ("home-1", "p-2"), ("home-2", None), ("home-2", "p-1")]
    keys = [ring.seal("x", *place)["key"] for place in places]
    assert len(set(keys)) == len(places)
    assert [ring.seal("y", *place)["key"] for place in places] == keys


def test_a_key_is_durable_before_it_is_used(ring: KeyRing, where: Where, opened: Opened) -> None:
    sealed = ring.seal("Asleep.", "home-1", "p-1")
    # Not closed: what another process finds in the file is all that a crash would have left.
    assert opened(where).open(sealed, "home-1", "p-1") == "Asleep."
    assert opened(where).seal("x", "home-1", "p-1")["key"] == sealed["key"]


def test_many_threads_and_rings_agree_on_one_key(where: Where, opened: Opened) -> None:
    rings = [opened(where), opened(where)]
    found: list[tuple[str, str]] = []
    start = threading.Barrier(8)

    def work(number: int) -> None:
        start.wait()
        placements = ("p-1", "p-2", "p-3")
        found.extend((who, rings[number % 2].seal("x", "home-1", who)["key"]) for who in placements)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 24
    assert len(set(found)) == 3


def test_the_content_hash_key_is_made_once(
    ring: KeyRing, where: Where, tmp_path: Path, opened: Opened
) -> None:
    assert len(ring.contenthash_key) == 32
    assert opened(where).contenthash_key == ring.contenthash_key
    assert opened(tmp_path / "other.sqlite3").contenthash_key != ring.contenthash_key


@in_a_file
def test_no_key_lies_in_the_file_unwrapped(ring: KeyRing, path: Path) -> None:
    ring.close()
    assert ring.contenthash_key not in path.read_bytes()
    assert MASTER not in path.read_bytes()


def test_another_master_key_opens_nothing_and_says_so(ring: KeyRing, where: Where) -> None:
    ring.seal("x", "home-1", "p-1")
    with pytest.raises(MasterKeyUnusable, match="wrapped by another master key; put the right one back"):
        KeyRing(where, bytes(32))


@pytest.mark.parametrize("bit", [0, 12, 20])
def test_an_altered_text_is_found_out(ring: KeyRing, bit: int) -> None:
    sealed = ring.seal("Asleep.", "home-1", "p-1")
    raw = bytearray(base64.b64decode(sealed["sealed"]))
    raw[bit] ^= 1
    with pytest.raises(SealBroken, match="was altered"):
        ring.open({**sealed, "sealed": base64.b64encode(raw).decode()}, "home-1", "p-1")


@pytest.mark.parametrize("sealed", ["QUJD", "not base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="])
def test_what_was_never_sealed_is_found_out(ring: KeyRing, sealed: str) -> None:
    key = ring.seal("x", "home-1", "p-1")["key"]
    with pytest.raises(SealBroken):
        ring.open({"sealed": sealed, "key": key}, "home-1", "p-1")


def test_a_text_of_one_child_cannot_be_passed_off_as_anothers(ring: KeyRing) -> None:
    mine, other = ring.seal("Asleep.", "home-1", "p-1"), ring.seal("x", "home-1", "p-2")
    with pytest.raises(SealBroken, match="was altered"):
        ring.open({"sealed": mine["sealed"], "key": other["key"]}, "home-1", "p-2")


@pytest.mark.parametrize(("home", "placement"), [("home-1", "p-2"), ("home-2", "p-1"), ("home-2", None)])
def test_a_text_opens_only_in_an_event_of_its_own_child(
    ring: KeyRing, home: str, placement: str | None
) -> None:
    sealed = ring.seal("Asleep.", "home-1", "p-1")
    with pytest.raises(SealBroken, match="of another child or home"):
        ring.open(sealed, home, placement)
    assert ring.open(sealed, "home-1", None) == "Asleep."


def test_a_text_of_the_home_opens_in_any_event_of_the_home(ring: KeyRing) -> None:
    sealed = ring.seal("Drill.", "home-1", None)
    assert ring.open(sealed, "home-1", "p-1") == ring.open(sealed, "home-1", None) == "Drill."


def test_an_unknown_key_is_named(ring: KeyRing) -> None:
    with pytest.raises(SealBroken, match=r"key key_9 is not in this ring; restore the keys"):
        ring.open({"sealed": "QUJD", "key": "key_9"}, "home-1", "p-1")


# Erasure.


def test_destroying_a_key_erases_its_texts_and_no_others(ring: KeyRing) -> None:
    gone, kept, homes = (ring.seal("Asleep.", "home-1", who) for who in ("p-1", "p-2", None))
    ring.destroy("home-1", "p-1")

    assert ring.open(gone, "home-1", "p-1") is None
    assert ring.open(kept, "home-1", "p-2") == ring.open(homes, "home-1", None) == "Asleep."


def test_later_text_for_a_destroyed_key_is_dropped_and_marked(
    ring: KeyRing, where: Where, opened: Opened
) -> None:
    key = ring.seal("Asleep.", "home-1", "p-1")["key"]
    ring.destroy("home-1", "p-1")
    for one in (ring, opened(where)):
        assert one.seal("Awake.", "home-1", "p-1") == {"sealed": "", "key": key}
        assert one.open({"sealed": "", "key": key}, "home-1", "p-1") is None
    event = seal(a("check.recorded.v1", 1), ring)
    assert validate(event, unknown="refuse") == event


def test_a_key_that_was_never_used_can_be_destroyed_beforehand(ring: KeyRing) -> None:
    ring.destroy("home-1", "p-1")
    assert ring.seal("Awake.", "home-1", "p-1")["sealed"] == ""


def test_an_erasure_by_another_process_is_an_erasure_here(
    ring: KeyRing, where: Where, opened: Opened
) -> None:
    sealed = ring.seal("Asleep.", "home-1", "p-1")
    opened(where).destroy("home-1", "p-1")
    assert ring.open(sealed, "home-1", "p-1") is None


def test_what_another_process_destroyed_seals_nothing_here(
    ring: KeyRing, where: Where, opened: Opened
) -> None:
    before = ring.seal("Asleep.", "home-1", "p-1")
    opened(where).destroy("home-1", "p-1")
    assert ring.seal("Awake.", "home-1", "p-1") == {"sealed": "", "key": before["key"]}


@in_a_file
def test_destroying_beside_somebody_who_reads_says_that_it_is_not_done(ring: KeyRing, path: Path) -> None:
    wrapped = _wrapped(ring, ring.seal("Asleep.", "home-1", "p-1")["key"])
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM data_keys").fetchone()
        with closing(sqlite3.connect(path)) as writer, writer:
            writer.execute("UPDATE data_keys SET wrapped = NULL")
        with pytest.raises(NotScrubbed, match="run the same command again"):
            scrub(path, timeout_s=0.1)
        reader.execute("COMMIT")
    ring.destroy("home-1", "p-1")
    assert not any(wrapped in file.read_bytes() for file in path.parent.glob("keys.sqlite3*"))


def test_no_page_of_the_file_keeps_a_destroyed_key(path: Path, opened: Opened) -> None:
    ring = opened(path)
    sealed = ring.seal("Asleep.", "home-1", "p-1")
    wrapped = _wrapped(ring, sealed["key"])
    files = [path, path.with_name(path.name + "-wal")]
    assert any(wrapped in file.read_bytes() for file in files)
    ring.destroy("home-1", "p-1")
    assert not any(wrapped in file.read_bytes() for file in files if file.exists())


def _wrapped(ring: KeyRing, key_id: str) -> bytes:
    with ring.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT wrapped FROM data_keys WHERE id = ?", (key_id,)
        ).scalar_one()
    assert isinstance(found, bytes)
    return found


@posix
@in_a_file
def test_the_ring_itself_is_its_owners_alone(ring: KeyRing, path: Path) -> None:
    ring.seal("x", "home-1", None)
    for file in path.parent.glob("keys.sqlite3*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
