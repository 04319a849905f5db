"""The schemas of a folder: whose they are, in which file, and where their migrations lie. No migration lives here."""

from pathlib import Path
from typing import NamedTuple


class Schema(NamedTuple):
    """One owner's part of one file."""

    owner: str
    file: str
    scripts: Path
    version_table: str


def schemas() -> tuple[Schema, ...]:
    """All there are."""
    from services.monitors import SERVICES
    from shared.security.access import MIGRATIONS as ACCESS
    from shared.security.keys import MIGRATIONS as KEYS
    from shared.store.schema import LOG_MIGRATIONS, STORE_MIGRATIONS, version_table_of

    return (
        Schema("log", "log.sqlite3", LOG_MIGRATIONS, "schema_version"),
        Schema("store", "views.sqlite3", STORE_MIGRATIONS, version_table_of("store")),
        *(
            Schema(each.name, "views.sqlite3", each.migrations, version_table_of(each.name))
            for each in SERVICES.values()
        ),
        Schema("access", "access.sqlite3", ACCESS, "schema_access"),
        Schema("keys", "keys.sqlite3", KEYS, "schema_keys"),
    )


def newest_of(schema: Schema) -> str:
    """The newest revision that this code knows."""
    return max(path.stem.split("_")[0] for path in schema.scripts.glob("[0-9]*.py"))
