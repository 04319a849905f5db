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
    from services.alerts.tables import MIGRATIONS as ALERTS
    from services.checks.tables import MIGRATIONS as CHECKS
    from shared.security.access import MIGRATIONS as ACCESS
    from shared.security.keys import MIGRATIONS as KEYS
    from shared.store.schema import LOG_MIGRATIONS, STORE_MIGRATIONS, version_table_of

    return (
        Schema("log", "log.sqlite3", LOG_MIGRATIONS, "schema_version"),
        Schema("store", "views.sqlite3", STORE_MIGRATIONS, version_table_of("store")),
        Schema("checks", "views.sqlite3", CHECKS, version_table_of("checks")),
        Schema("alerts", "views.sqlite3", ALERTS, version_table_of("alerts")),
        Schema("access", "access.sqlite3", ACCESS, "schema_access"),
        Schema("keys", "keys.sqlite3", KEYS, "schema_keys"),
    )


def newest_of(schema: Schema) -> str:
    """The newest revision that this code knows."""
    return max(path.stem.split("_")[0] for path in schema.scripts.glob("[0-9]*.py"))
