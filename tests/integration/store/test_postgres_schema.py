"""Postgres is brought up to date as a file is, each owner in a schema of its own, by however many at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, inspect, text

from services import monitors
from services.gateway.tables import METADATA as GATEWAY
from services.house import database, paging
from services.monitors import SERVICES
from services.pager.engine.tables import METADATA as PAGES
from services.pager.trial.book import METADATA as TESTS
from shared.security.keystables import META as KEYS
from shared.security.tables import METADATA as ACCESS
from shared.store.engine import make_engine, writing
from shared.store.schema import TooNew, TooOld, upgrade
from shared.store.tables import METADATA as SHARED
from tests.servers.plugin import Postgres

SCHEMAS: dict[str, list[MetaData]] = {
    "wakeful": [SHARED],
    **{name: [service.tables] for name, service in SERVICES.items()},
    "gateway": [GATEWAY],
    "keys": [KEYS],
    "access": [ACCESS],
}
SCHEMAS["pager"] += [TESTS, PAGES]  # what no log can make again stands beside its read model


@contextmanager
def opened(url: str, *schema: str) -> Iterator[Engine]:
    engine = make_engine(url, schema=schema)
    try:
        yield engine
    finally:
        engine.dispose()


def shape(engine: Engine) -> dict[str, tuple[list[str], list[str]]]:
    """The columns of each table, and of its key."""
    look = inspect(engine)
    return {
        table: (
            sorted(column["name"] for column in look.get_columns(table)),
            look.get_pk_constraint(table)["constrained_columns"],
        )
        for table in look.get_table_names()
        if not table.startswith("schema_")
    }


def declared(owned: list[MetaData]) -> dict[str, tuple[list[str], list[str]]]:
    return {
        name: (sorted(table.columns.keys()), [column.name for column in table.primary_key])
        for metadata in owned
        for name, table in metadata.tables.items()
    }


def test_each_owners_tables_stand_in_its_schema_as_they_are_declared(postgres: Postgres) -> None:
    url = postgres.new_database()
    before = database.migrate(url)
    assert set(before) == set(SCHEMAS)
    assert {standing.found for standing in before.values()} == {None}
    for schema, owned in SCHEMAS.items():
        with opened(url, schema) as engine:
            assert {name: (columns, sorted(key)) for name, (columns, key) in shape(engine).items()} == {
                name: (columns, sorted(key)) for name, (columns, key) in declared(owned).items()
            }
    database.check(url)


def test_a_file_has_the_same_tables_as_postgres(tmp_path: Path, postgres: Postgres) -> None:
    with opened(f"sqlite:///{tmp_path / 'views.sqlite3'}") as file:
        monitors.migrate(file)
        paging.migrate(file)
        assert shape(file) == {
            name: columns
            for schema in ("wakeful", *SERVICES)
            for name, columns in declared(SCHEMAS[schema]).items()
        }


def test_text_is_ordered_by_its_bytes_whatever_the_database_was_made_with(postgres: Postgres) -> None:
    url = postgres.new_database()
    database.migrate(url)
    with opened(url) as engine, engine.connect() as connection:
        other = connection.execute(
            text(
                "SELECT attrelid::regclass, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
                "WHERE relkind = 'r' AND NOT attisdropped AND relnamespace::regnamespace::text = ANY(:ours) "
                "AND attcollation NOT IN (0, '\"C\"'::regcollation) AND relname NOT LIKE 'schema_%'"
            ),
            {"ours": list(SCHEMAS)},
        ).all()
    assert other == []


def test_of_many_who_migrate_at_once_one_does_it_and_the_others_find_it_done(postgres: Postgres) -> None:
    url = postgres.new_database()
    with ThreadPoolExecutor(8) as several:
        found = [each.result() for each in [several.submit(database.migrate, url) for _ in range(8)]]
    assert len(found) == 8
    database.check(url)


def test_who_may_not_migrate_is_told_what_to_run(postgres: Postgres) -> None:
    url = postgres.new_database()
    with pytest.raises(TooOld, match=r"schema_store is not there yet.*run `wakeful migrate`"):
        database.check(url)
    database.migrate(url)
    with opened(url, "checks") as engine, writing(engine) as connection:
        connection.execute(text("UPDATE schema_checks SET version_num = '0001'"))
    with pytest.raises(TooOld, match=r"schema_checks is at 0001.*WAKEFUL_DATABASE_URL"):
        database.check(url)


def test_a_schema_newer_than_the_code_is_left_alone(postgres: Postgres) -> None:
    url = postgres.new_database()
    database.migrate(url)
    with opened(url, "keys") as engine, writing(engine) as connection:
        connection.execute(text("UPDATE schema_keys SET version_num = '0999'"))
    for call in (database.check, database.migrate):
        with pytest.raises(TooNew, match="schema_keys is 0999"):
            call(url)


def test_a_migration_that_fails_leaves_everything_as_it_was(tmp_path: Path, postgres: Postgres) -> None:
    (tmp_path / "0001_things.py").write_text(
        'import sqlalchemy as sa\nfrom alembic import op\nrevision = "0001"\ndown_revision = None\n'
        'def upgrade():\n    op.create_table("things", sa.Column("id", sa.String, primary_key=True))\n    1 / 0\n'
    )
    with opened(postgres.new_database()) as engine:
        with pytest.raises(ZeroDivisionError):
            upgrade(engine, tmp_path)
        assert inspect(engine).get_table_names() == []
