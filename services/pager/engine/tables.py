"""The engine's own tables: how far chains have come, each message and what became of it, and who is being told now.

Beside the pager's read model in the same database, and no part of it: no rebuild touches them. Should they be lost (the
embedded form's views are disposable) the chains go on by the log's own account (`DeskAlert.reached`).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

CHAINS: Final = Table(
    "pager_chains",
    METADATA,
    Column("alert_id", String, primary_key=True),
    Column("home_id", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("why", String, nullable=False),
    Column("begun_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("failed", Boolean, nullable=False),
    Column("quiet", Boolean, nullable=False),
    Column("running", Integer, nullable=False),
    Column("declined", Integer, nullable=False),
    Column("joined", String),
    Column("commissioner", Boolean, nullable=False),
    Column("shown", String, nullable=False),
    Column("updates", Integer, nullable=False),
    Column("reason", String, nullable=False),  # of the last decision
    Column("done", Boolean, nullable=False),  # resolved, and everybody told knows it
    Index("pager_chains_open", "partition", "done"),
)
"""The fields of `services.pager.chain.parts.Chain`, a row an alert."""

MESSAGES: Final = Table(
    "pager_messages",
    METADATA,
    Column("key", String, primary_key=True),
    Column("alert_id", String, nullable=False),
    Column("home_id", String, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("person", String, nullable=False),
    Column("purpose", String, nullable=False),  # page | notify | commissioner | update
    Column("why", String, nullable=False),
    Column("channels", JSON(none_as_null=True)),
    Column("queued_at", BigInteger, nullable=False),
    Column("state", String, nullable=False),  # queued | sent | skipped
    Column("bundle", String),  # the key under which it goes, from its first try on
    Column("attempts", Integer, nullable=False),
    Column(
        "trying", Boolean, nullable=False
    ),  # of the last try nobody has written down yet what became of it
    Column("failed", Boolean, nullable=False),  # on every channel, once
    Column("ended_at", BigInteger),
    Column("channel", String),
    Column("skipped", String),
    Index("pager_messages_waiting", "partition", "state"),
    Index("pager_messages_of_alert", "alert_id"),
)
"""One message to one person about one telling of one step of one alert. Instants are pager time."""

RECEIVERS: Final = Table(
    "pager_receivers",
    METADATA,
    Column("person", String, primary_key=True),
    Column("window", BigInteger),  # when the 30 s began in which what falls to him is gathered
    Column("rank", Integer, nullable=False),  # how bad what he was told last is
    Column("updated", BigInteger),  # the window of updates
    Column("claimed_by", String),  # whose lane sends to him now
    Column("lease_until", BigInteger),  # by the wall clock
)
"""One row a person, shared by all pager workers."""

TIMES: Final = Table(
    "pager_times",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("clock", BigInteger, nullable=False),
    Column("beyond", BigInteger, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("waited", BigInteger, nullable=False),
)
"""How long the log has stood still (`services.pager.engine.time.Stood`), one row a home-partition: written while it
does, for whoever comes next."""

TURNS: Final = Table(
    "pager_turns",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("turned", BigInteger, nullable=False),
)
"""When the loop last came round for a home-partition, by the wall clock, but never back (`alive`)."""
