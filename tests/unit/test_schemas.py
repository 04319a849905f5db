"""The migrations of each service make what its tables say, so that neither is changed without the other."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, inspect

from services.monitors import SERVICES
from shared.runner.service import Service
from shared.store.engine import make_engine


def shape(engine: Engine, tables: MetaData) -> dict[str, tuple[object, ...]]:
    look = inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)],
            look.get_pk_constraint(name)["constrained_columns"],
            sorted((index["name"] or "", tuple(index["column_names"])) for index in look.get_indexes(name)),
        )
        for name in tables.tables
    }


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_migrations_and_tables_are_the_same(service: Service, tmp_path: Path) -> None:
    migrated, made = make_engine(tmp_path / "migrated.sqlite3"), make_engine(tmp_path / "made.sqlite3")
    service.migrate(migrated)
    service.tables.create_all(made)
    try:
        assert shape(migrated, service.tables) == shape(made, service.tables)
    finally:
        migrated.dispose()
        made.dispose()
