"""Schemas are brought up to date when a database is opened, and a newer one is left alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from shared.store import tables
from shared.store.engine import make_engine, writing
from shared.store.schema import LOG_MIGRATIONS, STORE_MIGRATIONS, TooNew, current, upgrade, version_table_of

FIRST = """
import sqlalchemy as sa
from alembic import op
revision = "0001"
down_revision = None
def upgrade():
    op.create_table("things", sa.Column("id", sa.Integer, primary_key=True))
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.add_column("things", sa.Column("name", sa.Text))
    {more}
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(tmp_path / "views.sqlite3")
    yield engine
    engine.dispose()


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_things.py").write_text(FIRST)
    return folder


def test_a_database_is_made_and_then_left_as_it_is(engine: Engine, scripts: Path) -> None:
    assert current(engine, scripts).found is None
    upgrade(engine, scripts)
    assert current(engine, scripts).up_to_date
    upgrade(engine, scripts)
    assert inspect(engine).get_table_names() == ["schema_version", "schema_written_by", "things"]


def test_a_later_migration_is_applied_to_what_is_there(engine: Engine, scripts: Path) -> None:
    upgrade(engine, scripts)
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO things (id) VALUES (7)")
    (scripts / "0002_names.py").write_text(SECOND.format(more=""))
    assert not current(engine, scripts).up_to_date
    upgrade(engine, scripts)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, name FROM things").all() == [(7, None)]


def test_a_migration_that_fails_changes_nothing(engine: Engine, scripts: Path) -> None:
    upgrade(engine, scripts)
    (scripts / "0002_names.py").write_text(SECOND.format(more="raise ZeroDivisionError"))
    with pytest.raises(ZeroDivisionError):
        upgrade(engine, scripts)
    assert current(engine, scripts).found == "0001"
    assert [column["name"] for column in inspect(engine).get_columns("things")] == ["id"]


def test_a_schema_newer_than_the_code_is_left_alone_and_says_what_to_install(
    engine: Engine, scripts: Path
) -> None:
    (scripts / "0002_names.py").write_text(SECOND.format(more=""))
    upgrade(engine, scripts)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE schema_written_by SET wakeful = '9.4.0'")
    (scripts / "0002_names.py").unlink()
    for call in (upgrade, current):
        with pytest.raises(TooNew, match=r"views\.sqlite3 is too new.*install wakeful >= 9\.4\.0"):
            call(engine, scripts)


def test_owners_in_one_database_have_versions_of_their_own(engine: Engine, scripts: Path) -> None:
    upgrade(engine, STORE_MIGRATIONS)
    upgrade(engine, scripts, version_table_of("checks"))
    (scripts / "0002_names.py").write_text(SECOND.format(more=""))
    assert current(engine, STORE_MIGRATIONS).up_to_date
    assert not current(engine, scripts, version_table_of("checks")).up_to_date


def test_a_folder_without_migrations_is_an_installation_that_is_not_whole(
    engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="install wakeful again"):
        upgrade(engine, tmp_path)


def test_the_shared_migrations_make_the_shared_tables(engine: Engine) -> None:
    upgrade(engine, STORE_MIGRATIONS)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, tables.METADATA)
    assert [each for each in differences if "schema_" not in str(each)] == []


def test_the_log_is_migrated_by_its_own_folder(engine: Engine) -> None:
    upgrade(engine, LOG_MIGRATIONS)
    assert {"facts", "topics", "probe"} <= set(inspect(engine).get_table_names())
