"""What is said of an entry of operations is sealed at rest, and what was kept before that is sealed too."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from shared.security.sayings import SEALED, UNREADABLE, Sayings
from shared.store import operations
from shared.store.tables import METADATA

WORDS = "I drive to Larch, the child in room 2 is alone"


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.begin() as made:
        yield made
    engine.dispose()


def test_what_is_said_opens_for_its_entry_and_its_key_alone() -> None:
    sayings = Sayings(b"k" * 32)
    kept = sayings.sealed("e1", WORDS)
    assert kept.startswith(SEALED)
    assert "Larch" not in kept
    assert sayings.opened("e1", kept) == WORDS
    assert sayings.opened("e2", kept) == UNREADABLE
    assert Sayings(b"x" * 32).opened("e1", kept) == UNREADABLE
    assert sayings.opened("e1", SEALED + "no base64!") == UNREADABLE
    assert sayings.opened("e1", None) is None


def test_what_was_said_before_is_read_as_it_is_and_then_sealed(connection: Connection) -> None:
    sayings = Sayings(b"k" * 32)
    old, new = (
        operations.raise_once(connection, operations.ROTA_GAP, None, home, 1, "nobody") for home in "HI"
    )
    operations.acknowledge(connection, old, "A", WORDS, 9)
    operations.acknowledge(connection, new, "A", sayings.sealed(new, WORDS), 9)
    assert sayings.opened(old, WORDS) == WORDS
    assert sayings.old(connection) == [(old, WORDS)]
    before = dict(operations.said(connection))[new]
    sayings.seal_old(connection)
    kept = dict(operations.said(connection))
    assert kept[new] == before
    assert "Larch" not in kept[old]
    assert {sayings.opened(each, text) for each, text in kept.items()} == {WORDS}
    assert sayings.old(connection) == []
