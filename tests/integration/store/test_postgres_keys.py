"""Erasure and a new master key where the keys lie in Postgres."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from services.house import database
from shared.security.keys import KeyRing, MasterKeyUnusable, NotScrubbed, load_master_key
from shared.security.keysfile import Contents
from shared.security.keysmove import contents, take_in
from shared.security.keysrotation import rotate_schema
from shared.security.keystables import scrub_schema
from shared.store.engine import make_engine
from tests import fresh
from tests.servers.plugin import Postgres
from tests.servers.postgres import PostgresServer, execute

MASTER = bytes(range(32))


@pytest.fixture
def url(postgres: Postgres) -> str:
    return fresh.postgres_database(postgres)


def wrapped(ring: KeyRing) -> bytes:
    with ring.engine.connect() as connection:
        found = connection.scalar(text("SELECT wrapped FROM data_keys"))
    assert isinstance(found, bytes)
    return found


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """Somebody who has begun to read, and goes on seeing what was then: a dump, say."""
    engine = make_engine(url, schema=("keys",))
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM data_keys"))
        yield connection
    engine.dispose()


def test_no_table_file_keeps_a_destroyed_key(own_postgres: PostgresServer) -> None:
    def lies_in_a_table(key: bytes) -> bool:
        execute(own_postgres.url, "CHECKPOINT")
        return any(
            key in file.read_bytes() for file in (own_postgres.data / "base").rglob("*") if file.is_file()
        )

    url = own_postgres.new_database()
    database.migrate(url)
    with closing(KeyRing(url, MASTER)) as ring:
        ring.seal("Asleep.", "home-1", "p-1")
        key = wrapped(ring)
        assert lies_in_a_table(key)
        ring.destroy("home-1", "p-1")
        assert not lies_in_a_table(key)
        kept = ring.seal("Awake.", "home-1", "p-2")
        assert ring.open(kept, "home-1", "p-2") == "Awake."


@pytest.mark.parametrize("holds_the_table", [True, False])
def test_destroying_beside_somebody_who_reads_says_that_it_is_not_done(
    url: str, holds_the_table: bool
) -> None:
    with closing(KeyRing(url, MASTER)) as ring:
        sealed = ring.seal("Asleep.", "home-1", "p-1")
        with reading(f"{url}&options=-c%20idle_in_transaction_session_timeout%3D0") as somebody:
            if not holds_the_table:
                somebody.rollback()
                somebody.execute(text("SELECT 1"))  # and sees what was before, all the same
            with ring.engine.begin() as connection:
                connection.execute(text("UPDATE data_keys SET wrapped = NULL"))
            with pytest.raises(NotScrubbed, match="run the same command again"):
                scrub_schema(ring.engine, timeout_s=0.1)
        assert ring.open(sealed, "home-1", "p-1") is None
        ring.destroy("home-1", "p-1")


def test_whoever_is_not_the_tables_owner_is_told_that_it_is_not_done(url: str) -> None:
    with closing(KeyRing(url, MASTER)) as ring:
        ring.seal("Asleep.", "home-1", "p-1")
        user = database.keys(url).url.database
        with ring.engine.begin() as connection:
            for statement in (
                f"CREATE ROLE {user} LOGIN",
                f"GRANT USAGE ON SCHEMA keys TO {user}",
                f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA keys TO {user}",
            ):
                connection.execute(text(statement))
    with closing(KeyRing(url.replace("postgres@", f"{user}@"), MASTER)) as ring:
        with pytest.raises(NotScrubbed, match="as the owner of the table"):
            scrub_schema(ring.engine, timeout_s=0.1)
        assert ring.seal("Awake.", "home-1", "p-2")["sealed"]


def test_a_new_master_key_keeps_every_text_and_the_old_one_makes_no_key(url: str, tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    with closing(KeyRing(url, load_master_key(file))) as old:
        sealed = old.seal("Asleep.", "home-1", "p-1")
        old.destroy("home-1", "p-2")
        assert rotate_schema(url, file) == 2
        with pytest.raises(MasterKeyUnusable):
            old.seal("Awake.", "home-1", "p-3")
    with pytest.raises(MasterKeyUnusable):
        KeyRing(url, old_key := bytes(32))
    with closing(KeyRing(url, load_master_key(file))) as new:
        assert new.open(sealed, "home-1", "p-1") == "Asleep."
        assert new.seal("Awake.", "home-1", "p-2")["sealed"] == ""
        assert new.contenthash_key == old.contenthash_key != old_key


def test_keys_move_from_a_file_into_the_database_with_their_tombstones(url: str, tmp_path: Path) -> None:
    with closing(KeyRing(tmp_path / "keys.sqlite3", bytes(32))) as ring:
        sealed, gone = (ring.seal("Asleep.", "home-1", who) for who in ("p-1", "p-2"))
        ring.destroy("home-1", "p-2")
        held: Contents = contents(ring, 0)
    with closing(KeyRing(url, MASTER, contenthash_key=held.contenthash_key)) as ring:
        taken = take_in(ring, held)
        assert taken.new == 2
        assert ring.open(sealed, "home-1", "p-1") == "Asleep."
        assert ring.open(gone, "home-1", "p-2") is None
        assert take_in(ring, held).known == 2
