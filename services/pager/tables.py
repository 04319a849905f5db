"""The read model of the pager's monitor: what the log says of alerts and of each home's on-call. Disposable.

`pager_alerts` and `pager_homes` hold the fields of `services.pager.desk`; read them by `services.pager.desk_rows`. What
was sent, to whom, and what is still to be sent is never here: those are the engine's own tables, which no rebuild
touches. `state` and `before` are the monitor's memory. `partition`: whose home-partition a row is
(`shared.store.rows`).
"""

from pathlib import Path
from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

MIGRATIONS: Final = Path(__file__).parent / "migrations"

METADATA = MetaData()

ALERTS: Final = Table(
    "pager_alerts",
    METADATA,
    Column("alert_id", String, primary_key=True),
    Column("home_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("severity", String, nullable=False),  # page | notify
    Column("placement_id", String),
    Column("commissioner_id", String),
    Column("about", JSON, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("deadline", BigInteger),
    Column("raised_at", BigInteger, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("level", Integer, nullable=False),
    Column("state", String, nullable=False),  # raised | acknowledged | resolved
    Column("how", String),
    Column("acknowledged_by", String),
    Column("until", BigInteger),
    Column("action", JSON(none_as_null=True)),  # sealed, or a plain text
    Column("running", Integer, nullable=False),
    Column("declined", Integer, nullable=False),
    Column("declined_by", JSON, nullable=False),
    Column("joined", String),
    Column("hold_until", BigInteger),
    Column("policy", JSON(none_as_null=True)),
    Column("rotas", JSON(none_as_null=True)),
    Column("reached", Integer, nullable=False),
    Column("changed", BigInteger, nullable=False),  # counts the changes of a home-partition's alerts
    Column("before", String),  # who acknowledged it last, whatever came of that
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("pager_alerts_by_change", "changed"),
    Index("pager_alerts_by_state", "state"),
    Index("pager_alerts_of_home", "home_id"),
)
"""One row an alert that somebody may have to be told of, resolved ones too: their story is shown."""

HOMES: Final = Table(
    "pager_homes",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("provider_id", String),
    Column("zone", String, nullable=False),
    Column("policy", JSON(none_as_null=True)),
    Column("rotas", JSON, nullable=False),
    Column("overrides", JSON, nullable=False),
    Column("silences", JSON, nullable=False),
    Column("on_duty", JSON, nullable=False),
    Column("commissioners", JSON, nullable=False),
    Column("changed", BigInteger, nullable=False),  # counts the changes of a home-partition's on-call
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
    Index("pager_homes_by_change", "changed"),
)
"""One row a home. `changed` moves with its policy, rotas and overrides, not with who is on duty."""

PLACEMENTS: Final = Table(
    "pager_placements",
    METADATA,
    Column("home_id", String, primary_key=True),
    Column("placement_id", String, primary_key=True),
    Column("commissioner_id", String, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("partition", Integer, nullable=False, server_default="0"),
)
"""One row a placement: whose child it is, and was."""

STRETCHES: Final = Table(
    "pager_stretches",
    METADATA,
    Column("home_id", String, primary_key=True),  # no home's: empty
    Column("partition", Integer, primary_key=True, autoincrement=False, server_default="0"),
    Column("present", BigInteger),
    Column("before", BigInteger),
    Column("after", BigInteger),
)
"""How the log's present has moved (`services.pager.stretches.Standing`): one row a home-partition."""
