"""The migrations make what the tables say, so that neither is changed without the other."""

from pathlib import Path

from sqlalchemy import Engine, inspect

from services.cover.tables import METADATA, MIGRATIONS
from shared.store.engine import make_engine
from shared.store.schema import upgrade, version_table_of


def shape(engine: Engine) -> dict[str, tuple[object, ...]]:
    look = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)],
            look.get_pk_constraint(name)["constrained_columns"],
            sorted((index["name"] or "", tuple(index["column_names"])) for index in look.get_indexes(name)),
        )
        for name in METADATA.tables
    }


def test_migrations_and_tables_are_the_same(tmp_path: Path) -> None:
    migrated, made = make_engine(tmp_path / "migrated.sqlite3"), make_engine(tmp_path / "made.sqlite3")
    upgrade(migrated, MIGRATIONS, version_table_of("cover"))
    METADATA.create_all(made)
    assert shape(migrated) == shape(made)
    migrated.dispose()
    made.dispose()
