"""A broker and a database as commands open them: beside whatever gateways and workers run. No command lives here.

What every one of their processes begins with is `services.house.apart`'s.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wakeful.cli.errors import Failure

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.log.kafka.connection import Broker
    from shared.log.kafka.log import KafkaLog
    from shared.security.access import Access
    from shared.security.keys import KeyRing
    from shared.settings import Settings

_NO_KEYS = (
    "there are no keys in the database (WAKEFUL_DATABASE_URL) yet: take them in with `wakeful keys import`, or start "
    "`wakeful gateway`, which makes them for a new installation"
)


class Apart:
    """The form over a broker: an `Installation` of `wakeful.cli.installation`."""

    has_log = True

    def __init__(self, settings: "Settings", prefix: str) -> None:
        """`prefix`: of tests, that share a broker."""
        _hush()
        self.settings = settings
        self._prefix = prefix

    @property
    def broker(self) -> "Broker":
        """Where the log is."""
        from shared.log.kafka.connection import Broker

        return Broker.of(self.settings, self._prefix)

    @property
    def url(self) -> str:
        """Of the database. Raises SettingsWrong."""
        from services.house import database

        return database.address(self.settings)

    @contextmanager
    def reading_log(self) -> Iterator["KafkaLog"]:
        """The log, for reading only; what is looked up in it is found by what the alerts service has noted. Raises
        SettingsWrong, BrokerUnreachable, BrokerWrong."""
        from services.gate import INDEX
        from services.house import database
        from shared.log.kafka.log import KafkaLog
        from shared.store.index import SeenIndex

        broker = self.broker
        notes = database.views(self.url, INDEX)
        try:
            log = KafkaLog(broker, index=SeenIndex(notes, INDEX, broker.partitions), read_only=True)
            try:
                yield log
            finally:
                log.close()
        finally:
            notes.dispose()

    @contextmanager
    def reading_views(self, service: str) -> Iterator["Engine"]:
        """A service's read model; whoever writes to it by mistake is refused by the server."""
        with self.writing_views(service) as engine:
            yield engine.execution_options(postgresql_readonly=True)

    @contextmanager
    def writing_views(self, service: str) -> Iterator["Engine"]:
        """A service's read model, as `wakeful migrate` left it. Raises SettingsWrong, TooOld, TooNew."""
        from services.house import database

        database.check(self.url)
        engine = database.views(self.url, service)
        try:
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def access(self) -> Iterator["Access"]:
        """People and tokens. Raises SettingsWrong, TooOld, TooNew."""
        from shared.security.access import Access

        access = Access.open(self.url)
        try:
            yield access
        finally:
            access.close()

    @contextmanager
    def ring(self, *, make: bool = False, of: bytes | None = None) -> Iterator["KeyRing"]:
        """The keys (`Installation.ring`)."""
        from shared.security.keys import KeyRing, load_master_key

        make = make or of is not None
        if not make:
            self._refuse_without_keys()
        master = load_master_key(self.settings.master_key_file, make=make)
        ring = KeyRing(self.url, master, contenthash_key=of)
        try:
            yield ring
        finally:
            ring.close()

    def rotate(self, master_key_file: Path) -> int:
        """Replace the master key. A gateway that runs opens no text, and makes no key, until it is started again."""
        from shared.security.keysrotation import rotate_schema

        self._refuse_without_keys()
        return rotate_schema(self.url, master_key_file)

    def _refuse_without_keys(self) -> None:
        """A ring that is opened where there is none would be one of another installation, for good."""
        from services.house import database
        from shared.security.keys import MIGRATIONS
        from shared.security.keystables import INSTALLATION_KEYS
        from shared.store.schema import check

        engine = database.keys(self.url)
        try:
            check(engine, MIGRATIONS, "schema_keys")
            with engine.connect() as connection:
                if connection.execute(INSTALLATION_KEYS.select()).first() is None:
                    raise Failure(_NO_KEYS)
        finally:
            engine.dispose()


def _hush() -> None:
    """What is logged while something is tried is no answer: what is wrong in the end is told in one line."""
    import structlog

    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.NullHandler())
