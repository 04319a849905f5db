"""The one Postgres database of an installation whose log is a broker's: whose each schema is, and how all of them are
made, brought up to date and checked.

Each service has a schema, `wakeful` is what they share, `keys` and `access` are what the embedded form keeps in files
of their own. `wakeful migrate` calls `migrate`; whatever else opens the database calls `check`, and changes nothing.
Read models in a file are `services.monitors`'.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from services.gateway.tables import MIGRATIONS as GATEWAY
from services.monitors import SERVICES
from services.pager.engine.tables import MIGRATIONS as PAGES
from services.pager.running import SERVICE as PAGER
from shared.security.access import MIGRATIONS as ACCESS
from shared.security.access import open_engine as open_access
from shared.security.keys import MIGRATIONS as KEYS
from shared.security.keys import open_engine as open_keys
from shared.settings import Settings, SettingsWrong
from shared.store import schema
from shared.store.engine import make_engine
from shared.store.schema import STORE_MIGRATIONS, Standing, version_table_of

SHARED: Final = "wakeful"
"""The schema of what all services share."""


class Part(NamedTuple):
    """One owner's part of the database."""

    schema: str
    scripts: Path
    version_table: str


PARTS: Final = (
    Part(SHARED, STORE_MIGRATIONS, version_table_of("store")),
    *(Part(each.name, each.migrations, version_table_of(each.name)) for each in SERVICES.values()),
    Part(PAGER.name, PAGES, version_table_of("pager_engine")),
    Part("gateway", GATEWAY, version_table_of("gateway")),
    Part("keys", KEYS, version_table_of("keys")),
    Part("access", ACCESS, version_table_of("access")),
)


def address(settings: Settings) -> str:
    """The database's, by the settings. Raises SettingsWrong."""
    if settings.database_url is None:
        raise SettingsWrong(
            "WAKEFUL_DATABASE_URL is not set: write the address of the database, like "
            "postgresql://wakeful:PASSWORD@postgres:5432/wakeful"
        )
    return settings.database_url.get_secret_value()


def views(url: str, service: str) -> Engine:
    """The read model of one service (or the gateway's own), with what all share."""
    return make_engine(url, schema=(service, SHARED))


def index(url: str, service: str) -> Engine:
    """The same for the door's questions while people wait: a few connections of its own, and no long patience."""
    address = make_url(url).update_query_dict(
        {"options": "-c statement_timeout=2000 -c lock_timeout=1000"}, append=True
    )
    return make_engine(address.render_as_string(hide_password=False), schema=(service, SHARED))


def keys(url: str) -> Engine:
    """The keys of what people wrote."""
    return open_keys(url)


def access(url: str) -> Engine:
    """People and tokens."""
    return open_access(url)


def migrate(url: str) -> dict[str, Standing]:
    """Bring all of it up to date, schemas that are not there included; how each stood before, by schema. Of several
    processes that do it at once one does it. Raises TooNew."""
    before: dict[str, Standing] = {}
    with _open(url) as engine:
        schema.make_schemas(engine, [part.schema for part in PARTS])
    for part in PARTS:
        with _open(url, part.schema) as engine:
            stood = schema.current(engine, part.scripts, part.version_table)
            if part.schema not in before or not stood.up_to_date:  # two owners may share a schema
                before[part.schema] = stood
            schema.upgrade(engine, part.scripts, part.version_table)
    return before


def check(url: str) -> None:
    """Raises TooOld (`wakeful migrate` was not run), TooNew."""
    for part in PARTS:
        with _open(url, part.schema) as engine:
            schema.check(engine, part.scripts, part.version_table)


@contextmanager
def _open(url: str, *names: str) -> Iterator[Engine]:
    engine = make_engine(url, schema=names)
    try:
        yield engine
    finally:
        engine.dispose()
